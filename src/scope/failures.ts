/**
 * The failures of a scope: what went wrong, when, and in work that was started when. At the end those are left that
 * nobody was told of.
 */
import { ScopeError } from '../core/errors';
import type { AsyncValue } from '../future/async-value';

interface Failure {
  readonly error: unknown;
  /** The place of its work in the order of starting. */
  readonly order: number;
  /** Whoever receives this value is told of it. */
  readonly value: AsyncValue<unknown> | undefined;
}

export class Failures {
  /** In the order they came in time. */
  readonly #all: Failure[] = [];

  add(error: unknown, order: number, value?: AsyncValue<unknown>): void {
    this.#all.push({ error, order, value });
  }

  /**
   * What the scope fails with: nothing; what its owner did wrong himself, if that is all; or all of it, as a group. An
   * error is in it once, however often it came.
   */
  verdict(scope: string, own?: { readonly error: unknown }): { readonly error: unknown } | undefined {
    const left = this.#all.filter(({ value, error }) => !value?.isReceived && error !== own?.error);
    // It is told of now.
    for (const { value } of this.#all) value?.receive();
    if (left.length === 0) return own;
    const inOrder = [...left].sort((one, other) => one.order - other.order).map(({ error }) => error);
    const errors = [...new Set(own ? [own.error, ...inOrder] : inOrder)];
    return { error: new ScopeError(scope, errors, left[0]?.error) };
  }
}
