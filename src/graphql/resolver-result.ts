/**
 * Results of resolvers are converted to what graphql-js understands. A future is a thenable already; an Observable is made
 * into one. The continuation of a thenable runs in the request, so that graphql-js calls the resolvers below it there.
 */
import { isObservable } from 'rxjs';
import { isKeyFuture } from '../batch/batch-future';
import { isObject } from '../core/is-object';
import { isThenable } from '../core/is-thenable';
import { Future } from '../future/future';
import type { RequestLifetime } from './request-lifetime';

/**
 * Converts the result of a resolver: a thenable, an Observable, a list with either at any depth, or a plain value. A list is
 * an array, a Set or an iterator: another iterable may be the value of a scalar.
 */
export function toResolverResult(result: unknown, lifetime: RequestLifetime): unknown {
  if (!isObject(result)) return result;
  if (isThenable(result)) return new FieldResult(result, lifetime);
  if (isObservable(result)) return new FieldResult(Future.from(result), lifetime);
  if (isIterator(result)) return convertedItems(result, lifetime);
  return hasAwaited(result) ? Array.from(result, (item) => toResolverResult(item, lifetime)) : result;
}

/** The items of an iterator, converted as they are pulled: they can be iterated over only once. */
function* convertedItems(items: IterableIterator<unknown>, lifetime: RequestLifetime): Generator {
  for (const item of items) yield toResolverResult(item, lifetime);
}

/**
 * Makes a result whose continuation runs in the request, for a resolver that was called outside of it. A plain object gets
 * one too, because graphql-js would otherwise call the resolvers below it outside.
 */
export function toEnteringResult(result: unknown, lifetime: RequestLifetime): unknown {
  return isObject(result) && !(result instanceof FieldResult)
    ? new FieldResult(new ImmediateValue(result), lifetime)
    : result;
}

/** Calls a function once the result is there, before the resolvers below it are called. */
export function afterResult(result: unknown, onResult: () => void): unknown {
  if (result instanceof FieldResult) return result.tap(onResult);
  onResult();
  return result;
}

const isIterator = (value: object): value is IterableIterator<unknown> =>
  Symbol.iterator in value && 'next' in value && typeof value.next === 'function';

function hasAwaited(value: object): value is Iterable<unknown> {
  if (Array.isArray(value)) return value.some(isAwaited);
  return value instanceof Set && [...value].some(isAwaited);
}

const isAwaited = (value: unknown): boolean =>
  isObject(value) && (isThenable(value) || isObservable(value) || isIterator(value) || hasAwaited(value));

class FieldResult implements PromiseLike<unknown> {
  #started: PromiseLike<unknown> | undefined;

  constructor(
    private readonly input: PromiseLike<unknown>,
    private readonly lifetime: RequestLifetime,
  ) {}

  /** Returns the input. A cold future is started once and shared, because servers that observe resolvers call `then` again. */
  #shared(): PromiseLike<unknown> {
    const { input } = this;
    if (!(input instanceof Future) || isKeyFuture(input)) return input;
    return (this.#started ??= this.lifetime.isEntered ? input.then() : this.lifetime.run(() => input.then()));
  }

  /** The same result, with a function that is called once, before the first continuation. */
  tap(onResult: () => void): FieldResult {
    let isCalled = false;
    const then: PromiseLike<unknown>['then'] = (onValue, onError) =>
      this.then((value) => {
        if (!isCalled) onResult();
        isCalled = true;
        // Cast: without a continuation, the result of `then` has the value itself.
        return onValue ? onValue(value) : (value as never);
      }, onError);
    return new FieldResult({ then }, this.lifetime);
  }

  then<A = unknown, B = never>(
    onValue?: ((value: unknown) => A | PromiseLike<A>) | null,
    onError?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): PromiseLike<A | B> {
    const { lifetime } = this;
    const input = this.#shared();
    // One closure for each field: a request has thousands of them.
    const onInput = (value: unknown): unknown => {
      if (!lifetime.isEntered) return lifetime.run(() => onInput(value));
      const result = toResolverResult(value, lifetime);
      if (result instanceof FieldResult) return result.then(onValue, onError);
      return onValue ? onValue(result) : result;
    };
    const output = lifetime.isEntered ? input.then(onInput, onError) : lifetime.run(() => input.then(onInput, onError));
    // Cast: `onInput` has the result of `onValue`, or without it the value, as `then` has.
    return output as PromiseLike<A | B>;
  }
}

/** A value that calls its continuation at once. */
class ImmediateValue<T> implements PromiseLike<T> {
  constructor(private readonly value: T) {}

  then<A = T, B = never>(onValue?: ((value: T) => A | PromiseLike<A>) | null): Promise<A | B> {
    return new Promise((resolve) => {
      // Cast: without a continuation, the result of `then` has the value itself.
      resolve(onValue ? onValue(this.value) : (this.value as unknown as A));
    });
  }
}
