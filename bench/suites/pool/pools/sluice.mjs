/** Sluice: the functions of a module as futures, gathered by RxJS. */
import { from, lastValueFrom, mergeMap, toArray } from 'rxjs';
import { transfer, WorkerPool } from '../../../sluice-pool.mjs';
import { threads, workUrl } from './open-pool.mjs';

/** @returns {import('./open-pool.mjs').OpenPool<import('rxjs').Observable<unknown> & PromiseLike<unknown>>} */
export function openSluice() {
  const pool = new WorkerPool({ size: threads });
  const { tiny, fib, longer, digest } = pool.module(workUrl);
  const tasks = { tiny, fib, longer, digest };
  return {
    name: 'sluice',
    run: (task, input) => tasks[task](input),
    move: (task, bytes) => tasks[task](transfer(bytes, [bytes.buffer])),
    all: (inputs, begin, inFlight) =>
      inFlight === undefined
        ? subscribedEach(inputs, begin)
        : lastValueFrom(from(inputs).pipe(mergeMap(begin, inFlight), toArray())),
    close: () => pool.close(),
  };
}

/**
 * Each with a subscription of its own, by which it could be cancelled. A `mergeMap` without a bound would keep 15 000 in
 * one list, and look through it whenever one ends.
 *
 * @template T @param {readonly T[]} inputs @param {(input: T) => import('rxjs').Observable<unknown>} begin
 */
function subscribedEach(inputs, begin) {
  return new Promise((resolve, reject) => {
    /** @type {unknown[]} */
    const results = [];
    const keep = (/** @type {unknown} */ result) => {
      if (results.push(result) === inputs.length) resolve(results);
    };
    const all = inputs.map((input) => begin(input).subscribe({ next: keep, error: fail }));
    function fail(/** @type {unknown} */ error) {
      for (const subscription of all) subscription.unsubscribe();
      reject(error);
    }
  });
}
