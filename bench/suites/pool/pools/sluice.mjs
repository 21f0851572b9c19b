/** Sluice: the functions of a module return futures, which RxJS gathers. */
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
        ? subscribeToEach(inputs, begin)
        : lastValueFrom(from(inputs).pipe(mergeMap(begin, inFlight), toArray())),
    close: () => pool.close(),
  };
}

/**
 * Subscribes to each task separately, so that each can be cancelled. A `mergeMap` without a limit would keep the 15 000
 * subscriptions in one list, and search that list each time a task ends.
 *
 * @template T @param {readonly T[]} inputs @param {(input: T) => import('rxjs').Observable<unknown>} begin
 */
function subscribeToEach(inputs, begin) {
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
