/** A call of a task of the pool: cold, so that each subscription runs it anew. */
import type { Subscriber, TeardownLogic } from 'rxjs';
import { CancelledError } from '../core/errors';
import { all } from '../future/all';
import type { AsyncValue } from '../future/async-value';
import { begin, ended, type Canceller, type Execution, type Sink } from '../future/execution';
import { Future } from '../future/future';
import { Single } from '../future/single';
import { currentScheduler, type BatchScheduler } from '../scheduler/batch-scheduler';
import { frameHere, runIn } from '../scheduler/frame';
import { PoisonedTaskError, PoolClosedError, type WorkerCrashError } from './pool-errors';
import type { CallerStack } from './caller-stack';
import { Request, type Caller, type Order, type StreamSink } from './request';
import { ItemIterator, type Demandable } from './item-iterator';

/** What stands for an argument: itself, or what it is waited for as. */
export type Argument<T> = T | AsyncValue<T> | Future<T>;

/** Each of a list of arguments. */
export type Arguments<A extends readonly unknown[]> = { [K in keyof A]: Argument<A[K]> };

/** A call that has ended so many threads gets no other. */
const POISONED = 3;

export class Call<T> extends Future<T> implements Caller {
  #crashes = 0;
  #lastCrash: unknown;

  constructor(
    /** @internal */
    readonly order: Order,
    private readonly args: readonly unknown[],
    /** @internal */
    readonly callerStack: CallerStack | undefined,
  ) {
    super();
  }

  /** @internal */
  override [begin](sink: StreamSink<T>, scheduler: BatchScheduler): Execution {
    const { core, name, signal, isNested } = this.order;
    if (core.isClosed && (!isNested || core.isCut))
      return failed(sink, new PoolClosedError(core.name, name, { isCut: false }));
    if (signal?.aborted) return failed(sink, new CancelledError(signal.reason));
    if (this.#crashes >= POISONED) return failed(sink, new PoisonedTaskError(name, this.#lastCrash));
    return this.args.some(isAwaited)
      ? this.#beginWithAwaited(sink, scheduler)
      : this.#begin(this.args, sink, scheduler);
  }

  /** Its items one by one, as they are asked for: it goes no further than that, and a window of items more. */
  [Symbol.asyncIterator](): AsyncIterator<T> {
    return new ItemIterator((sink) => {
      const scheduler = currentScheduler();
      return scheduler.runQueue.drive(() => this[begin](sink, scheduler));
    });
  }

  /** @internal Emits all items of a stream, where a future has the last. */
  override _subscribe(subscriber: Subscriber<T>): TeardownLogic {
    return this.deliver(new ItemSink(subscriber));
  }

  #begin(args: readonly unknown[], sink: StreamSink<T>, scheduler: BatchScheduler): Request {
    const request = this.#request(args, sink, scheduler);
    this.order.core.enqueue(request);
    return request;
  }

  /** No worker is held while arguments are waited for. */
  #beginWithAwaited(sink: StreamSink<T>, scheduler: BatchScheduler): Demandable {
    const request = this.#request([], sink, scheduler);
    this.order.core.expect(request);
    const arrived = all(this.args.map((arg) => (isAwaited(arg) ? arg : Future.of(arg))));
    const awaited = arrived[begin](
      {
        frame: sink.frame,
        name: this.order.name,
        succeed: (args: unknown[]) => {
          request.args = args;
          this.order.core.enqueue(request);
        },
        fail: (error: unknown) => {
          request.evict(error);
        },
      },
      scheduler,
    );
    request.whenOver = () => scheduler.runQueue.drive(() => awaited.cancel());
    return {
      demand: (count: number) => {
        request.demand(count);
      },
      cancel: (canceller?: Canceller) => {
        awaited.cancel();
        request.cancel(canceller);
      },
    };
  }

  #request(args: readonly unknown[], sink: StreamSink<T>, scheduler: BatchScheduler): Request {
    return new Request(this, args, sink, scheduler);
  }

  /** @internal */
  crashed(error: WorkerCrashError): void {
    this.#crashes++;
    this.#lastCrash = error;
  }
}

/** A Proxy may throw when it is looked at; that it can't be sent is told later, by the error of its task. */
function isAwaited(arg: unknown): arg is Single<unknown> {
  try {
    return arg instanceof Single;
  } catch {
    return false;
  }
}

function failed(sink: Sink<never>, error: unknown): Execution {
  sink.fail(error);
  return ended;
}

class ItemSink<T> implements StreamSink<T> {
  isOver = false;
  readonly frame = frameHere();

  constructor(private readonly subscriber: Subscriber<T>) {}

  next(item: T): void {
    runIn(this.frame, () => {
      this.subscriber.next(item);
    });
  }

  completed(): void {
    this.succeed();
  }

  succeed(): void {
    this.isOver = true;
    runIn(this.frame, () => {
      this.subscriber.complete();
    });
  }

  fail(error: unknown): void {
    this.isOver = true;
    runIn(this.frame, () => {
      this.subscriber.error(error);
    });
  }
}
