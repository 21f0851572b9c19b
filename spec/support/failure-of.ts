/** The failure of a promise, a future or another thenable. */

/** Resolves to the error of `work`; rejects if `work` succeeds. */
export const failureOf = <Failure = unknown>(work: PromiseLike<unknown>): Promise<Failure> =>
  Promise.resolve(work).then(
    (value) => Promise.reject(new Error(`Expected a failure; got the value ${String(value)}.`)),
    (error: unknown) => error as Failure,
  );
