/** One signal for ten thousand tasks has one listener while tasks are pending, and none afterwards. */
import { getEventListeners } from 'node:events';
import { from, lastValueFrom, mergeMap, toArray } from 'rxjs';
import { CancelledError } from 'sluice';
import { WorkerPool, type WorkerTask } from 'sluice/pool';
import { runAlone } from '../../support/process';
import { expectInvariants, expectInvariantsAndClose } from './pool-invariants';
import { sharedNumbers, waitUntil } from '../../support/shared-memory';
import { recordNotifications } from './record-notifications';

const MANY = 10_000;
const pool = new WorkerPool({ size: 2, grace: 1_000 });
/** In ms: on a busy machine a thread may take long to react. */
const patient = new WorkerPool({ size: 2, grace: 60_000 });
let spawned = 0;
for (const { events$ } of [pool, patient])
  events$.subscribe(({ type }) => {
    if (type === 'spawn') spawned++;
  });
afterAll(async () => {
  await expectInvariantsAndClose(pool, () => undefined);
  await expectInvariantsAndClose(patient, () => undefined);
});

const listenersOf = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;
const isQuiet = (): boolean => pool.stats.running === 0;

describe('one signal for ten thousand tasks', () => {
  it('has one listener while the tasks are pending, and none when they have ended', () =>
    expectInvariants(pool, async () => {
      const { signal } = new AbortController();
      const double = pool.task((value: number) => value * 2, { signal });
      const all = lastValueFrom(from(Array(MANY).keys()).pipe(mergeMap(double), toArray()));
      expect(listenersOf(signal)).toBe(1);
      expect(await all).toHaveLength(MANY);
      expect(listenersOf(signal)).toBe(0);
    }));

  it('cancels each task once with its reason, and kills no thread whose task heeds it', () =>
    expectInvariants(patient, async () => {
      await patient.do(() => 0);
      const before = spawned;
      const controller = new AbortController();
      const begun = sharedNumbers(1);
      const wait = patient.task(
        function (this: WorkerTask, count: Int32Array) {
          Atomics.add(count, 0, 1);
          return new Promise<void>((resolve) => {
            this.signal.addEventListener('abort', () => {
              resolve();
            });
          });
        },
        { signal: controller.signal },
      );
      const listeners = Array.from({ length: MANY }, () => recordNotifications(wait(begun)));
      await waitUntil(() => begun[0] === 2);
      controller.abort('enough');
      for (const { errors, items, completions } of listeners) {
        expect([errors.length, items.length, completions]).toEqual([1, 0, 0]);
      }
      expect(
        listeners.every(({ errors: [error] }) => error instanceof CancelledError && error.reason === 'enough'),
      ).toBe(true);
      expect(listenersOf(controller.signal)).toBe(0);
      await waitUntil(() => patient.stats.running === 0);
      expect(begun[0]).toBe(2);
      expect(spawned - before).toBe(0);
    }));

  it('replaces the threads whose tasks ignore it, and starts no others', () =>
    expectInvariants(pool, async () => {
      const before = spawned;
      const controller = new AbortController();
      const begun = sharedNumbers(1);
      const spin = pool.task(
        (count: Int32Array) => {
          for (Atomics.add(count, 0, 1); ;);
        },
        { signal: controller.signal },
      );
      const listeners = Array.from({ length: MANY }, () => recordNotifications(spin(begun)));
      await waitUntil(() => begun[0] === 2);
      controller.abort();
      expect(listeners.every(({ errors }) => errors.length === 1)).toBe(true);
      await waitUntil(isQuiet);
      const both = pool.task(() => 'both');
      expect(await Promise.all([both(), both()])).toEqual(['both', 'both']);
      expect(begun[0]).toBe(2);
      expect(spawned - before).toBe(2);
    }));

  it('is released by tasks that are unsubscribed', () =>
    expectInvariants(pool, async () => {
      const { signal } = new AbortController();
      const never = pool.task(() => 1, { signal });
      const listeners = Array.from({ length: MANY }, () => recordNotifications(never()));
      for (const listener of listeners) listener.unsubscribe();
      expect(listenersOf(signal)).toBe(0);
      await waitUntil(isQuiet);
    }));

  it('causes no warning of the process, neither here nor on the threads', () => {
    const { lines, stderr, hasEndedWell } = runAlone(`
      const { WorkerPool } = require('sluice/pool');
      const pool = new WorkerPool({ size: 2 });
      const controller = new AbortController();
      const work = pool.task(function (n) { return new Promise((resolve) => {
        this.signal.addEventListener('abort', resolve);
        setTimeout(resolve, n % 2);
      }); }, { signal: controller.signal });
      let ends = 0;
      const end = () => {
        if (++ends === 200) setImmediate(() => controller.abort());
        if (ends === 10000) console.log('all');
      };
      for (let n = 0; n < 10000; n++) work(n).subscribe({ error: end, complete: end });`);
    expect(lines).toEqual(['all']);
    expect(stderr).toBe('');
    expect(hasEndedWell).toBe(true);
  });
});
