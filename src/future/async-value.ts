/**
 * An AsyncValue is a hot value that arrives once: the result of started work, or a cell that the program settles by hand.
 * Late subscribers receive the value too. The idea is asynckit's AsyncValue.
 */
import { describe } from '../core/describe';
import { AlreadySetError, CancelledError, NotReadyError, TaskTimeoutError } from '../core/errors';
import { checkMs } from '../core/option-values';
import { failure, success, unwrap, type Settlement } from '../core/outcome';
import { markHandled, reportUnlessHandled } from '../core/report';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import type { Waiter } from '../scheduler/waiter';
import { block, hasGivenUp } from './block';
import { isThenable } from '../core/is-thenable';
import { adopt, chainingCycle } from './chaining-cycle';
import { begin, endedExecution, deliverOutcome, type Execution, type Sink } from './execution';
import { PassiveSink } from './passive-sink';
import { SingleValueObservable } from './single-value-observable';
import { deliverBounded } from './bounded-delivery';
import { AsyncValueWait } from './async-value-wait';

/**
 * A hot value that settles once, with a value or an error. A failure that no consumer receives is reported when the
 * AsyncValue is garbage-collected, or at the exit of the process at the latest. Such a failure never ends the process.
 *
 * @example
 * const answer = new AsyncValue<number>();
 * answer.subscribe(console.log);
 * answer.set(42); // prints 42
 */
export class AsyncValue<T> extends SingleValueObservable<T> {
  #outcome: Settlement<T> | undefined;
  readonly #waits = new Set<AsyncValueWait<T>>();
  #passiveSinks: Set<AsyncValueWait<T>> | undefined;
  #isReceived = false;

  /** Whether the value is settled, with a value or with an error. */
  get isSettled(): boolean {
    return this.#outcome !== undefined;
  }

  /** asynckit's name for {@link isSettled}. */
  get isSet(): boolean {
    return this.#outcome !== undefined;
  }

  /** Whether the value is settled with an error. */
  get isError(): boolean {
    return this.#outcome?.isError === true;
  }

  /**
   * The value.
   *
   * @throws NotReadyError before the value is settled. Throws the error of a failed value.
   */
  get value(): T {
    if (!this.#outcome) throw new NotReadyError();
    this.receive();
    return unwrap(this.#outcome);
  }

  /** The error of a failed value. `undefined` in every other state. */
  get error(): unknown {
    if (!this.#outcome?.isError) return undefined;
    this.receive();
    return this.#outcome.error;
  }

  /**
   * Settles with a value. A promise, future or Observable is stored unchanged; `await` unwraps it.
   *
   * @throws AlreadySetError if the value is settled already.
   * @throws TypeError if the value leads back to this AsyncValue, or if a second argument is passed, as asynckit's
   * `set(value, error)` takes one.
   */
  set(value: T): void;
  set(value: T, ...[second]: readonly unknown[]): void {
    if (second !== undefined) throw twoArguments(second);
    if (!this.isSet && this.#leadsBackFrom(value)) throw chainingCycle(this.title);
    this.#settle(success(value));
  }

  /**
   * Settles with an error.
   *
   * @throws AlreadySetError if the value is settled already.
   */
  fail(error: unknown): void {
    this.#settle(failure(error));
  }

  /**
   * Settles with a `CancelledError` that carries the reason. Has no effect once the value is settled. Started work stops,
   * and its value settles when the clean-up has ended; a result that the work still returns is kept.
   */
  cancel(reason?: unknown): void {
    if (!this.isSet) this.fail(new CancelledError(reason));
  }

  /**
   * Runs what can run on this thread until the value is settled, and returns whether it is.
   *
   * @param timeoutMs time limit in ms; `0` runs nothing
   * @defaultValue `Infinity`
   * @throws WouldBlockError if the value needs the event loop and no time limit is given.
   */
  wait(timeoutMs = Infinity): boolean {
    checkMs('wait: timeoutMs', timeoutMs);
    if (timeoutMs > 0) this.#driveUntilSettled(timeoutMs);
    // A waiter that only knows of a failure has not received its error.
    if (this.isSet && !this.isError) this.receive();
    return this.isSet;
  }

  /**
   * Runs what can run on this thread until the value is settled, and returns the value; `undefined` after the time limit.
   *
   * @param timeoutMs time limit in ms; `0` runs nothing
   * @defaultValue `Infinity`
   * @throws WouldBlockError if the value needs the event loop and no time limit is given. Throws the error of a failed value.
   */
  get(timeoutMs = Infinity): T | undefined {
    checkMs('get: timeoutMs', timeoutMs);
    if (timeoutMs > 0) this.#driveUntilSettled(timeoutMs);
    return this.isSet ? this.value : undefined;
  }

  /**
   * Runs what can run on this thread until the value is settled, and returns the value.
   *
   * @param timeoutMs time limit in ms; `0` runs nothing
   * @defaultValue `Infinity`
   * @throws TaskTimeoutError after the time limit.
   * @throws WouldBlockError if the value needs the event loop and no time limit is given. Throws the error of a failed value.
   */
  override block(timeoutMs = Infinity): T {
    checkMs('block: timeoutMs', timeoutMs);
    const obstacle = this.#driveUntilSettled(timeoutMs);
    if (this.isSet) return this.value;
    throw obstacle instanceof TaskTimeoutError ? obstacle : new TaskTimeoutError(timeoutMs, obstacle);
  }

  /** @internal */
  override [begin](sink: Sink<T>, scheduler: BatchScheduler): Execution {
    const isPassive = sink instanceof PassiveSink;
    if (!this.#outcome) {
      const all = isPassive ? (this.#passiveSinks ??= new Set()) : this.#waits;
      return new AsyncValueWait(this, all, { sink, scheduler });
    }
    if (!isPassive) this.receive();
    deliverOutcome(sink, this.#outcome);
    return endedExecution;
  }

  /** @internal Settles with the outcome. A value that leads back to this AsyncValue becomes a failure. */
  protected settleWith(outcome: Settlement<T>): void {
    if (outcome.isError) this.fail(outcome.error);
    else if (!this.isSet && this.#leadsBackFrom(outcome.value)) this.fail(chainingCycle(this.title));
    else this.set(outcome.value);
  }

  /** @internal */
  override adopt(value: T): T | PromiseLike<T> {
    return isThenable<T>(value) ? adopt(this, value, this.title) : value;
  }

  /** @internal The name in error messages. */
  protected get title(): string {
    return 'an AsyncValue';
  }

  /** @internal Whether a waiter is subscribed. */
  get isAwaited(): boolean {
    return this.#waits.size > 0;
  }

  /** @internal */
  get firstWaiter(): Waiter | undefined {
    const [first] = this.#waits;
    return first?.sink;
  }

  /** @internal Whether this waiter waits for the value directly, and not through another AsyncValue. */
  isAwaitedBy(waiter: Waiter): boolean {
    for (const { sink } of this.#waits) {
      let current: Waiter | undefined = sink;
      while (current && current !== waiter && !(current instanceof AsyncValue)) current = current.parent;
      if (current === waiter) return true;
    }
    return false;
  }

  /** @internal Whether a consumer has received the outcome. */
  get isReceived(): boolean {
    return this.#isReceived;
  }

  /** @internal Marks the outcome as received. */
  receive(): void {
    if (this.#isReceived) return;
    this.#isReceived = true;
    if (this.#outcome?.isError) markHandled(this);
  }

  /** @internal The wait in error messages. */
  describe(): string {
    return 'an AsyncValue that is not set';
  }

  /** @internal Advances the work behind the value without the event loop. Returns false if that is impossible. */
  advance(): boolean {
    return false;
  }

  /** Drives the scheduler until the value is settled. Returns the error that prevented it within the time limit. */
  #driveUntilSettled(timeoutMs: number): unknown {
    try {
      if (!this.isSet)
        block({ [begin]: (sink, scheduler) => this[begin](new PassiveSink(sink), scheduler) }, timeoutMs);
      return undefined;
    } catch (error) {
      if (this.isSet || error instanceof TaskTimeoutError) return error;
      // A value that needs the event loop cannot come while this thread is blocked, whatever the time limit is.
      if (timeoutMs !== Infinity && hasGivenUp(error)) return error;
      throw error;
    }
  }

  #settle(outcome: Settlement<T>): void {
    this.#notifyWaits(outcome);
    if (this.#passiveSinks) for (const wait of this.#passiveSinks) wait.settle(outcome);
  }

  /** Whether the value is this AsyncValue, or leads to it through the values of other AsyncValues. */
  #leadsBackFrom(value: unknown): boolean {
    if (!(value instanceof AsyncValue)) return false;
    let current: unknown = value;
    // No chain leads to an AsyncValue that was never the value of another: without this check, each link of a long chain
    // would be followed to its end.
    if (current !== this && usedAsValue.has(this)) {
      while (current instanceof AsyncValue && current !== this)
        current = current.#outcome?.isError === false ? current.#outcome.value : undefined;
    }
    usedAsValue.add(value);
    return current === this;
  }

  #notifyWaits(outcome: Settlement<T>): void {
    if (this.#outcome) throw new AlreadySetError();
    this.#outcome = outcome;
    deliverBounded(() => {
      for (const wait of this.#waits) {
        this.receive();
        wait.settle(outcome);
      }
      if (outcome.isError && !this.#isReceived) this.#reportUnlessReceived(outcome.error);
    });
  }

  #reportUnlessReceived(error: unknown): void {
    this.#isReceived = false;
    if (!(error instanceof CancelledError)) reportUnlessHandled(this, 'an AsyncValue', error);
  }
}

const twoArguments = (second: unknown): TypeError =>
  new TypeError(
    `set: expected one argument, the value; got ${describe(second)} as a second. ` +
      'An AsyncValue ends with a value or with an error: call fail(error) in place of set to end it with an error.',
  );

/** AsyncValues that are the value of another AsyncValue. */
const usedAsValue = new WeakSet<object>();
