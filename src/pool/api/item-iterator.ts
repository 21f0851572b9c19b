/** The async iterator of a stream pulls items with `for await`, so the stream produces no more than its reader takes. */
import type { Execution } from '../../future/execution';
import { frameHere } from '../../scheduler/frame';
import { Fifo } from '../../core/fifo';
import type { StreamSink } from '../host/stream-sink';

/** An execution of a stream that sends more items on demand. */
export interface Demandable extends Execution {
  demand?(count: number): void;
}

/** A call of `next` that has no item yet. */
interface PendingNext<T> {
  resolve(result: IteratorResult<T>): void;
  reject(error: unknown): void;
}

export class ItemIterator<T> implements AsyncIterator<T> {
  readonly #items = new Fifo<{ readonly item: T }>();
  readonly #pendingNexts = new Fifo<PendingNext<T>>();
  readonly #start: (sink: StreamSink<T>) => Demandable;
  #execution: Demandable | undefined;
  #end: { readonly error?: unknown; readonly isError: boolean } | undefined;

  constructor(start: (sink: StreamSink<T>) => Demandable) {
    this.#start = start;
  }

  next(): Promise<IteratorResult<T>> {
    return new Promise((resolve, reject) => {
      this.#pendingNexts.push({ resolve, reject });
      if (!this.#end) this.#execution ??= this.#start(this.#sink());
      this.#resolvePending();
    });
  }

  return(): Promise<IteratorResult<T>> {
    if (!this.#end) this.#execution?.cancel();
    while (this.#items.shift());
    this.#end = undefined;
    this.#endWith({ isError: false });
    return Promise.resolve({ done: true, value: undefined });
  }

  #sink(): StreamSink<T> {
    const complete = (): void => {
      this.#endWith({ isError: false });
    };
    return {
      isPulling: true,
      frame: frameHere(),
      next: (item) => {
        this.#items.push({ item });
        this.#resolvePending();
      },
      complete,
      succeed: complete,
      fail: (error) => {
        this.#endWith({ isError: true, error });
      },
    };
  }

  #endWith(end: { readonly error?: unknown; readonly isError: boolean }): void {
    this.#end ??= end;
    this.#resolvePending();
  }

  #resolvePending(): void {
    while (this.#pendingNexts.length > 0) {
      const next = this.#items.shift();
      if (!next && !this.#end) return;
      const pending = this.#pendingNexts.shift();
      if (next) {
        pending?.resolve({ done: false, value: next.item });
        this.#execution?.demand?.(1);
      } else if (this.#end?.isError) {
        pending?.reject(this.#end.error);
        this.#end = { isError: false };
      } else pending?.resolve({ done: true, value: undefined });
    }
  }
}
