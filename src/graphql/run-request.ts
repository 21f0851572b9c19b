/** Runs a request in its lifetime, which ends with the result: at once, with a promise, or with the last part of a stream. */
import { isObject } from '../core/is-object';
import type { RequestLifetime } from './request-lifetime';
import { isThenable } from '../core/is-thenable';
import { isAsyncIterable, reportLateFailure, ResultStream } from './result-stream';

/**
 * Runs the execution of a query or mutation. A result that is there at once is returned at once.
 *
 * @param signal aborts the request; the promise then rejects with its reason
 */
export function runRequest(
  lifetime: RequestLifetime,
  signal: AbortSignal | undefined,
  execute: () => unknown,
): unknown {
  return runUntilAborted(lifetime, signal, execute, (result) => endWithResult(lifetime, result));
}

/** Runs the start of a subscription. Its lifetime ends with the stream of its results. */
export function runSubscription(
  lifetime: RequestLifetime,
  signal: AbortSignal | undefined,
  subscribe: () => unknown,
): unknown {
  return runUntilAborted(lifetime, signal, subscribe, (result) => {
    if (isObject(result) && isAsyncIterable(result))
      return new ResultStream(result, lifetime, () => lifetime.forEvent());
    lifetime.end();
    return result;
  });
}

/** The result of a query or mutation; that with `@defer` or `@stream` has more parts, in one of two forms. */
function endWithResult(lifetime: RequestLifetime, result: unknown): unknown {
  const inRequest = (parts: AsyncIterable<unknown>): ResultStream<unknown> =>
    new ResultStream(parts, lifetime, () => lifetime);
  if (isObject(result)) {
    if (isAsyncIterable(result)) return inRequest(result);
    const laterParts = laterPartsOf(result);
    if (laterParts) return { ...result, subsequentResults: inRequest(laterParts) };
  }
  lifetime.end();
  return result;
}

/** The parts that follow a first result. */
const laterPartsOf = (result: object): AsyncIterable<unknown> | undefined =>
  'subsequentResults' in result && isObject(result.subsequentResults) && isAsyncIterable(result.subsequentResults)
    ? result.subsequentResults
    : undefined;

function runUntilAborted(
  lifetime: RequestLifetime,
  signal: AbortSignal | undefined,
  work: () => unknown,
  onResult: (result: unknown) => unknown,
): unknown {
  if (signal?.aborted) return rejection(signal.reason);
  let result: unknown;
  try {
    lifetime.openScope();
    lifetime.watch(signal);
    result = lifetime.run(work);
  } catch (error) {
    lifetime.end();
    throw error;
  }
  if (!isObject(result) || !isThenable(result)) return onResult(result);
  const promise = result;
  return new Promise((resolve, reject) => {
    lifetime.onAbort(reject);
    promise.then(
      (value) => {
        if (lifetime.isOver) void closeStream(value);
        else resolve(onResult(value));
      },
      (error: unknown) => {
        lifetime.end();
        reject(error); // eslint-disable-line @typescript-eslint/prefer-promise-reject-errors -- the error of other code, passed on
      },
    );
  });
}

/** Closes a stream that was opened when its client had left already. */
async function closeStream(result: unknown): Promise<void> {
  if (!isObject(result)) return;
  const stream = isAsyncIterable(result) ? result : laterPartsOf(result);
  try {
    await stream?.[Symbol.asyncIterator]().return?.();
  } catch (error) {
    reportLateFailure(error);
  }
}

// The reason is what the caller of `abort` has given, as in `fetch`.
const rejection = async (reason: unknown): Promise<never> => {
  await Promise.resolve();
  throw reason;
};
