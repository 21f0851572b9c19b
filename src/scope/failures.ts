/**
 * The failures of a scope: what went wrong, when, and in work that was started when. At the end those are left that
 * nobody was told of.
 */
import { isCancellation, ScopeError, type CancelledError } from '../core/errors';
import { received, reportLost, reportUnlessReceived } from '../core/report';
import type { AsyncValue } from '../future/async-value';
import type { ScopedTask } from './scoped-task';

export interface Failure {
  readonly error: unknown;
  /** The place of its work in the order of starting. */
  readonly order: number;
  /** Whoever receives this value is told of it. */
  readonly value?: AsyncValue<unknown>;
  /** It is that of the scope itself: its body, or its deadline. */
  readonly isOwn?: boolean;
}

/** A task of a scope is about to fail. */
export interface TaskFailure {
  readonly failed: ScopedTask<unknown>;
  readonly error: unknown;
}

const FEWEST_TO_SIFT = 64;

export class Failures {
  /** In the order they came in time. */
  #all: Failure[] = [];
  #siftAt = FEWEST_TO_SIFT;
  #isOver = false;
  /** The outer signal aborted while the body ran. Whatever the body made of that, the scope was cancelled. */
  abortion: CancelledError | undefined;

  constructor(private readonly scope: string) {}

  /**
   * A cancellation is none, wherever it comes from. Where it is too late for one, `what` has failed with nobody there to
   * receive it.
   */
  add(failure: Failure, what = `scope "${this.scope}"`): void {
    if (isCancellation(failure.error)) return;
    if (this.#isOver) {
      reportLost(what, failure.error);
      return;
    }
    // A scope that lives long keeps nothing of failures that were handled.
    if (this.#all.length >= this.#siftAt) {
      this.#all = this.#all.filter(isUntold);
      this.#siftAt = Math.max(FEWEST_TO_SIFT, this.#all.length * 2);
    }
    this.#all.push(failure);
    if (!failure.value) reportUnlessReceived(failure, what, failure.error); // the scope may never close
  }

  /**
   * The last word, to be asked for once. What the scope fails with: nothing; its own error, if that is all; or all of
   * them, as a group. An error is in it once, however often it came.
   */
  verdict(): { readonly error: unknown } | undefined {
    this.#isOver = true;
    const left = this.#all.filter(isUntold);
    const [first] = left;
    // They are told of now.
    for (const failure of this.#all.splice(0)) {
      failure.value?.receive();
      received(failure);
    }
    if (!first) return this.abortion && { error: this.abortion };
    const inOrder = [...left].sort((one, other) => one.order - other.order);
    const errors = [...new Set(inOrder.map(({ error }) => error))];
    if (errors.length === 1 && left.some(({ isOwn }) => isOwn)) return first;
    return { error: new ScopeError(this.scope, errors, first.error) };
  }
}

const isUntold = ({ value }: Failure): boolean => !value?.isReceived;
