/**
 * A storm on one pool: random tasks of all kinds, cancelled at random, while the pool is resized. After the last task,
 * every task must end, and the pool must work, return to its size and close.
 */
import { getEventListeners, setMaxListeners } from 'node:events';
import { performance } from 'node:perf_hooks';
import { setTimeout as fire } from 'node:timers';
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkerPool } from '../../../sluice-pool.mjs';
import { threads as size } from '../pools/open-pool.mjs';
import { weighted } from '../../../harness/chance.mjs';
import { taskKinds } from './task-kinds.mjs';
import { becomesTrue, settles } from './until.mjs';

/** @typedef {(limit: number) => number} Chance */
/** @typedef {(kind: import('./task-kinds.mjs').TaskKind) => () => void} Begin begins a task and returns its cancel */

const url = new URL('./work.mjs', import.meta.url);
const mostOpen = 400;
/** Time in ms from a cancel to the end of a thread whose task ignores it. */
const grace = 50;
const msBetweenResizes = 1_000;
/** Time limit in ms for each check after the last task. */
const patience = 20_000;

/**
 * Returns the ms from the begin of the last task to the end of all tasks.
 *
 * @param {number} ms @param {Chance} upTo @param {import('./ledger.mjs').Ledger} ledger
 */
export async function storm(ms, upTo, ledger) {
  const { signal } = new AbortController();
  setMaxListeners(0, signal);
  const pool = new WorkerPool({ size, grace, resourceLimits: { maxOldGenerationSizeMb: 48 }, name: 'soak' });
  const begin = createBegin({ pool, signal, upTo, ledger });
  try {
    await runRandomTasks({ pool, begin, upTo, ledger, ms });
    pool.size = size;
    const drainStart = performance.now();
    await checkAllEnded(ledger);
    const msToDrain = performance.now() - drainStart;
    await checkPoolWorks(pool, begin, ledger);
    const listeners = getEventListeners(signal, 'abort').length;
    if (listeners > 0) ledger.addViolation(`${listeners} listeners were left on the signal that all tasks share`);
    if (!(await settles(pool.close(), patience))) ledger.addViolation('the pool did not close');
    return msToDrain;
  } finally {
    await settles(pool.close({ force: true }), patience);
  }
}

/** @returns {Begin} */
function createBegin({ pool, signal, upTo, ledger }) {
  const taskOf = (/** @type {import('./task-kinds.mjs').TaskKind} */ { name, timeout }) =>
    pool.task({ url, name }, timeout === undefined ? { signal } : { signal, timeout });
  const tasks = new Map(taskKinds.map((kind) => [kind, taskOf(kind)]));
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

async function runRandomTasks({ pool, begin, upTo, ledger, ms }) {
  const start = performance.now();
  let resizeAt = msBetweenResizes;
  for (let passed = 0; passed < ms; passed = performance.now() - start) {
    if (passed >= resizeAt) {
      pool.size = upTo(5);
      resizeAt = passed + upTo(2 * msBetweenResizes);
    }
    for (let more = upTo(50); more > 0 && ledger.open < mostOpen; more--) {
      const cancel = begin(weighted(taskKinds, upTo));
      // Most tasks are not cancelled; the others at once, while they run, or after their end.
      if (upTo(5) === 0) afterwards(upTo(60), cancel);
    }
    await sleep(upTo(8));
  }
}

function afterwards(/** @type {number} */ ms, /** @type {() => void} */ act) {
  if (ms < 10) act();
  else fire(act, ms);
}

async function checkAllEnded(ledger) {
  const haveEnded = await becomesTrue(() => ledger.open === 0, patience);
  if (!haveEnded) ledger.addViolation(`${ledger.open} tasks did not end, of the kinds ${ledger.openKinds}`);
}

/** Checks that the pool runs tasks on all threads of its size. */
async function checkPoolWorks(pool, begin, ledger) {
  const wellBehaved = taskKinds.filter(({ name }) => name === 'value' || name === 'ignoreAbort');
  for (let count = 0; count < 50; count++) wellBehaved.forEach((kind) => begin(kind));
  await checkAllEnded(ledger);
  const isWhole = await becomesTrue(() => pool.stats.threads === size, patience);
  if (!isWhole) ledger.addViolation(`the pool has ${pool.stats.threads} threads, not ${size}`);
}
