/** A stream as `for await` takes it: an item when it is asked for, and no more of the stream than that needs. */
import type { Execution } from '../../future/execution';
import { frameHere } from '../../scheduler/frame';
import { Fifo } from '../../core/fifo';
import type { StreamSink } from '../host/task-run';

/** An execution that can be asked for more. */
export interface Demandable extends Execution {
  demand?(count: number): void;
}

interface Asker<T> {
  resolve(result: IteratorResult<T>): void;
  reject(error: unknown): void;
}

export class ItemIterator<T> implements AsyncIterator<T> {
  readonly #items = new Fifo<{ readonly item: T }>();
  readonly #askers = new Fifo<Asker<T>>();
  readonly #start: (sink: StreamSink<T>) => Demandable;
  #execution: Demandable | undefined;
  #end: { readonly error?: unknown; readonly isError: boolean } | undefined;

  constructor(start: (sink: StreamSink<T>) => Demandable) {
    this.#start = start;
  }

  next(): Promise<IteratorResult<T>> {
    return new Promise((resolve, reject) => {
      this.#askers.push({ resolve, reject });
      if (!this.#end) this.#execution ??= this.#start(this.#sink());
      this.#serve();
    });
  }

  return(): Promise<IteratorResult<T>> {
    if (!this.#end) this.#execution?.cancel();
    while (this.#items.shift());
    this.#end = undefined;
    this.#over({ isError: false });
    return Promise.resolve({ done: true, value: undefined });
  }

  #sink(): StreamSink<T> {
    const complete = (): void => {
      this.#over({ isError: false });
    };
    return {
      isPacing: true,
      frame: frameHere(),
      next: (item) => {
        this.#items.push({ item });
        this.#serve();
      },
      completed: complete,
      succeed: complete,
      fail: (error) => {
        this.#over({ isError: true, error });
      },
    };
  }

  #over(end: { readonly error?: unknown; readonly isError: boolean }): void {
    this.#end ??= end;
    this.#serve();
  }

  #serve(): void {
    while (this.#askers.length > 0) {
      const next = this.#items.shift();
      if (!next && !this.#end) return;
      const asker = this.#askers.shift();
      if (next) {
        asker?.resolve({ done: false, value: next.item });
        this.#execution?.demand?.(1);
      } else if (this.#end?.isError) {
        asker?.reject(this.#end.error);
        this.#end = { isError: false };
      } else asker?.resolve({ done: true, value: undefined });
    }
  }
}
