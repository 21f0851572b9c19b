/**
 * A pull source is asked for one item at a time: an iterable, an async iterable, or a function that returns one. Its
 * iterator is opened at the first request. Closing it, by its `return`, is safe at any moment: also while its own code
 * runs, when a generator cannot be closed.
 */
import { from, type ObservableInput } from 'rxjs';
import { invalidOption } from '../core/describe';
import { hasMethod } from '../core/option-values';
import { isPromiseOrObservable } from '../core/rx';
import { holdWork, reportOrphan, runCleanup, type Frame } from '../scheduler/frame';

/** An async iterable whose iterator may return futures and Observables in place of promises, as on virtual time. */
export interface AsyncItems<T> {
  [Symbol.asyncIterator](): {
    next(): ObservableInput<IteratorResult<T, unknown>>;
    return?(): unknown;
  };
}

/** Items that are taken one by one. */
export type PullItems<T> = Iterable<T> | AsyncIterable<T> | AsyncItems<T>;

/** The items, or a function that returns them, which each subscription calls. */
export type PullSource<T> = PullItems<T> | (() => PullItems<T>);

/** The answer to a request: an item or the end, or an input that emits one of them later. */
type NextAnswer<T> = IteratorResult<T, unknown> | ObservableInput<IteratorResult<T, unknown>>;

interface OpenIterator<T> {
  next(): NextAnswer<T>;
  return?(): unknown;
}

/** @throws TypeError unless the source is an iterable, an async iterable or a function */
export function checkPullSource(caller: string, source: unknown): void {
  if (typeof source === 'function' || isPullItems(source)) return;
  throw invalidItems(
    `${caller}: its source`,
    'an iterable, an async iterable, or a function that returns one of them',
    source,
  );
}

function isPullItems(source: unknown): source is PullItems<unknown> {
  // The call of a worker pool is a future and an async iterable of its items.
  if (hasMethod(source, Symbol.asyncIterator)) return true;
  // A future is an iterable for `yield*`, but has no items.
  return !isPromiseOrObservable(source) && hasMethod(source, Symbol.iterator);
}

function invalidItems(place: string, mustBe: string, items: unknown): TypeError {
  const error = invalidOption(place, mustBe, items);
  if (isPromiseOrObservable(items)) {
    error.message += ' An Observable or a promise cannot be asked for one item at a time: use mergeMap for it.';
  }
  return error;
}

export class PullIterator<T> {
  #iterator: OpenIterator<T> | undefined;
  /** Whether the code of the iterator is on the native stack. */
  #isRunning = false;
  #isClosed = false;
  /** Whether the iterator has ended by itself, or was closed by `return`. */
  #hasEnded = false;

  /** @param frame the frame of the code that the items are for, in which the iterator is closed */
  constructor(
    private readonly caller: string,
    private readonly source: PullSource<T>,
    private readonly frame: Frame | undefined,
  ) {}

  /**
   * Asks for the next item. A late answer is to be given to `receive` or `fail`.
   *
   * @throws the error of the source, which has then ended
   */
  next(): NextAnswer<T> {
    this.#isRunning = true;
    try {
      this.#iterator ??= this.#open();
      // The code that opens the iterator may have closed it.
      if (this.#isClosed) return { done: true, value: undefined };
      const answer = this.#iterator.next();
      return isPromiseOrObservable(answer) ? answer : this.receive(answer);
    } catch (error) {
      this.fail();
      throw error;
    } finally {
      this.#isRunning = false;
      if (this.#isClosed) this.#return();
    }
  }

  /** @throws TypeError if the answer is not a result of an iterator */
  receive(answer: unknown): IteratorResult<T, unknown> {
    if (typeof answer !== 'object' || answer === null) {
      this.fail();
      throw invalidOption(`${this.caller}: the result of \`next\` of its source`, 'an object { done, value }', answer);
    }
    const result = answer as IteratorResult<T, unknown>; // Cast: the result of an iterator, by the protocol of iterators.
    if (result.done) this.#hasEnded = true;
    return result;
  }

  /** Records an error of the iterator, with which it ends. */
  fail(): void {
    this.#hasEnded = true;
  }

  /** Closes the iterator, unless it has ended by itself. */
  close(): void {
    this.#isClosed = true;
    if (!this.#isRunning) this.#return();
  }

  #open(): OpenIterator<T> {
    const { source } = this;
    const items: unknown = typeof source === 'function' ? source() : source;
    if (!isPullItems(items)) {
      throw invalidItems(`${this.caller}: the result of its source`, 'an iterable or an async iterable', items);
    }
    const iterator: unknown = hasMethod(items, Symbol.asyncIterator)
      ? items[Symbol.asyncIterator]()
      : items[Symbol.iterator]();
    if (!hasMethod(iterator, 'next')) {
      throw invalidOption(`${this.caller}: the iterator of its source`, 'an object with a method `next`', iterator);
    }
    return iterator as OpenIterator<T>; // Cast: an iterator of `T`, because the items are those of the source.
  }

  /** An error of `return` has no receiver: the subscriber has left, or gets another error. */
  #return(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const { frame } = this;
    try {
      const closing = runCleanup(frame, () => this.#iterator?.return?.());
      if (!isPromiseOrObservable(closing)) return;
      const held = holdWork(frame);
      from(closing).subscribe({
        error: (error: unknown) => {
          reportOrphan(frame, error);
          held?.cancelled();
        },
        complete: () => held?.cancelled(),
      });
    } catch (error) {
      reportOrphan(frame, error);
    }
  }
}
