/** A thread call runs a function on a thread. It awaits the arguments first, and then queues a run. */
import { titleSymbol } from '../../core/describe';
import { CancelledError } from '../../core/errors';
import { begin, type Execution } from '../../future/execution';
import type { Future } from '../../future/future';
import type { BatchScheduler } from '../../scheduler/batch-scheduler';
import { awaitArguments, Call, refused, startAfter } from './call';
import type { CapturedStack } from '../../core/call-site';
import type { Demandable } from './item-iterator';
import type { PoolTaskDefinition } from './pool-task-definition';
import { PoisonedTaskError, PoolClosedError, type WorkerCrashError } from '../wire/pool-errors';
import type { CallSpec, RunnableCall } from '../host/call-spec';
import type { PoolEngine } from '../host/pool-engine';
import type { StreamSink } from '../host/stream-sink';
import { TaskRun } from '../host/task-run';

/** A call that has crashed this number of threads is not run again. */
const MAX_CRASHES = 3;

export interface ThreadCallSpec extends CallSpec<TaskRun> {
  readonly engine: PoolEngine;
  /** The definition of the pool task, if the call is one of a pool task. */
  readonly definition: PoolTaskDefinition | undefined;
}

export class ThreadCall<T> extends Call<T> implements RunnableCall<TaskRun> {
  #crashes = 0;
  #lastCrash: unknown;

  constructor(
    /** @internal */
    readonly spec: ThreadCallSpec,
    private readonly args: readonly unknown[],
    /** @internal */
    readonly callerStack: CapturedStack | undefined,
  ) {
    super();
  }

  /** @internal */
  override get [titleSymbol](): string {
    return `a call of task "${this.spec.name}"`;
  }

  /** @internal */
  override [begin](sink: StreamSink<T>, scheduler: BatchScheduler): Execution {
    const { engine, name, signal, isNested, definition } = this.spec;
    if (definition?.substitute) return definition.substitute(this.args, this.#withoutMock)[begin](sink, scheduler);
    if (engine.isClosed && (!isNested || engine.isClosedByForce))
      return refused(sink, new PoolClosedError(engine.name, name, { isStopped: false }));
    if (signal?.aborted) return refused(sink, new CancelledError(signal.reason));
    if (this.#crashes >= MAX_CRASHES) return refused(sink, new PoisonedTaskError(name, this.#lastCrash));
    const awaited = awaitArguments(this.args);
    return awaited ? this.#runAfter(awaited, sink, scheduler) : this.#run(sink, scheduler);
  }

  get #withoutMock(): ThreadCall<unknown> {
    return new ThreadCall({ ...this.spec, definition: undefined }, this.args, this.callerStack);
  }

  #run(sink: StreamSink<T>, scheduler: BatchScheduler): TaskRun {
    const run = new TaskRun(this, this.args, sink, scheduler);
    this.spec.engine.enqueue(run);
    return run;
  }

  #runAfter(awaitedArgs: Future<unknown[]>, sink: StreamSink<T>, scheduler: BatchScheduler): Demandable {
    const { engine } = this.spec;
    const run = new TaskRun(this, [], sink, scheduler);
    engine.addAwaitingArguments(run);
    return startAfter(awaitedArgs, run, {
      sink,
      scheduler,
      start: () => {
        engine.enqueue(run);
      },
      fail: (error) => {
        run.evict(error);
      },
    });
  }

  /** @internal */
  onCrash(error: WorkerCrashError): void {
    this.#crashes++;
    this.#lastCrash = error;
  }
}
