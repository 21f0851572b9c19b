/**
 * The failures of a scope, each with its time and the start order of its work. When the scope closes, it fails with those
 * that no waiter has received.
 */
import { isCancellation, ScopeError, type CancelledError } from '../core/errors';
import { markHandled, reportUnhandledFailure, reportUnlessHandled } from '../core/report';
import type { AsyncValue } from '../future/async-value';

export interface Failure {
  readonly error: unknown;
  /** The position of the failed work in the order of starts. */
  readonly order: number;
  /** The failed value. A waiter that receives this value receives the failure. */
  readonly value?: AsyncValue<unknown>;
  /** Whether the failure is that of the scope itself: of its body, or its deadline. */
  readonly isOwn?: boolean;
}

const MIN_COMPACT_LENGTH = 64;

export class Failures {
  /** In order of time. */
  #all: Failure[] = [];
  #compactAt = MIN_COMPACT_LENGTH;
  #isFinished = false;
  /** Set when the outer signal aborts while the body runs: the scope is then cancelled, also if the body succeeds. */
  abortError: CancelledError | undefined;

  constructor(private readonly scope: string) {}

  /**
   * Adds a failure; a cancellation is not a failure and is ignored. After `finish()`, the failure is reported at once as
   * the failure of `what`, since no waiter can receive it.
   */
  add(failure: Failure, what = `scope "${this.scope}"`): void {
    if (isCancellation(failure.error)) return;
    if (this.#isFinished) {
      reportUnhandledFailure(what, failure.error);
      return;
    }
    // Handled failures must not accumulate in a long-lived scope.
    if (this.#all.length >= this.#compactAt) {
      this.#all = this.#all.filter(isUnreceived);
      this.#compactAt = Math.max(MIN_COMPACT_LENGTH, this.#all.length * 2);
    }
    this.#all.push(failure);
    if (!failure.value) reportUnlessHandled(failure, what, failure.error); // the scope may never close
  }

  /**
   * Returns what the scope fails with: undefined; its own error, if that is the only one; or a ScopeError of all
   * unreceived errors, each once. Called once, at the end of the scope; all failures count as received afterwards.
   */
  finish(): { readonly error: unknown } | undefined {
    this.#isFinished = true;
    const unreceived = this.#all.filter(isUnreceived);
    const [first] = unreceived;
    for (const failure of this.#all.splice(0)) {
      failure.value?.receive();
      markHandled(failure);
    }
    if (!first) return this.abortError && { error: this.abortError };
    const inStartOrder = [...unreceived].sort((one, other) => one.order - other.order);
    const errors = [...new Set(inStartOrder.map(({ error }) => error))];
    if (errors.length === 1 && unreceived.some(({ isOwn }) => isOwn)) return first;
    return { error: new ScopeError(this.scope, errors, first.error) };
  }
}

const isUnreceived = ({ value }: Failure): boolean => !value?.isReceived;
