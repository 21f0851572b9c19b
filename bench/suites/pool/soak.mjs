/**
 * A soak test: a minute of tasks that fail, hang or kill their threads, with cancels and resizes. Each task must have the
 * one outcome of its kind, and the process must keep no resource of the pool. A short run comes first, so that lazy
 * initialization does not count as a leak. The environment variable `SOAK_SECONDS` sets the length; `SOAK_SEED` repeats
 * the random choices of a failed run.
 */
import { setTimeout as fire } from 'node:timers';
import { setTimeout as sleep } from 'node:timers/promises';
import { heapInUse } from '../../harness/heap.mjs';
import { row } from '../../harness/row.mjs';
import { chance } from '../../harness/chance.mjs';
import { Ledger } from './soak/ledger.mjs';
import { storm } from './soak/storm.mjs';
import { countResources, describeLeaks } from './soak/resources.mjs';

const seconds = Number(process.env.SOAK_SECONDS ?? 60);
const seed = Number(process.env.SOAK_SEED ?? Date.now() % 1e6);

/** Bounds for the heap that is left and for the last tasks. Compiled code comes and goes, so some heap may be left. */
const bytesBound = 2 * 2 ** 20;
const msToDrainBound = 10_000;
const msForHandles = 5_000;
const msToEnd = 10_000;

export async function* soak() {
  const upTo = chance(seed);
  const ledger = new Ledger();
  const stopWatching = watchProcess(ledger);
  try {
    await storm((seconds * 1_000) / 6, upTo, ledger);
    const heapBefore = await heapAtRest();
    const before = countResources();
    const msToDrain = await storm(seconds * 1_000, upTo, ledger);
    const leaks = await describeLeaks(before, msForHandles);
    const bytesLeft = (await heapAtRest()) - heapBefore;

    if (leaks) ledger.addViolation(`resources were left: ${leaks}`);
    if (bytesLeft > bytesBound) ledger.addViolation(`${bytesLeft} bytes of heap were left, more than ${bytesBound}`);
    if (msToDrain > msToDrainBound)
      ledger.addViolation(`the last tasks took ${msToDrain} ms, more than ${msToDrainBound}`);
    report(ledger);
    const figures = { workload: `a soak of ${seconds} s`, size: ledger.counts.begun };
    // The heap may have shrunk; a ratio needs a positive figure.
    const left = Math.max(bytesLeft, 1);
    yield row({ ...figures, metric: 'bytes left', sluice: left, peer: bytesBound, peerName: 'the bound of 2 MiB' });
    yield row({
      ...figures,
      metric: 'ms',
      sluice: msToDrain,
      peer: msToDrainBound,
      peerName: 'the bound for the last tasks',
    });
    if (ledger.violations.length > 0) throw failure(ledger);
  } catch (error) {
    // A leaked thread or handle must not keep the process alive.
    fire(() => process.exit(1), msToEnd).unref();
    throw error;
  } finally {
    stopWatching();
  }
}

/** Records errors and warnings of the main thread as violations: failures of tasks must not reach it. */
function watchProcess(/** @type {Ledger} */ ledger) {
  const stops = ['uncaughtException', 'unhandledRejection', 'warning'].map((event) => {
    const record = (/** @type {unknown} */ what) => ledger.addViolation(`${event} on the main thread: ${what}`);
    process.on(event, record);
    return () => process.off(event, record);
  });
  return () => stops.forEach((stop) => stop());
}

/** Heap in use once the compiler has ended its background jobs, which retain the functions they compile. */
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

function failure(/** @type {Ledger} */ { counts, violations }) {
  return new Error(`The soak with seed ${seed} has ${counts.violations} violations:\n- ${violations.join('\n- ')}`);
}
