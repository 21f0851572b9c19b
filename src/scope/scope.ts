/**
 * A lifetime: work that is started in it ends before it does. Its failures, its finalisers and its deadline are those of
 * the scope. The idea is async-tamer's scope, on the manners of RxJS: to cancel is sticky, to settle is to be done.
 */
import { Observable, ReplaySubject, Subscription } from 'rxjs';
import { wrong } from '../core/describe';
import { CancelledError, DeadlineError, ScopeClosedError, UnawaitedError } from '../core/errors';
import type { Outcome } from '../core/outcome';
import { reportLost } from '../core/report';
import { isAsyncInput, reportUnhandled } from '../core/rx';
import type { Leaf } from '../core/shape';
import { currentScheduler, type BatchScheduler } from '../scheduler/batch-scheduler';
import { Fifo } from '../scheduler/fifo';
import { detachedFrame, type Frame } from '../scheduler/frame';
import { AsyncValue } from '../future/async-value';
import { begin, type Sink } from '../future/execution';
import type { Future } from '../future/future';
import { task } from '../task/task';
import { Closing } from './closing';
import { Failures } from './failures';
import { checkedConcurrency, checkedOptions, type ExitMode, type ScopeConfig, type ScopeOptions } from './scope-config';
import { cancelledBy, isCancellation, ScopedTask, type ScopedWork } from './scoped-task';
import type { Given } from './work';

/** What a function that is started in a scope is handed. */
export interface ScopeTask {
  /** Aborts when the task is cancelled. */
  readonly signal: AbortSignal;
  readonly scope: Scope;
}

/**
 * @example
 * const scope = new Scope({ timeout: 1_000 });
 * const user = scope.start(userById(7));
 * scope.ensure(() => connection.end());
 * await user;
 * await scope.close();
 */
export class Scope implements AsyncDisposable {
  /** It has been closed: emits once, then completes; at once, to whoever comes late. */
  readonly closed$: Observable<void>;
  /** @internal */
  readonly scheduler: BatchScheduler;
  /** @internal */
  readonly parent: Scope | undefined;

  readonly #options: ScopeOptions;
  readonly #tasks = new Set<ScopedTask<unknown>>();
  readonly #queue = new Fifo<ScopedTask<unknown>>();
  readonly #children = new Set<Scope>();
  readonly #finalisers: Finaliser[] = [];
  readonly #failures = new Failures();
  /** Ended tasks that nobody has waited for yet; looked at only where they are complained of. */
  readonly #unclaimed = new Set<ScopedTask<unknown>>();
  readonly #closed = new AsyncValue<void>();
  readonly #untie = new Subscription();
  readonly #turn = { step: () => this.#runQueued() };
  #concurrency: number;
  #running = 0;
  #bound = 0;
  #started = 0;
  #isTurnComing = false;
  #body: ScopedTask<unknown> | undefined;
  #idle: AsyncValue<void> | undefined;
  readonly #closing = new Closing(this);
  #isClosing = false;
  #isShut = false;
  #cancellation: CancelledError | undefined;
  #deadline: DeadlineError | undefined;
  #cancelled: ReplaySubject<void> | undefined;
  #order = 0;
  #controller: AbortController | undefined;

  constructor(config: ScopeConfig = {}, parent?: Scope) {
    this.#options = checkedOptions(config);
    const { timeout, signal, concurrency } = this.#options;
    this.scheduler = config.scheduler ?? parent?.scheduler ?? currentScheduler();
    this.parent = parent;
    this.closed$ = new Observable((subscriber) => this.#closed.subscribe(subscriber));
    this.#concurrency = concurrency;
    if (timeout !== Infinity) this.#untie.add(this.scheduler.clock.schedule(() => this.#timeOut(timeout), timeout));
    if (signal) this.#heed(signal);
    watch(this);
  }

  get name(): string {
    return this.#options.name;
  }

  /** Aborts when the scope is cancelled; its reason is a `CancelledError` around the reason that was given. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#cancellation) this.#controller.abort(this.#cancellation);
    return this.#controller.signal;
  }

  /** How many of its tasks run at once; to raise it starts those who wait, 0 pauses. */
  get concurrency(): number {
    return this.#concurrency;
  }

  set concurrency(concurrency: number) {
    this.#concurrency = checkedConcurrency(concurrency);
    this.scheduler.runQueue.interject(this.#turn);
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
  start<T>(work: Leaf<T> | ((task: ScopeTask) => Given<T>)): AsyncValue<T> {
    if (typeof work !== 'function' && !isAsyncInput(work)) {
      throw wrong('Scope.start: its work', 'a future, an Observable, a promise, or a function that gives one', work);
    }
    this.#admit('start');
    const task = new ScopedTask<T>(this, {
      work: work as ScopedWork<T>, // it is called with the task
      order: ++this.#started,
      frame: detachedFrame(),
      ...(this.graceMs === Infinity ? {} : { startedAt: callerOf(Scope.prototype.start) }),
    });
    this.#tasks.add(task as ScopedTask<unknown>);
    this.#queue.push(task as ScopedTask<unknown>);
    this.#runQueuedSoon();
    return task;
  }

  /**
   * A scope within this one: it is cancelled with it, unless it is shielded, and closed before it.
   *
   * @throws ScopeClosedError if this one is cancelled or closed.
   */
  fork(config: ScopeConfig = {}): Scope {
    this.#admit('fork');
    const child = new Scope(config, this);
    child.#order = ++this.#started;
    this.#children.add(child);
    return child;
  }

  /**
   * Runs the finaliser when all work of the scope has ended: the last first, each awaited, all of them, whatever one
   * throws. It may give something to wait for, or be a generator function, as of a task.
   *
   * @throws ScopeClosedError if the scope has closed; or is at its last finalisers.
   */
  ensure(finaliser: () => unknown): void {
    if (typeof finaliser !== 'function') throw wrong('Scope.ensure: its finaliser', 'a function', finaliser);
    if (this.#isShut) throw new ScopeClosedError(this.name, 'ensure', { state: 'closed' });
    this.#finalisers.push({ run: task(finaliser), order: ++this.#started });
  }

  /** Cancels all that is in it, and shuts its door. The first reason counts; it is done when this returns. */
  cancel(reason?: unknown): void {
    if (this.#closed.isSet) return;
    this.#cancellation ??= cancelledBy(reason);
    const cancellation = this.#cancellation;
    this.#controller?.abort(cancellation);
    this.#cancelWork(cancellation);
    this.#body?.cancel(cancellation);
    this.#cancelled?.next();
  }

  /**
   * Closes it: waits for its tasks or cancels them, as `exitMode` says; then closes its children, the last first, and
   * runs its finalisers. However often it is called, it closes once.
   *
   * The value fails with a `ScopeError` of all failures that nobody else was told of, or with the `DeadlineError` if its
   * time was over. Work of the scope that waits for it gets a `ScopeDeadlockError`.
   */
  close(): AsyncValue<void> {
    return this.#close(this.#options.exitMode ?? 'wait');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close(this.#options.exitMode ?? 'cancel');
  }

  /** @internal */
  get graceMs(): number {
    return this.#options.grace;
  }

  /** @internal Runs its body, whose end closes it, and whose failure is the scope's. */
  runBody<T>(work: Leaf<T> | ((scope: Scope) => Given<T>), frame: Frame | undefined): AsyncValue<T> {
    const body = new ScopedTask<T>(this, { work: work as ScopedWork<T>, argument: this, order: 0, frame });
    this.#body = body as ScopedTask<unknown>; // what it gives is not the scope's to know
    if (this.#cancellation) body.cancel(this.#cancellation);
    else body.run();
    return body;
  }

  /** @internal Keeps it from closing until it is called back; `cancelled$` emits when it is cancelled, or has been. */
  bind(): { readonly cancelled$: Observable<void>; readonly release: () => void } {
    this.#admit('boundTo');
    this.#bound++;
    this.#cancelled ??= new ReplaySubject<void>(1);
    const release = (): void => {
      this.#bound--;
      this.#lookWhetherIdle();
    };
    return { cancelled$: this.#cancelled, release };
  }

  /** @internal A task of it has ended. */
  ended(task: ScopedTask<unknown>, outcome: Outcome<unknown>): void {
    const isFailure = outcome.isError && !isCancellation(outcome.error);
    if (task === this.#body) {
      if (isFailure) this.#react(outcome.error);
      void this.close();
    } else {
      this.#tasks.delete(task);
      if (task.isRunning) this.#running--;
      if (isFailure) {
        this.#failures.add(outcome.error, task.order, task);
        this.#react(outcome.error);
      }
      if (!outcome.isError && this.#options.exitMode === 'raise' && !task.isReceived) this.#unclaimed.add(task);
      this.#runQueued();
    }
    this.#lookWhetherIdle();
  }

  /** @internal Something of it has failed; whoever receives the value is told of it. */
  failed(error: unknown, order: number, value?: AsyncValue<unknown>): void {
    this.#failures.add(error, order, value);
  }

  /** @internal */
  childHasClosed(child: Scope): void {
    this.#children.delete(child);
  }

  /** @internal Its end, whether it has begun to close or not. */
  get closing(): AsyncValue<void> {
    return this.#closing;
  }

  #admit(action: string): void {
    const state = this.#isShut ? 'closed' : this.#cancellation && 'cancelled';
    if (state) throw new ScopeClosedError(this.name, action, { state, cause: this.#cancellation });
  }

  #runQueuedSoon(): void {
    if (this.#isTurnComing) return;
    this.#isTurnComing = true;
    this.scheduler.schedule(() => {
      this.#isTurnComing = false;
      this.#runQueued();
    });
  }

  #runQueued(): void {
    while (this.#running < this.#concurrency) {
      const task = this.#queue.shift();
      if (!task) return;
      if (task.isSet) continue;
      this.#running++;
      task.run();
    }
  }

  /** What a failure does to the others. */
  #react(error: unknown): void {
    const { errorMode } = this.#options;
    if (errorMode === 'continue') return;
    const cancellation = new CancelledError(error);
    if (errorMode === 'abort') {
      this.#cancellation ??= cancellation;
      this.#controller?.abort(this.#cancellation);
    }
    this.#cancelWork(cancellation);
  }

  #cancelWork(cancellation: CancelledError): void {
    for (const task of [...this.#tasks]) task.cancel(cancellation);
    for (const child of [...this.#children]) if (!child.#options.shield) child.cancel(cancellation);
  }

  #heed(signal: AbortSignal): void {
    const onAbort = (): void => {
      this.cancel(signal.reason);
    };
    if (signal.aborted) {
      onAbort();
      return;
    }
    signal.addEventListener('abort', onAbort, { once: true });
    this.#untie.add(() => {
      signal.removeEventListener('abort', onAbort);
    });
  }

  #timeOut(timeout: number): void {
    this.#deadline = new DeadlineError(this.name, timeout);
    this.cancel(this.#deadline);
  }

  #close(exitMode: ExitMode): AsyncValue<void> {
    const closing = this.#closing;
    if (this.#isClosing) return closing;
    this.#isClosing = true;
    const sink: Sink<void> = {
      frame: undefined,
      succeed: () => {
        this.#finish();
      },
      fail: reportUnhandled, // it catches what is not its own
    };
    const ending = task(() => this.#ending(exitMode))();
    this.scheduler.runQueue.drive(() => ending[begin](sink, this.scheduler));
    return closing;
  }

  *#ending(exitMode: ExitMode): Generator<unknown, void, never> {
    if (exitMode === 'cancel') this.cancel(`scope "${this.name}" was left`);
    else if (exitMode === 'raise' && !this.#body?.isError) this.#complain();
    for (;;) {
      while (!this.#isIdle) yield (this.#idle ??= new AsyncValue<void>());
      const youngest = [...this.#children].at(-1);
      if (!youngest) break;
      youngest.close();
      yield youngest.#closed;
    }
    this.#isShut = true;
    for (let last = this.#finalisers.pop(); last; last = this.#finalisers.pop()) {
      try {
        yield last.run();
      } catch (error) {
        this.#failures.add(error, last.order);
      }
    }
    this.#untie.unsubscribe();
  }

  #finish(): void {
    const closing = this.#closing;
    const body = this.#body;
    const ofBody = body?.isError && !isCancellation(body.error) ? { error: body.error } : undefined;
    const own = this.#deadline ? { error: this.#deadline } : ofBody;
    const verdict = this.#failures.verdict(this.name, own);
    unwatch(this);
    this.parent?.childHasClosed(this);
    this.#closed.set();
    if (!verdict) closing.set();
    else {
      closing.fail(verdict.error);
      this.parent?.failed(verdict.error, this.#order, closing);
    }
  }

  get #isIdle(): boolean {
    return this.#tasks.size === 0 && this.#bound === 0 && this.#body?.isSet !== false;
  }

  #lookWhetherIdle(): void {
    if (!this.#idle || !this.#isIdle) return;
    const idle = this.#idle;
    this.#idle = undefined;
    idle.set();
  }

  /** Of tasks that nobody has waited for, and that nobody can wait for any more. */
  #complain(): void {
    for (const task of [...this.#unclaimed, ...this.#tasks]) {
      if (task.isReceived || task.isAwaited) continue;
      this.#failures.add(new UnawaitedError(this.name, task.name), task.order);
      task.cancel(`scope "${this.name}" was left`);
    }
  }
}

interface Finaliser {
  readonly run: () => Future<unknown>;
  readonly order: number;
}

/** Where the caller of this function is, in words. */
function callerOf(callee: (...args: never[]) => unknown): string {
  const here: { stack?: string } = {};
  Error.captureStackTrace(here, callee);
  return here.stack?.split('\n')[1]?.trim() ?? 'somewhere';
}

const open =
  typeof FinalizationRegistry === 'function'
    ? new FinalizationRegistry<string>((name) => {
        reportLost(
          `scope "${name}"`,
          new Error(`Scope "${name}" was collected while it was open. Close it, or use \`await using\`.`),
        );
      })
    : undefined;

const watch = (scope: Scope): void => open?.register(scope, scope.name, scope);
const unwatch = (scope: Scope): void => void open?.unregister(scope);
