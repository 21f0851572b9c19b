/**
 * A scope is a lifetime for work: all work that is started in it ends before the scope does. Failures, finalisers and the
 * deadline belong to the scope. The idea is async-tamer's `AsyncScope`.
 */
import { Observable, Subscription } from 'rxjs';
import { whenAborted } from '../core/abort-listeners';
import { CancelledError, DeadlineError, UnawaitedError } from '../core/errors';
import { Named } from '../core/named';
import type { Awaitable } from '../core/shape';
import { currentScheduler, type BatchScheduler } from '../scheduler/batch-scheduler';
import { detachedFrame, frameOn, type Frame } from '../scheduler/frame';
import { AsyncValue } from '../future/async-value';
import type { ObservedOperation } from '../scheduler/instrumentation';
import type { Waiter } from '../scheduler/waiter';
import { Cancellation, runCancelSteps, type CancelSteps } from './cancellation';
import { ScopeChildren, type BoundSubscription } from './scope-children';
import { CloseSequence } from './close-sequence';
import { Failures } from './failures';
import { notifyScopeCancelled, notifyScopeClosed, notifyScopeDrained, notifyScopeOpened } from './open-scopes';
import { isPromise } from './promise-wait';
import { checkedOptions, type ExitMode, type ScopeConfig, type ScopeOptions } from './scope-config';
import { ScopeEnd } from './scope-end';
import { callSiteOf, ScopedTask, type ScopedTaskConfig, type WorkOrigin } from './scoped-task';
import { StartQueue } from './start-queue';
import { checkScopeFunction, checkWork, type ScopedWork, type ScopeResult } from './work';

/** The surroundings of a scope: its parent scope, or the waiter of a `scoped()` future. */
interface ScopeParent {
  readonly parent?: Scope;
  /** The position of the scope in the order of starts of its parent. */
  readonly order?: number;
  /** The context frame of the waiter of the scope; all work of the scope runs in it too. */
  readonly frame?: Frame | undefined;
  /** The waiter of the scope. */
  readonly waiter?: Waiter | undefined;
  /** The GraphQL operation whose whole work runs in the scope. */
  readonly operation?: ObservedOperation | undefined;
}

/** The argument of a function that is started in a scope. */
export interface ScopeTask {
  /** Aborts when the task is cancelled. */
  readonly signal: AbortSignal;
  readonly scope: Scope;
}

/**
 * A lifetime for work: `start` begins tasks, `close` waits for them, `cancel` cancels them.
 *
 * The idea is async-tamer's `AsyncScope`. Unlike there, a cancellation is permanent, and the value of a task settles when
 * the task has ended with all its clean-up.
 *
 * @throws TypeError for an invalid or unknown option.
 * @example
 * const scope = new Scope({ timeout: 1_000 });
 * const user = scope.start(userById(7));
 * scope.ensure(() => connection.end());
 * await user;
 * await scope.close();
 */
export class Scope extends Named implements AsyncDisposable {
  /** Emits once and completes when the scope has closed; at once for a late subscriber. Never fails. */
  readonly closed$: Observable<void>;
  /** @internal */
  readonly scheduler: BatchScheduler;
  /** @internal */
  readonly failures: Failures;
  /** @internal */
  readonly options: ScopeOptions;
  /** @internal */
  readonly queue: StartQueue;
  /** @internal The value that `close()` returns; it exists before the call. */
  readonly closing: ScopeEnd = new ScopeEnd(this);

  readonly #children: ScopeChildren;
  readonly #closeSequence: CloseSequence;
  readonly #cancellation: Cancellation;
  readonly #closed = new AsyncValue<void>();
  /** The deadline timer and the listener of the outer signal. */
  readonly #subscriptions = new Subscription();
  /** Number of tasks, finalisers and child scopes so far: the order of starts. */
  #startedCount = 0;
  /** Whether `cancel` was called. An `errorMode` of `'abort'` begins the cancellation without it. */
  #isCancelled = false;
  /** Whether the scope is cancelled and empty, so that it need not be closed. */
  #isDrained = false;

  constructor(
    config: ScopeConfig = {},
    /** @internal */ readonly parentLink: ScopeParent = {},
  ) {
    super();
    this.options = checkedOptions(config);
    const { timeout, signal, concurrency, exitMode } = this.options;
    this.#children = new ScopeChildren(exitMode);
    this.scheduler = config.scheduler ?? parentLink.parent?.scheduler ?? currentScheduler();
    this.closed$ = new Observable((subscriber) => this.#closed.subscribe(subscriber));
    this.failures = new Failures(this.name);
    this.#cancellation = new Cancellation(detachedFrame(this.#frame));
    this.queue = new StartQueue(this.scheduler, concurrency);
    this.#closeSequence = new CloseSequence(this.#children, this.scheduler, this.closing);
    if (timeout !== Infinity)
      this.#subscriptions.add(this.scheduler.clock.schedule(() => this.#onTimeout(timeout), timeout));
    if (signal) this.#subscriptions.add(whenAborted(signal, (reason) => this.#onSignalAborted(reason)));
    notifyScopeOpened(this);
  }

  get name(): string {
    return this.options.name;
  }

  /** Aborts when the scope is cancelled; its reason is a `CancelledError`, whose `reason` is that of `cancel`. */
  get signal(): AbortSignal {
    return this.#cancellation.signal;
  }

  /**
   * Number of tasks that run at a time. Raising it starts waiting tasks; `0` pauses. A promise counts, but is never held
   * back, since it runs already.
   */
  get concurrency(): number {
    return this.queue.concurrency;
  }

  set concurrency(concurrency: number) {
    this.queue.concurrency = concurrency;
  }

  /**
   * Starts work as a task of the scope. Tasks start in the order of the calls, after this turn. A task may start other
   * tasks also while the scope waits to close.
   *
   * @param work an awaitable, or a function that returns one: plain, async, or a generator function as of a task. Its
   *   argument has the signal of the task, and the scope.
   * @returns the hot value of the task. Its failure fails the scope, unless a waiter receives it.
   * @throws ScopeClosedError if the scope is cancelled or closed; the function is not called then.
   * @throws TypeError if `work` cannot run in a scope.
   * @example
   * const page = scope.start(({ signal }) => fetch('https://example.org', { signal }));
   */
  start<T>(work: Awaitable<T> | ((task: ScopeTask) => ScopeResult<T>)): AsyncValue<T> {
    checkWork('Scope.start: work', work);
    this.#closeSequence.checkAccepts(this.name, 'start', this.#cancellation.error);
    const startedAt = callSiteOf(Scope.prototype.start, this.options.grace); // eslint-disable-line @typescript-eslint/unbound-method -- only compared with stack frames
    const frame = detachedFrame(this.#frame);
    // A ScopedTask of this scope is a ScopeTask.
    const started = this.#createTask<T>(work as ScopedWork<T>, 'task', { frame, startedAt });
    const task = started as ScopedTask<unknown>; // Cast: safe, because the scope never reads the value.
    this.#children.add(task);
    if (isPromise(work)) this.queue.runNow(task);
    else this.queue.push(task);
    return started;
  }

  /**
   * Opens a child scope. The child is closed before its parent, and is cancelled with it, unless it is shielded.
   *
   * @param config the options of the child; they are not inherited, except the scheduler
   * @throws ScopeClosedError if this scope is cancelled or closed.
   * @throws TypeError for an invalid or unknown option.
   * @example
   * const child = scope.fork({ name: 'page', timeout: 500 });
   */
  fork(config: ScopeConfig = {}): Scope {
    this.#closeSequence.checkAccepts(this.name, 'fork', this.#cancellation.error);
    const child = new Scope(config, {
      ...this.parentLink,
      operation: undefined,
      parent: this,
      order: ++this.#startedCount,
    });
    this.#children.scopes.add(child);
    return child;
  }

  /**
   * Registers a finaliser, which runs when all work of the scope has ended. Finalisers run one after the other, the last
   * registered first; a failure of one does not stop the next. The idea is Python's `AsyncExitStack`.
   *
   * @param finaliser a function; what it returns is awaited. It may be a generator function as of a task.
   * @throws ScopeClosedError if the finalisers of the scope have begun, or it has closed.
   * @throws TypeError if `finaliser` is not a function.
   * @example
   * scope.ensure(() => connection.end());
   */
  ensure(finaliser: () => unknown): void {
    checkScopeFunction('Scope.ensure: finaliser', 'a function', finaliser);
    this.#closeSequence.checkAccepts(this.name, 'ensure');
    const frame = detachedFrame(this.#frame);
    this.#closeSequence.addFinaliser(
      this.#createTask<unknown>(finaliser, { value: undefined }, { frame, startedAt: 'as a finaliser' }),
    );
  }

  /**
   * Cancels all work of the scope, synchronously, and refuses new work. Later calls do nothing.
   *
   * @param reason the `reason` of the `CancelledError` that the cancelled work receives
   */
  cancel(reason?: unknown): void {
    runCancelSteps(this.cancelSteps(reason), this.scheduler);
  }

  /**
   * Closes the scope: waits for its tasks or cancels them, by `exitMode`; then closes its child scopes, the newest first;
   * then runs its finalisers. All calls return the same value.
   *
   * The value fails with a `ScopeError` of all failures that no other waiter has received, or with the `DeadlineError` if
   * that is the only one. Work of the scope that waits for the value fails with a `ScopeDeadlockError`.
   *
   * @example
   * await scope.close();
   */
  close(): AsyncValue<void> {
    return this.#close(this.options.exitMode ?? 'wait');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close(this.options.exitMode ?? 'cancel');
  }

  /** @internal Runs the body of `scoped()`. The scope closes when the body ends, and fails if the body fails. */
  runBody<T>(body: (scope: Scope) => ScopeResult<T>, origin: WorkOrigin): AsyncValue<T> {
    const value = this.#createTask<T>(body as ScopedWork<T>, { value: this }, origin);
    this.#children.body = value; // the cast is that of `start`
    if (this.#cancellation.error) value.cancel(this.#cancellation.error);
    else this.scheduler.runQueue.drive(() => value.run());
    return value;
  }

  /** @internal Keeps the scope from closing until `release` is called. */
  bind(): BoundSubscription {
    this.#closeSequence.checkAccepts(this.name, 'boundTo', this.#cancellation.error);
    const { cancelled$, release } = this.#children.bind();
    const releaseAndDrain = (): void => {
      release();
      Scope.#updateDrained(this);
    };
    return { cancelled$, release: releaseAndDrain };
  }

  /** @internal Called before a task, the body or a finaliser settles with a failure. */
  taskFailed(failed: ScopedTask<unknown>, error: unknown): void {
    const isTask = this.#children.remove(failed);
    const isOwn = failed === this.#children.body;
    // A value that a caller has set already cannot pass this failure to its waiters.
    this.failures.add({ error, order: failed.order, isOwn, ...(isTask && !failed.isSet && { value: failed }) });
    if (isTask || isOwn) this.#applyErrorMode(failed, error);
  }

  /** @internal Called when a task, the body or a finaliser has ended. */
  taskEnded(task: ScopedTask<unknown>): void {
    if (this.#closeSequence.hasBegunFinalisers) return;
    this.#children.taskEnded(task);
    if (task === this.#children.body) this.close();
    else if (task.isRunning) this.queue.taskEnded();
    Scope.#updateDrained(this);
  }

  /** The context frame of all work of the scope. */
  get #frame(): Frame | undefined {
    return frameOn(this.scheduler, this.parentLink.frame);
  }

  #createTask<T>(work: ScopedWork<T>, argument: ScopedTaskConfig<T>['argument'], origin: WorkOrigin): ScopedTask<T> {
    return new ScopedTask<T>(this, { work, argument, order: ++this.#startedCount, ...origin });
  }

  /** @internal The steps of `cancel`, for this scope and its child scopes. */
  *cancelSteps(reason: unknown): CancelSteps {
    if (this.#closed.isSet || this.#isCancelled) return;
    this.#isCancelled = true;
    notifyScopeCancelled(this, reason);
    const cancellation = this.#cancellation.begin(reason);
    yield this.#children.cancel(cancellation);
    this.#children.body?.cancel(cancellation);
    Scope.#updateDrained(this);
  }

  /** Marks a scope as drained if it is cancelled and has only drained child scopes; then its parent may be drained too. */
  static #updateDrained(innermost: Scope): void {
    let scope: Scope | undefined = innermost;
    while (scope && scope.#hasBecomeDrained) {
      scope.#isDrained = true;
      notifyScopeDrained(scope);
      scope = scope.parentLink.parent;
      if (scope) scope.#children.drainedScopes++;
    }
  }

  get #hasBecomeDrained(): boolean {
    return this.#isCancelled && !this.#isDrained && this.#children.isDrained && !this.#closeSequence.hasFinalisers;
  }

  #applyErrorMode(failed: ScopedTask<unknown>, error: unknown): void {
    const { errorMode } = this.options;
    if (errorMode === 'continue') return;
    const isAbort = errorMode === 'abort';
    const cancellation = new CancelledError(error);
    if (isAbort) this.#cancellation.begin(cancellation);
    runCancelSteps(this.#children.cancel(cancellation, isAbort ? { failed, error } : undefined), this.scheduler);
  }

  #onSignalAborted(reason: unknown): void {
    if (this.#children.body?.isOver === false) this.failures.abortError = this.#cancellation.begin(reason);
    this.cancel(reason);
  }

  #onTimeout(timeout: number): void {
    if (this.#isCancelled) return;
    const error = new DeadlineError(this.name, timeout);
    this.failures.add({ error, order: 0, isOwn: true });
    this.cancel(error);
  }

  #close(exitMode: ExitMode): AsyncValue<void> {
    if (exitMode === 'cancel') this.cancel(`scope "${this.name}" was left`);
    if (this.#closeSequence.hasBegun) return this.closing;
    if (exitMode === 'throw' && !this.#children.body?.isError) this.#failUnawaited();
    this.#closeSequence.begin(() => this.#finish());
    return this.closing;
  }

  /** Fails the scope for each task without a waiter, and cancels those that still run: `exitMode: 'throw'`. */
  #failUnawaited(): void {
    for (const task of this.#children.unawaited()) {
      this.failures.add({ error: new UnawaitedError(this.name, task.name), order: task.order });
      task.cancel(`scope "${this.name}" was left`);
    }
  }

  #finish(): void {
    this.#subscriptions.unsubscribe();
    const closeFailure = this.failures.finish();
    this.#children.body?.receive();
    notifyScopeClosed(this, closeFailure, this.#isCancelled);
    const { parent, order = 0 } = this.parentLink;
    if (parent) parent.#children.scopes.delete(this);
    if (parent && this.#isDrained) parent.#children.drainedScopes--;
    if (parent) Scope.#updateDrained(parent);
    if (closeFailure) parent?.failures.add({ error: closeFailure.error, order, value: this.closing });
    this.closing.settle(closeFailure);
    this.#closed.set();
  }
}
