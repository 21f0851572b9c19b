/**
 * A hot value that arrives once: started work, or a cell set by hand. It replays to whoever comes late. The idea is
 * asynckit's AsyncValue.
 */
import { describe, invalidOption } from '../core/describe';
import { AlreadySetError, CancelledError, NotReadyError, TaskTimeoutError } from '../core/errors';
import { failure, success, unwrap, type Outcome } from '../core/outcome';
import { received, reportUnlessReceived } from '../core/report';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import type { Waiter } from '../scheduler/waiter';
import { block, isStuck } from './block';
import { adopt, chainingCycle, isThenable } from './chaining-cycle';
import { begin, ended, tell, type Execution, type Sink } from './execution';
import { PassiveSink } from './passive-sink';
import { SingleValueObservable } from './single-value-observable';
import { tellInTurn } from './telling';
import { Waiting } from './waiting';

/**
 * It settles once. A failure that no consumer receives is reported when the value is collected, or when the process exits:
 * it never vanishes, and never ends the process.
 *
 * @example
 * const answer = new AsyncValue<number>();
 * answer.subscribe(console.log);
 * answer.set(42); // prints 42
 */
export class AsyncValue<T> extends SingleValueObservable<T> {
  #outcome: Outcome<T> | undefined;
  readonly #waiting = new Set<Waiting<T>>();
  #passiveSinks: Set<Waiting<T>> | undefined;
  #isReceived = false;

  /** Whether it has ended, with a value or with an error. */
  get isSet(): boolean {
    return this.#outcome !== undefined;
  }

  get isError(): boolean {
    return this.#outcome?.isError === true;
  }

  /** @throws NotReadyError before it is set; its error, if it failed. */
  get value(): T {
    if (!this.#outcome) throw new NotReadyError();
    this.receive();
    return unwrap(this.#outcome);
  }

  /** What it failed with; undefined while it has not. */
  get error(): unknown {
    if (!this.#outcome?.isError) return undefined;
    this.receive();
    return this.#outcome.error;
  }

  /**
   * A value that arrives later, as a promise does, is kept as it is; `await` gives what it brings.
   *
   * @throws AlreadySetError the second time.
   * @throws TypeError for a value that leads back to this one; for a second argument, such as the error that goes with a
   * value in Python.
   */
  set(value: T): void;
  set(value: T, ...[second]: readonly unknown[]): void {
    if (second !== undefined) throw notTwo(second);
    if (!this.isSet && this.#isLedBackToBy(value)) throw chainingCycle(this.title);
    this.#end(success(value));
  }

  /** @throws AlreadySetError the second time. */
  fail(error: unknown): void {
    this.#end(failure(error));
  }

  /**
   * Ends it, unless it has ended: with a `CancelledError` around the reason. Work that was started stops, and the value
   * is settled when its clean-up is done; what work gives in spite of it is kept.
   */
  cancel(reason?: unknown): void {
    if (!this.isSet) this.fail(new CancelledError(reason));
  }

  /**
   * Runs what can run on this thread, for so many ms at most, until it is set; whether it is.
   *
   * @throws WouldBlockError if it needs the event loop and no time was given.
   */
  wait(timeoutMs = Infinity): boolean {
    check('wait', timeoutMs);
    if (timeoutMs > 0) this.#pursue(timeoutMs);
    // To know that it has failed is not to know how.
    if (this.isSet && !this.isError) this.receive();
    return this.isSet;
  }

  /**
   * The value; or undefined, if it does not come in so many ms. `get(0)` looks, and does nothing else.
   *
   * @throws its error, if it failed. WouldBlockError if it needs the event loop and no time was given.
   */
  get(timeoutMs = Infinity): T | undefined {
    check('get', timeoutMs);
    if (timeoutMs > 0) this.#pursue(timeoutMs);
    return this.isSet ? this.value : undefined;
  }

  /**
   * The value.
   *
   * @throws its error, if it failed. TaskTimeoutError if it does not come in so many ms. WouldBlockError if it needs the
   * event loop and no time was given.
   */
  override block(timeoutMs = Infinity): T {
    check('block', timeoutMs);
    const obstacle = this.#pursue(timeoutMs);
    if (this.isSet) return this.value;
    throw obstacle instanceof TaskTimeoutError ? obstacle : new TaskTimeoutError(timeoutMs, obstacle);
  }

  /** @internal */
  override [begin](sink: Sink<T>, scheduler: BatchScheduler): Execution {
    const isOnlooker = sink instanceof PassiveSink;
    if (!this.#outcome) {
      const all = isOnlooker ? (this.#passiveSinks ??= new Set()) : this.#waiting;
      return new Waiting(this, all, { sink, scheduler });
    }
    if (!isOnlooker) this.receive();
    tell(sink, this.#outcome);
    return ended;
  }

  /** @internal Sets it or fails it; a value that leads back to it fails it. */
  protected settleWith(outcome: Outcome<T>): void {
    if (outcome.isError) this.fail(outcome.error);
    else if (!this.isSet && this.#isLedBackToBy(outcome.value)) this.fail(chainingCycle(this.title));
    else this.set(outcome.value);
  }

  /** @internal */
  override adopt(value: T): T | PromiseLike<T> {
    return isThenable<T>(value) ? adopt(this, value, this.title) : value;
  }

  /** @internal What it is called in messages. */
  protected get title(): string {
    return 'an AsyncValue';
  }

  /** @internal Somebody waits for it. */
  get isAwaited(): boolean {
    return this.#waiting.size > 0;
  }

  /** @internal */
  get firstWaiter(): Waiter | undefined {
    const [first] = this.#waiting;
    return first?.sink;
  }

  /** @internal Whether this waiter waits for it, itself and not by way of another value. */
  isAwaitedBy(waiter: Waiter): boolean {
    for (const { sink } of this.#waiting) {
      let at: Waiter | undefined = sink;
      while (at && at !== waiter && !(at instanceof AsyncValue)) at = at.above;
      if (at === waiter) return true;
    }
    return false;
  }

  /** @internal Whether somebody has been told how it ended. */
  get isReceived(): boolean {
    return this.#isReceived;
  }

  /** @internal */
  receive(): void {
    if (this.#isReceived) return;
    this.#isReceived = true;
    if (this.#outcome?.isError) received(this);
  }

  /** @internal For messages. */
  describe(): string {
    return 'an AsyncValue that is not set';
  }

  /** @internal Moves on what it waits for, without the event loop; false where that is not possible. */
  advance(): boolean {
    return false;
  }

  /** Runs what can run until it is set; why it could not be set, in the time that was given. */
  #pursue(timeoutMs: number): unknown {
    try {
      if (!this.isSet)
        block({ [begin]: (sink, scheduler) => this[begin](new PassiveSink(sink), scheduler) }, timeoutMs);
      return undefined;
    } catch (error) {
      if (this.isSet || error instanceof TaskTimeoutError) return error;
      // What cannot come while this thread is held does not come in any time that is given.
      if (timeoutMs !== Infinity && isStuck(error)) return error;
      throw error;
    }
  }

  #end(outcome: Outcome<T>): void {
    this.#settle(outcome);
    if (this.#passiveSinks) for (const onlooker of this.#passiveSinks) onlooker.settle(outcome);
  }

  /** Whether the value is this one, or one that was set to what leads here. */
  #isLedBackToBy(value: unknown): boolean {
    if (!(value instanceof AsyncValue)) return false;
    let at: unknown = value;
    // Nothing leads to what was never a value: no long chain is followed for each of its links.
    if (at !== this && leadsOn.has(this)) {
      while (at instanceof AsyncValue && at !== this)
        at = at.#outcome?.isError === false ? at.#outcome.value : undefined;
    }
    leadsOn.add(value);
    return at === this;
  }

  #settle(outcome: Outcome<T>): void {
    if (this.#outcome) throw new AlreadySetError();
    this.#outcome = outcome;
    tellInTurn(() => {
      for (const waiting of this.#waiting) {
        this.receive();
        waiting.settle(outcome);
      }
      if (outcome.isError && !this.#isReceived) this.#unreceive(outcome.error);
    });
  }

  #unreceive(error: unknown): void {
    this.#isReceived = false;
    if (!(error instanceof CancelledError)) reportUnlessReceived(this, 'an AsyncValue', error);
  }
}

const notTwo = (second: unknown): TypeError =>
  new TypeError(
    `set: expected one argument, the value; got ${describe(second)} as a second. ` +
      'An AsyncValue ends with a value or with an error: call fail(error) in place of set to end it with an error.',
  );

/** Those that others were set to. */
const leadsOn = new WeakSet<object>();

const check = (method: string, timeoutMs: number): void => {
  if (typeof timeoutMs === 'number' && timeoutMs >= 0) return;
  throw invalidOption(`${method}: timeoutMs`, 'a number of milliseconds, 0 or more', timeoutMs);
};
