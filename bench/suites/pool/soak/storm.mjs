/**
 * A storm on one pool: tasks of every kind at random, cancelled at random, while the pool is resized. Then calm: every
 * task has to have ended, the pool has to work and to have its size again, and to close.
 */
import { getEventListeners, setMaxListeners } from 'node:events';
import { performance } from 'node:perf_hooks';
import { setTimeout as fire } from 'node:timers';
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkerPool } from '../../../sluice-pool.mjs';
import { threads as size } from '../pools/open-pool.mjs';
import { weighted } from '../../../harness/chance.mjs';
import { kinds } from './kinds.mjs';
import { comesTrue, settles } from './until.mjs';

/** @typedef {(limit: number) => number} Chance */
/** @typedef {(kind: import('./kinds.mjs').Kind) => () => void} Begin begins a task, and gives what cancels it */

const url = new URL('./work.mjs', import.meta.url);
const mostOpen = 400;
/** ms from a cancel to the end of a thread that does not heed it. */
const grace = 50;
const msBetweenResizes = 1_000;
/** ms for whatever has to come in the calm. */
const patience = 20_000;

/**
 * Gives the ms that the last tasks took to end once no more were begun.
 *
 * @param {number} ms @param {Chance} upTo @param {import('./ledger.mjs').Ledger} ledger
 */
export async function storm(ms, upTo, ledger) {
  const { signal } = new AbortController();
  setMaxListeners(0, signal);
  const pool = new WorkerPool({ size, grace, resourceLimits: { maxOldGenerationSizeMb: 48 }, name: 'soak' });
  const begin = beginning({ pool, signal, upTo, ledger });
  try {
    await rage({ pool, begin, upTo, ledger, ms });
    pool.size = size;
    const calmFrom = performance.now();
    await allEnd(ledger);
    const msToCalm = performance.now() - calmFrom;
    await worksAgain(pool, begin, ledger);
    const listeners = getEventListeners(signal, 'abort').length;
    if (listeners > 0) ledger.complain(`${listeners} listeners were left on the signal that all tasks had`);
    if (!(await settles(pool.close(), patience))) ledger.complain('the pool did not close');
    return msToCalm;
  } finally {
    await settles(pool.close({ force: true }), patience);
  }
}

/** @returns {Begin} */
function beginning({ pool, signal, upTo, ledger }) {
  const taskOf = (/** @type {import('./kinds.mjs').Kind} */ { name, timeout }) =>
    pool.task({ url, name }, timeout === undefined ? { signal } : { signal, timeout });
  const tasks = new Map(kinds.map((kind) => [kind, taskOf(kind)]));
  return (kind) => {
    const input = kind.input(upTo);
    const entry = ledger.begin(kind, input);
    const subscription = tasks.get(kind)(input).subscribe(entry);
    return () => {
      entry.cancelled();
      subscription.unsubscribe();
    };
  };
}

async function rage({ pool, begin, upTo, ledger, ms }) {
  const start = performance.now();
  let resizeAt = msBetweenResizes;
  for (let passed = 0; passed < ms; passed = performance.now() - start) {
    if (passed >= resizeAt) {
      pool.size = upTo(5);
      resizeAt = passed + upTo(2 * msBetweenResizes);
    }
    for (let more = upTo(50); more > 0 && ledger.open < mostOpen; more--) {
      const cancel = begin(weighted(kinds, upTo));
      // At once, in a while, when it has long ended; most never.
      if (upTo(5) === 0) afterwards(upTo(60), cancel);
    }
    await sleep(upTo(8));
  }
}

function afterwards(/** @type {number} */ ms, /** @type {() => void} */ act) {
  if (ms < 10) act();
  else fire(act, ms);
}

async function allEnd(ledger) {
  const haveEnded = await comesTrue(() => ledger.open === 0, patience);
  if (!haveEnded) ledger.complain(`${ledger.open} tasks never ended, of the kinds ${ledger.kindsOpen}`);
}

/** With enough to do for each of its threads. */
async function worksAgain(pool, begin, ledger) {
  const wellBehaved = kinds.filter(({ name }) => name === 'value' || name === 'deaf');
  for (let count = 0; count < 50; count++) wellBehaved.forEach((kind) => begin(kind));
  await allEnd(ledger);
  const isWhole = await comesTrue(() => pool.stats.threads === size, patience);
  if (!isWhole) ledger.complain(`the pool has ${pool.stats.threads} threads, not ${size}`);
}
