/**
 * The gathering of keys up to a flush: the list of a batch without a window, compared with RxJS's `bufferTime`, which gathers
 * the keys of a window. The scheduler of `bufferTime` runs its action at the flush, as that of a window does.
 */
import { bufferTime, Subject, Subscription } from 'rxjs';
import { timeRounds } from '../../harness/rounds.mjs';
import { timedRow } from '../../harness/row.mjs';
import { numbers } from './table.mjs';

const peerName = 'bufferTime';
const keysEachRun = 100_000;

export async function* gathering() {
  for (const size of [1_000, 1]) {
    const keys = numbers(size);
    const flushes = keysEachRun / size;
    const contenders = [
      { name: 'list', work: async () => inLists(keys, flushes) },
      { name: peerName, work: async () => inBufferTime(keys, flushes) },
    ];
    const times = await timeRounds(contenders, { rounds: 31 });
    const [sluice, peer] = [times.get('list'), times.get(peerName)];
    const workload = `keys gathered for a flush, ${size} at a time`;
    yield timedRow({ workload, size, metric: 'ns each', sluice, peer, peerName, operations: keysEachRun });
  }
}

/** Returns the number of gathered keys. */
function inLists(/** @type {readonly number[]} */ keys, /** @type {number} */ flushes) {
  let gathered = 0;
  for (let flush = 0; flush < flushes; flush++) {
    const list = [];
    for (const key of keys) list.push(key);
    gathered += list.length;
  }
  return gathered;
}

/** Returns the number of gathered keys. */
function inBufferTime(/** @type {readonly number[]} */ keys, /** @type {number} */ flushes) {
  let gathered = 0;
  const trigger = new Trigger();
  const source = new Subject();
  const buffering = source.pipe(bufferTime(0, null, Infinity, trigger)).subscribe((list) => (gathered += list.length));
  for (let flush = 0; flush < flushes; flush++) {
    for (const key of keys) source.next(key);
    trigger.fire();
  }
  buffering.unsubscribe();
  return gathered;
}

/** A scheduler that runs its action when `fire` is called. */
class Trigger {
  #run = () => {};

  now() {
    return 0;
  }

  schedule(/** @type {(this: Subscription) => void} */ work) {
    const action = new Subscription();
    this.#run = () => work.call(action);
    return action;
  }

  fire() {
    this.#run();
  }
}
