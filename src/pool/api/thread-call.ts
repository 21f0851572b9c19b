/** A call that is run by a thread: how it comes into the queue, once its arguments are there. */
import { titleSymbol } from '../../core/describe';
import { CancelledError } from '../../core/errors';
import { begin, ended, type Canceller, type Execution, type Sink } from '../../future/execution';
import type { Future } from '../../future/future';
import type { BatchScheduler } from '../../scheduler/batch-scheduler';
import { awaitedIn, Call } from './call';
import type { CapturedStack } from '../../core/call-site';
import type { Demandable } from './item-iterator';
import { PoisonedTaskError, PoolClosedError, type WorkerCrashError } from '../wire/pool-errors';
import type { Caller, CallSpec } from '../host/call-spec';
import { TaskRun, type StreamSink } from '../host/task-run';

/** A call that has ended so many threads gets no other. */
const POISONED = 3;

export class ThreadCall<T> extends Call<T> implements Caller {
  #crashes = 0;
  #lastCrash: unknown;

  constructor(
    /** @internal */
    readonly order: CallSpec,
    private readonly args: readonly unknown[],
    /** @internal */
    readonly callerStack: CapturedStack | undefined,
  ) {
    super();
  }

  /** @internal */
  override get [titleSymbol](): string {
    return `a call of task "${this.order.name}"`;
  }

  /** @internal */
  override [begin](sink: StreamSink<T>, scheduler: BatchScheduler): Execution {
    const { core, name, signal, isNested, kind } = this.order;
    if (kind?.substitute) return kind.substitute(this.args, this.#genuine)[begin](sink, scheduler);
    if (core.isClosed && (!isNested || core.isClosedByForce))
      return failed(sink, new PoolClosedError(core.name, name, { isCut: false }));
    if (signal?.aborted) return failed(sink, new CancelledError(signal.reason));
    if (this.#crashes >= POISONED) return failed(sink, new PoisonedTaskError(name, this.#lastCrash));
    const awaited = awaitedIn(this.args);
    return awaited ? this.#beginWith(awaited, sink, scheduler) : this.#begin(this.args, sink, scheduler);
  }

  /** The call as it would be if nothing had been put in the place of its task. */
  get #genuine(): ThreadCall<unknown> {
    return new ThreadCall({ ...this.order, kind: undefined }, this.args, this.callerStack);
  }

  #begin(args: readonly unknown[], sink: StreamSink<T>, scheduler: BatchScheduler): TaskRun {
    const request = this.#request(args, sink, scheduler);
    this.order.core.enqueue(request);
    return request;
  }

  /** No worker is held while arguments are waited for. */
  #beginWith(arrived: Future<unknown[]>, sink: StreamSink<T>, scheduler: BatchScheduler): Demandable {
    const request = this.#request([], sink, scheduler);
    this.order.core.awaitArguments(request);
    const awaited = arrived[begin](
      {
        above: sink,
        frame: sink.frame,
        name: this.order.name,
        succeed: (args) => {
          request.args = args;
          this.order.core.enqueue(request);
        },
        fail: (error) => {
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

  #request(args: readonly unknown[], sink: StreamSink<T>, scheduler: BatchScheduler): TaskRun {
    return new TaskRun(this, args, sink, scheduler);
  }

  /** @internal */
  crashed(error: WorkerCrashError): void {
    this.#crashes++;
    this.#lastCrash = error;
  }
}

function failed(sink: Sink<never>, error: unknown): Execution {
  sink.fail(error);
  return ended;
}
