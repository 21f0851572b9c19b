/**
 * A soak: a minute of tasks that fail, hang, and kill their threads, of cancels and of resizes. Every task must have
 * one outcome, the one of its kind, and the process must be as it was before. A short storm comes first, so that what
 * is made once and for all has been made. SOAK_SECONDS and SOAK_SEED, for the one that failed, are in the environment.
 */
import { setTimeout as fire } from 'node:timers';
import { setTimeout as sleep } from 'node:timers/promises';
import { heapInUse } from '../../harness/heap.mjs';
import { row } from '../../harness/row.mjs';
import { chance } from '../../harness/chance.mjs';
import { Ledger } from './soak/ledger.mjs';
import { storm } from './soak/storm.mjs';
import { moreThan, traces } from './soak/traces.mjs';

const seconds = Number(process.env.SOAK_SECONDS ?? 60);
const seed = Number(process.env.SOAK_SEED ?? Date.now() % 1e6);

/** What may be left, and how long the last tasks may take. The heap is told by compiled code, which comes and goes. */
const bytesBound = 2 * 2 ** 20;
const msToCalmBound = 10_000;
const msForHandles = 5_000;
const msToEnd = 10_000;

export async function* soak() {
  const upTo = chance(seed);
  const ledger = new Ledger();
  const unwatch = watchProcess(ledger);
  try {
    await storm((seconds * 1_000) / 6, upTo, ledger);
    const heapBefore = await heapAtRest();
    const before = traces();
    const msToCalm = await storm(seconds * 1_000, upTo, ledger);
    const more = await moreThan(before, msForHandles);
    const bytesLeft = (await heapAtRest()) - heapBefore;

    if (more) ledger.complain(`there is more of the pool than before: ${more}`);
    if (bytesLeft > bytesBound) ledger.complain(`${bytesLeft} bytes of heap were left, more than ${bytesBound}`);
    if (msToCalm > msToCalmBound) ledger.complain(`the last tasks took ${msToCalm} ms, more than ${msToCalmBound}`);
    report(ledger);
    const figures = { workload: `a soak of ${seconds} s`, size: ledger.counts.begun };
    // What is collected meanwhile may be more than what is left.
    const left = Math.max(bytesLeft, 1);
    yield row({ ...figures, metric: 'bytes left', sluice: left, peer: bytesBound, peerName: 'the bound of 2 MiB' });
    yield row({ ...figures, metric: 'ms', sluice: msToCalm, peer: msToCalmBound, peerName: 'the bound for the last' });
    if (ledger.complaints.length > 0) throw failure(ledger);
  } catch (error) {
    // Whatever the pool has left must not keep the process from ending.
    fire(() => process.exit(1), msToEnd).unref();
    throw error;
  } finally {
    unwatch();
  }
}

/** Nothing of what the threads go through may come out in this one. */
function watchProcess(/** @type {Ledger} */ ledger) {
  const watches = ['uncaughtException', 'unhandledRejection', 'warning'].map((event) => {
    const watch = (/** @type {unknown} */ what) => ledger.complain(`${event} on the main thread: ${what}`);
    process.on(event, watch);
    return () => process.off(event, watch);
  });
  return () => watches.forEach((end) => end());
}

/** The compiler ends in the background what it has begun, and until then holds on to it. */
async function heapAtRest() {
  await sleep(500);
  return heapInUse();
}

function report(/** @type {Ledger} */ { counts }) {
  const { begun, values, errors, cancelled } = counts;
  console.error(
    `soak with seed ${seed}: ${begun} tasks; ${values} completed, ${errors} failed, ${cancelled} cancelled`,
  );
}

function failure(/** @type {Ledger} */ { counts, complaints }) {
  return new Error(`The soak with seed ${seed} has ${counts.complaints} complaints:\n- ${complaints.join('\n- ')}`);
}
