/** One task at work: it is called, and what it gives is sent as what it is, be it a value, a promise or a stream. */
import { CancelledError } from '../../core/errors';
import { serializeError } from '../wire/error-serializer';
import { END, FAILURE, ITEMS, VALUE } from '../wire/messages';
import { codeOf, type FunctionReference } from '../wire/function-code';
import { markedIn, transfer } from '../wire/transfer';
import { explain, loadFailure, resolveFunction, type AnyFunction, type Definition } from './functions';
import { attempt, attemptOr, isPromise, NativePromise, now, promiseThen, apply } from '../wire/intrinsics';
import { StreamSender, type StreamOutput } from './stream-sender';
import type { WorkerRuntime } from './worker-runtime';
import { sourceOf } from './stream-source';
import { exchangeWorkerTask, nested, type NestedJob, type WorkerTask } from './worker-task';

/** What takes less is tiny. */
const TINY = 0.1;

interface TaskRequest {
  readonly place: number;
  readonly definition: Definition;
  readonly args: unknown[];
}

export class RunningTask implements WorkerTask, StreamOutput {
  readonly place: number;
  readonly transfer = transfer;
  isOver = false;
  production: StreamSender | undefined;
  readonly #runtime: WorkerRuntime;
  readonly #order: TaskRequest;
  #controller: AbortController | undefined;
  #reason: string | undefined;
  #began = 0;

  constructor(runtime: WorkerRuntime, order: TaskRequest) {
    this.#runtime = runtime;
    this.#order = order;
    this.place = order.place;
  }

  get name(): string {
    return this.#order.definition.name;
  }

  get platform(): WorkerRuntime['platform'] {
    return this.#runtime.platform;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#reason !== undefined) this.#controller.abort(new CancelledError(this.#reason));
    return this.#controller.signal;
  }

  do<A extends unknown[], R>(fn: ((...args: A) => R) | FunctionReference, ...args: A): NestedJob<Awaited<R>> {
    const { code, name } = codeOf(fn);
    const moved: (readonly unknown[] | undefined)[] = [];
    for (let index = 0; index < args.length; index++) moved[index] = markedIn(args[index]);
    return nested(this.#runtime.call([code, name, args, moved], this) as Promise<Awaited<R>>);
  }

  begin(): void {
    const { definition } = this.#order;
    this.#began = now();
    try {
      if (!definition.fn) this.#runtime.places.loading(this.place);
      const fn = resolveFunction(definition, this.platform);
      if (typeof fn === 'function') this.#call(fn);
      else this.#callWhenLoaded(fn);
    } catch (error) {
      this.fail(error);
    }
  }

  /** It may be anywhere: whoever waits for it on the host has left already. */
  cancel(reason: string): void {
    if (this.isOver || this.#reason !== undefined) return;
    this.#reason = reason;
    try {
      this.production?.stop();
      this.#controller?.abort(new CancelledError(reason));
      this.#runtime.cancelCalls(this, new CancelledError(reason));
    } catch (error) {
      this.fail(error);
    }
  }

  items(items: readonly unknown[]): void {
    if (!this.isOver) this.#runtime.outbox.add(ITEMS, this.place, items);
  }

  flush(): void {
    this.#runtime.outbox.flush();
  }

  isLate(time: number): boolean {
    return this.#runtime.outbox.isLate(time);
  }

  over(op: typeof END | typeof FAILURE, error?: unknown): void {
    if (op === FAILURE) this.fail(error);
    else this.#end(END);
  }

  fail(error: unknown): void {
    // What came before it goes along; nobody will ask for more.
    this.production?.leave();
    this.#end(FAILURE, serializeError(attemptOr(() => explain(error, this.#order.definition), error)));
    attempt(() => this.production?.stop());
  }

  /** What it gave cannot travel, as the host has been told: it is over, and nobody wants more of it. */
  discard(): void {
    this.#end();
    attempt(() => this.production?.stop());
  }

  #callWhenLoaded(loading: Promise<AnyFunction>): void {
    void promiseThen(
      loading,
      (fn) => {
        if (this.#reason === undefined) this.#call(fn);
        else this.#end(END);
      },
      (error: unknown) => {
        this.fail(loadFailure(this.#order.definition.code, error));
      },
    );
  }

  #call(fn: AnyFunction): void {
    this.#runtime.places.running(this.place);
    let result: unknown;
    const outer = exchangeWorkerTask(this);
    try {
      result = this.platform.within(this, () => apply(fn, this, this.#order.args));
    } catch (error) {
      this.fail(error);
      return;
    } finally {
      exchangeWorkerTask(outer);
    }
    this.#adopt(result);
  }

  #adopt(result: unknown): void {
    if ((typeof result !== 'object' && typeof result !== 'function') || result === null) {
      this.#end(VALUE, result);
      return;
    }
    try {
      if (isPromise(result)) this.#await(result);
      // A promise takes the first word of a thenable, and none after it.
      else if (typeof (result as { then?: unknown }).then === 'function') {
        this.#await(new NativePromise((resolve) => resolve(result)));
      } else this.#deliver(result);
    } catch (error) {
      this.fail(error);
    }
  }

  #await(promise: Promise<unknown>): void {
    void promiseThen(
      promise,
      (value) => {
        try {
          this.#deliver(value);
        } catch (error) {
          this.fail(error);
        }
      },
      (error: unknown) => {
        this.fail(error);
      },
    );
  }

  #deliver(value: unknown): void {
    const source = sourceOf(value);
    if (!source) {
      this.#end(VALUE, value);
      return;
    }
    this.production = new StreamSender(this, source);
    if (this.#reason !== undefined) this.production.stop();
    this.platform.within(this, () => this.production?.start());
  }

  #end(op?: number, payload?: unknown): void {
    if (this.isOver) return;
    this.isOver = true;
    const took = now() - this.#began;
    this.#order.definition.isTiny = took < TINY;
    const { places, outbox } = this.#runtime;
    places.end(this.place);
    outbox.count(took);
    if (op !== undefined) outbox.add(op, this.place, payload);
    this.#runtime.ended(this);
  }
}
