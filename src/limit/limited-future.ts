/** The future of a limited call: each subscription waits for its turn, runs the work, and frees its slot when the work has ended. */
import type { Observable, ObservableInput } from 'rxjs';
import { checkInput } from '../core/check-input';
import { titleSymbol } from '../core/describe';
import { CancelledError } from '../core/errors';
import { failure, success } from '../core/outcome';
import { begin, endedExecution, type Canceller, type Execution, type Sink } from '../future/execution';
import { beginInput } from '../future/external-input';
import { Future } from '../future/future';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import { runCleanup, runIn, switchTo, type Frame } from '../scheduler/frame';
import { instrumentation, type EndOutcome } from '../scheduler/instrumentation';
import type { Runnable } from '../scheduler/run-queue';
import { checkPriority, type CallOptions } from './limited-call';
import { LimitedRun, type LimitedRunHost } from './limited-run';

/** A call that has started, as its work sees it. */
export interface StartedCall {
  /**
   * Aborts when the call is cancelled, with the reason of the cancellation if it has one. A promise cannot be cancelled
   * otherwise: without the signal it runs on, while its slot is free again.
   */
  readonly signal: AbortSignal;
}

/** The work of a call: a future, or a function that is called when the call starts. */
export type LimitedWork<T> = Observable<T> | ((call: StartedCall) => ObservableInput<T>);

interface LimitedFutureParts<T> {
  readonly title: string;
  readonly key: unknown;
  readonly options: CallOptions;
  readonly work: LimitedWork<T>;
  /** Returns the dispatcher for the time domain of a subscription. */
  readonly host: () => LimitedRunHost;
}

/**
 * The future of a call of a limiter.
 *
 * @example
 * const call = limiter.run('example.com', ({ signal }) => fetch('https://example.com/', { signal }));
 * call.priority = 1; // moves the calls that wait for this future, too
 */
export class LimitedFuture<T> extends Future<T> {
  readonly #parts: LimitedFutureParts<T>;
  #priority: number;
  /** The runs of this future that have not started. */
  #waiting: Set<LimitedRun> | undefined;

  /** @internal */
  constructor(parts: LimitedFutureParts<T>) {
    super();
    this.#parts = parts;
    this.#priority = parts.options.priority;
  }

  /** @internal */
  override get [titleSymbol](): string {
    return `a call of ${this.#parts.title}`;
  }

  /** The priority among the calls of the key. A change moves a waiting call at once. */
  get priority(): number {
    return this.#priority;
  }

  set priority(priority: number) {
    checkPriority('Limiter.run: priority', priority);
    this.#priority = priority;
    for (const run of this.#waiting ?? []) {
      run.priority = priority;
      run.host.reorder(run);
    }
  }

  /** @internal */
  override [begin](sink: Sink<T>, scheduler: BatchScheduler): Execution {
    const { host, key, options, work } = this.#parts;
    const run = new FutureRun({ host: host(), key, options, work }, sink, scheduler);
    run.priority = this.#priority;
    run.host.enqueue(run);
    if (run.phase === 'ended') return endedExecution;
    if (run.phase === 'waiting') this.#keepWhileWaiting(run);
    return run;
  }

  #keepWhileWaiting(run: FutureRun<T>): void {
    const waiting = (this.#waiting ??= new Set());
    waiting.add(run);
    run.onWaitEnded = () => waiting.delete(run);
  }
}

interface RunParts<T> {
  readonly host: LimitedRunHost;
  readonly key: unknown;
  readonly options: CallOptions;
  readonly work: LimitedWork<T>;
}

/** One run of the future. It stands between the work and the sink, and so in the chain of waiters. */
class FutureRun<T> extends LimitedRun implements Execution, Sink<T>, Runnable {
  onWaitEnded: (() => void) | undefined;
  readonly #work: LimitedWork<T>;
  #execution: Execution | undefined;
  #isBeginning = false;
  #isCancelled = false;
  #canceller: Canceller | undefined;
  /** Defined once the work has read its signal. */
  #controller: AbortController | undefined;

  constructor(
    { host, key, options, work }: RunParts<T>,
    private readonly sink: Sink<T>,
    readonly scheduler: BatchScheduler,
  ) {
    super(host, key, options, scheduler.state);
    this.#work = work;
  }

  get name(): string | undefined {
    return this.sink.name;
  }

  get frame(): Frame | undefined {
    return this.sink.frame;
  }

  get parent(): Sink<T> {
    return this.sink;
  }

  describe(): string {
    return this.host.describeRun(this);
  }

  /** Begins in a step of its own, so calls that end at once do not nest on the native stack. */
  start(): void {
    const { runQueue } = this.scheduler;
    this.onWaitEnded?.();
    runQueue.driveInKnownStores(() => {
      runQueue.resume(this);
    });
  }

  step(): void {
    if (this.#isCancelled) return;
    switchTo(this.frame);
    this.#isBeginning = true;
    const execution = this.#begin();
    this.#execution = execution;
    this.#isBeginning = false;
    if (this.#wasCancelled()) this.#cancelWork(execution);
    else if (this.onWaitEnded && instrumentation.current) this.#splitWait();
  }

  #begin(): Execution {
    const work = this.#work;
    if (typeof work !== 'function') return beginInput(work, this, this.scheduler);
    try {
      const call = new CallOfRun(() => this.#signal());
      return beginInput(
        runIn(this.frame, () => checkInput('Limiter.run: the result of its work', work(call))),
        this,
        this.scheduler,
      );
    } catch (error) {
      this.fail(error);
      return endedExecution;
    }
  }

  succeed(value: T): void {
    this.#end(success(value));
    this.sink.succeed(value);
  }

  fail(error: unknown): void {
    this.#end(failure(error));
    this.sink.fail(error);
    // A step of its own, after that of a task that waits for the call.
    this.scheduler.runQueue.driveInKnownStores(() => {
      this.scheduler.runQueue.resume({
        step: () => {
          this.host.dispatch();
        },
      });
    });
  }

  reject(error: unknown): void {
    this.onWaitEnded?.();
    this.scheduler.runQueue.drive(() => {
      this.sink.fail(error);
    });
  }

  cancel(canceller?: Canceller): void {
    if (this.phase === 'ended' || this.#isCancelled) {
      canceller?.cancelled();
      return;
    }
    this.#isCancelled = true;
    if (this.phase === 'waiting') {
      this.onWaitEnded?.();
      this.host.leave(this);
      canceller?.cancelled();
      return;
    }
    this.#canceller = canceller;
    this.#abortSignal();
    if (this.#execution) this.#cancelWork(this.#execution);
    else if (!this.#isBeginning) this.cancelled();
  }

  /** Ends the wait of a task for the limiter in traces, and begins that for the work. */
  #splitWait(): void {
    const { sink: task } = this;
    if (task.role !== 'task' || this.phase !== 'started') return;
    instrumentation.current?.emit({ type: 'task-resumed', task });
    instrumentation.current?.emit({ type: 'task-suspended', task, awaited: this });
  }

  /** Reads the flag again: the work may have cancelled its own call while it began. */
  #wasCancelled(): boolean {
    return this.#isCancelled;
  }

  #signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#isCancelled) this.#abortSignal();
    return this.#controller.signal;
  }

  #abortSignal(): void {
    const reason = this.cancelReason;
    const error = reason === undefined || reason instanceof CancelledError ? reason : new CancelledError(reason);
    if (this.#controller) runCleanup(this.frame, () => this.#controller?.abort(error));
  }

  #cancelWork(execution: Execution): void {
    execution.cancel(this);
  }

  get cancelReason(): unknown {
    return this.#canceller?.cancelReason;
  }

  /** Called when the clean-up of the cancelled work has ended. The slot is held until then. */
  cancelled(): void {
    this.#end(undefined);
    this.#canceller?.cancelled();
  }

  #end(outcome: EndOutcome): void {
    this.host.release(this, outcome);
  }
}

/** What the work receives: the signal of its run, and nothing else of it. */
class CallOfRun implements StartedCall {
  readonly #signalOf: () => AbortSignal;

  constructor(signalOf: () => AbortSignal) {
    this.#signalOf = signalOf;
  }

  get signal(): AbortSignal {
    return this.#signalOf();
  }
}
