/**
 * A lifetime: work that is started in it ends before it does. Its failures, its finalisers and its deadline are those of
 * the scope. The idea is async-tamer's scope, on the manners of RxJS: to cancel is sticky, to settle is to be done.
 */
import { Observable, Subscription } from 'rxjs';
import { CancelledError, DeadlineError } from '../core/errors';
import { Named } from '../core/named';
import type { Awaitable } from '../core/shape';
import { currentScheduler, type BatchScheduler } from '../scheduler/batch-scheduler';
import { detachedFrame, frameOn, type Frame } from '../scheduler/frame';
import { AsyncValue } from '../future/async-value';
import { callerOf } from './call-site';
import { Cancellation, perform, type Cancelling } from './cancellation';
import { Closing } from './closing';
import { reportUnawaited } from './complaint';
import { ScopeChildren, type Binding } from './scope-children';
import { CloseSequence } from './close-sequence';
import { Failures } from './failures';
import type { ScopeParent } from './scope-parent';
import { notifyScopeVacated, notifyScopeClosed, notifyScopeOpened, notifyScopeCancelled } from './open-scopes';
import { whenAborted } from './outer-signal';
import { isPromise } from './promise-wait';
import { checkedOptions, type ExitMode, type ScopeConfig, type ScopeOptions } from './scope-config';
import { ScopedTask } from './scoped-task';
import type { Origin, ScopedWork, ScopeTask, TaskConfig } from './task-config';
import { TaskQueue } from './task-queue';
import { checkFunction, checkWork, type ScopeResult } from './work';

/**
 * @example
 * const scope = new Scope({ timeout: 1_000 });
 * const user = scope.start(userById(7));
 * scope.ensure(() => connection.end());
 * await user;
 * await scope.close();
 */
export class Scope extends Named implements AsyncDisposable {
  /** It has been closed: emits once, then completes; at once, to whoever comes late. */
  readonly closed$: Observable<void>;
  /** @internal */
  readonly scheduler: BatchScheduler;
  /** @internal */
  readonly failures: Failures;
  /** @internal */
  readonly options: ScopeOptions;
  /** @internal */
  readonly queue: TaskQueue;
  /** @internal Its end, whether it has begun to close or not. */
  readonly closing = new Closing(this);

  readonly #children: ScopeChildren;
  readonly #closeSequence: CloseSequence;
  readonly #cancellation: Cancellation;
  readonly #closed = new AsyncValue<void>();
  readonly #untie = new Subscription();
  /** How many things were begun in it. */
  #begun = 0;
  /** Told to end, and not only shut because something has failed. */
  #isCancelled = false;
  #isVacated = false;

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
    this.queue = new TaskQueue(this.scheduler, concurrency);
    this.#closeSequence = new CloseSequence(this.#children, this.scheduler, this.closing);
    if (timeout !== Infinity) this.#untie.add(this.scheduler.clock.schedule(() => this.#timeOut(timeout), timeout));
    if (signal) this.#untie.add(whenAborted(signal, (reason) => this.#abort(reason)));
    notifyScopeOpened(this);
  }

  get name(): string {
    return this.options.name;
  }

  /** Aborts when the scope is cancelled; its reason is a `CancelledError` around the reason that was given. */
  get signal(): AbortSignal {
    return this.#cancellation.signal;
  }

  /** How many of its tasks run at once; to raise it starts those who wait, 0 pauses. A promise runs in any case. */
  get concurrency(): number {
    return this.queue.concurrency;
  }

  set concurrency(concurrency: number) {
    this.queue.concurrency = concurrency;
  }

  /**
   * Starts work: something to wait for, or a function that gives it, at the end of this turn at the earliest, in the
   * order of the calls. The function may be a generator function, as of a task; it is handed its signal and the scope.
   * A task may start tasks while the scope waits to close.
   *
   * @throws ScopeClosedError if the scope is cancelled or closed; the function is not called then.
   * @example
   * const page = scope.start(({ signal }) => fetch('https://example.org', { signal }));
   */
  start<T>(work: Awaitable<T> | ((task: ScopeTask) => ScopeResult<T>)): AsyncValue<T> {
    checkWork('Scope.start: its work', work);
    this.#closeSequence.admit(this.name, 'start', this.#cancellation.error);
    const startedAt = callerOf(Scope.prototype.start, this.options.grace); // eslint-disable-line @typescript-eslint/unbound-method -- only looked for
    const frame = detachedFrame(this.#frame);
    const started = this.#make<T>(work as ScopedWork<T>, 'the task', { frame, startedAt });
    const task = started as ScopedTask<unknown>; // what it gives is not the scope's to know
    this.#children.add(task);
    if (isPromise(work)) this.queue.runNow(task);
    else this.queue.push(task);
    return started;
  }

  /**
   * A scope within this one: it is cancelled with it, unless it is shielded, and closed before it.
   *
   * @throws ScopeClosedError if this one is cancelled or closed.
   */
  fork(config: ScopeConfig = {}): Scope {
    this.#closeSequence.admit(this.name, 'fork', this.#cancellation.error);
    const child = new Scope(config, { ...this.parentLink, parent: this, order: ++this.#begun });
    this.#children.children.add(child);
    return child;
  }

  /**
   * Runs the finaliser when all that is in the scope has ended: the last first, each awaited, all of them, whatever one
   * throws. It may give something to wait for, or be a generator function, as of a task.
   *
   * @throws ScopeClosedError if the scope has closed, or is at its finalisers.
   */
  ensure(finaliser: () => unknown): void {
    checkFunction('Scope.ensure: its finaliser', 'a function', finaliser);
    this.#closeSequence.admit(this.name, 'ensure');
    const frame = detachedFrame(this.#frame);
    this.#closeSequence.ensure(
      this.#make<unknown>(finaliser, { is: undefined }, { frame, startedAt: 'as a finaliser' }),
    );
  }

  /** Cancels all that is in it, and shuts its door. The first reason counts; it is done when this returns. */
  cancel(reason?: unknown): void {
    perform(this.cancelling(reason), this.scheduler);
  }

  /**
   * Closes it: waits for its tasks or cancels them, as `exitMode` says; then closes its children, the last first, and
   * runs its finalisers. However often it is called, it closes once.
   *
   * The value fails with a `ScopeError` of all failures that nobody else was told of, or with the `DeadlineError` if its
   * time was over. Work of the scope that waits for it gets a `ScopeDeadlockError`.
   */
  close(): AsyncValue<void> {
    return this.#close(this.options.exitMode ?? 'wait');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close(this.options.exitMode ?? 'cancel');
  }

  /** @internal Runs its body, whose end closes it, and whose failure is the scope's. */
  runBody<T>(body: (scope: Scope) => ScopeResult<T>, origin: Origin): AsyncValue<T> {
    const value = this.#make<T>(body as ScopedWork<T>, { is: this }, origin);
    this.#children.body = value; // as in `start`
    if (this.#cancellation.error) value.cancel(this.#cancellation.error);
    else this.scheduler.runQueue.drive(() => value.run());
    return value;
  }

  /** @internal Keeps it from closing until it is released. */
  bind(): Binding {
    this.#closeSequence.admit(this.name, 'boundTo', this.#cancellation.error);
    const { cancelled$, release } = this.#children.bind();
    const released = (): void => {
      release();
      Scope.#lookWhetherVacated(this);
    };
    return { cancelled$, release: released };
  }

  /** @internal A task, the body or a finaliser is about to fail. */
  taskFailed(failed: ScopedTask<unknown>, error: unknown): void {
    const isTask = this.#children.remove(failed);
    const isOwn = failed === this.#children.body;
    // Where its value was set by hand, nobody will be told of this there.
    this.failures.add({ error, order: failed.order, isOwn, ...(isTask && !failed.isSet && { value: failed }) });
    if (isTask || isOwn) this.#react(failed, error);
  }

  /** @internal A task, the body or a finaliser has ended. */
  taskEnded(task: ScopedTask<unknown>): void {
    if (this.#closeSequence.isShut) return;
    this.#children.ended(task);
    if (task === this.#children.body) this.close();
    else if (task.isRunning) this.queue.ended();
    Scope.#lookWhetherVacated(this);
  }

  /** What is on around all that is in it. */
  get #frame(): Frame | undefined {
    return frameOn(this.scheduler, this.parentLink.frame);
  }

  #make<T>(work: ScopedWork<T>, argument: TaskConfig<T>['argument'], origin: Origin): ScopedTask<T> {
    return new ScopedTask<T>(this, { work, argument, order: ++this.#begun, ...origin });
  }

  /** @internal */
  *cancelling(reason: unknown): Cancelling {
    if (this.#closed.isSet || this.#isCancelled) return;
    this.#isCancelled = true;
    notifyScopeCancelled(this, reason);
    const cancellation = this.#cancellation.begin(reason);
    yield this.#children.cancel(cancellation);
    this.#children.body?.cancel(cancellation);
    Scope.#lookWhetherVacated(this);
  }

  /** Cancelled, and empty but for scopes of which the same is true: it need not be closed. Then the one around it may be. */
  static #lookWhetherVacated(innermost: Scope): void {
    let scope: Scope | undefined = innermost;
    while (scope && scope.#isToBeVacated) {
      scope.#isVacated = true;
      notifyScopeVacated(scope);
      scope = scope.parentLink.parent;
      if (scope) scope.#children.vacatedChildren++;
    }
  }

  get #isToBeVacated(): boolean {
    return this.#isCancelled && !this.#isVacated && this.#children.isVacant && !this.#closeSequence.hasFinalisers;
  }

  #react(failed: ScopedTask<unknown>, error: unknown): void {
    const { errorMode } = this.options;
    if (errorMode === 'continue') return;
    const isAbort = errorMode === 'abort';
    const cancellation = new CancelledError(error);
    if (isAbort) this.#cancellation.begin(cancellation);
    perform(this.#children.cancel(cancellation, isAbort ? { failed, error } : undefined), this.scheduler);
  }

  #abort(reason: unknown): void {
    if (this.#children.body?.isOver === false) this.failures.abortion = this.#cancellation.begin(reason);
    this.cancel(reason);
  }

  #timeOut(timeout: number): void {
    if (this.#isCancelled) return;
    const error = new DeadlineError(this.name, timeout);
    this.failures.add({ error, order: 0, isOwn: true });
    this.cancel(error);
  }

  #close(exitMode: ExitMode): AsyncValue<void> {
    if (exitMode === 'cancel') this.cancel(`scope "${this.name}" was left`);
    if (this.#closeSequence.hasBegun) return this.closing;
    if (exitMode === 'throw' && !this.#children.body?.isError) reportUnawaited(this.#children.unawaited(), this);
    this.#closeSequence.begin(() => this.#finish());
    return this.closing;
  }

  #finish(): void {
    this.#untie.unsubscribe();
    const verdict = this.failures.verdict();
    this.#children.body?.receive();
    notifyScopeClosed(this, verdict, this.#isCancelled);
    const { parent, order = 0 } = this.parentLink;
    if (parent) parent.#children.children.delete(this);
    if (parent && this.#isVacated) parent.#children.vacatedChildren--;
    if (parent) Scope.#lookWhetherVacated(parent);
    if (verdict) parent?.failures.add({ error: verdict.error, order, value: this.closing });
    this.closing.end(verdict);
    this.#closed.set();
  }
}
