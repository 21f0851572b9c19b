/** An AbortSignal among the arguments is connected with its copy on the thread. */
import { WorkerPool, type WorkerTask } from 'sluice/pool';
import { settle } from './pool-fixture';
import { expectInvariants, expectInvariantsAndClose } from './pool-invariants';

const pool = new WorkerPool({ size: 2 });
afterAll(() => expectInvariantsAndClose(pool, () => undefined));

/** Resolves to what the signal says once it has aborted. */
const reasonOf = (signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => {
    const seen = (): void => resolve([signal.aborted, signal.reason]);
    if (signal.aborted) seen();
    else signal.addEventListener('abort', seen, { once: true });
  });

/** Counts the listeners of a signal. */
function countListeners(signal: AbortSignal): () => number {
  let count = 0;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- they are applied to the signal
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
    count++;
    addEventListener.apply(signal, args);
  };
  signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
    count--;
    removeEventListener.apply(signal, args);
  };
  return () => count;
}

describe('an AbortSignal among the arguments', () => {
  it.each<[string, unknown, unknown]>([
    ['an error with fields', Object.assign(new RangeError('tab closed'), { code: 'E_TAB' }), expect.any(RangeError)],
    ['a DOMException', new DOMException('too slow', 'TimeoutError'), expect.any(DOMException)],
    ['a text', 'deploying', 'deploying'],
    ['a record', { tab: 3 }, { tab: 3 }],
    ['null', null, null],
    ['no reason', undefined, expect.any(DOMException)],
    ['a function', () => 1, expect.objectContaining({ message: expect.stringContaining('function') as unknown })],
  ])('aborts its copy in the task with the reason: %s', (_, reason, received) =>
    expectInvariants(pool, async () => {
      const controller = new AbortController();
      const seen = pool.do(reasonOf, controller.signal);
      setTimeout(() => controller.abort(reason), 5);
      expect(await settle(seen)).toEqual([true, received]);
    }),
  );

  it('is connected within an argument, in a Map and twice', () =>
    expectInvariants(pool, async () => {
      const controller = new AbortController();
      const seen = pool.do(
        ({ map, signal }: { map: Map<string, AbortSignal>; signal: AbortSignal }) =>
          new Promise((resolve) => {
            signal.addEventListener('abort', () => resolve([map.get('signal') === signal, signal.aborted]));
          }),
        { map: new Map([['signal', controller.signal]]), signal: controller.signal },
      );
      setTimeout(() => controller.abort(), 5);
      expect(await settle(seen)).toEqual([true, true]);
    }));

  it('is an AbortSignal that works with the platform', () =>
    expectInvariants(pool, async () => {
      const controller = new AbortController();
      const name = pool.do(async (signal: AbortSignal) => {
        const { setTimeout: sleep } = require('node:timers/promises') as typeof import('node:timers/promises'); // eslint-disable-line @typescript-eslint/no-require-imports -- what a thread is sent imports nothing else
        await sleep(60_000, undefined, { signal }).catch(() => undefined);
        return [signal instanceof AbortSignal, signal.aborted];
      }, controller.signal);
      setTimeout(() => controller.abort(), 5);
      expect(await settle(name)).toEqual([true, true]);
    }));

  it('is aborted from the start, if it was aborted before the call or while the task was queued', () =>
    expectInvariants(pool, async () => {
      const before = new AbortController();
      before.abort('before');
      const queued = new AbortController();
      const look = (...signals: AbortSignal[]): unknown[] =>
        signals.map(({ aborted, reason }): unknown[] => [aborted, reason]);
      const seen = pool.do(look, before.signal, queued.signal, new AbortController().signal);
      queued.abort('queued');
      expect(await seen).toEqual([
        [true, 'before'],
        [true, 'queued'],
        [false, undefined],
      ]);
    }));

  it('aborts the copies of all tasks that have it, and each task has its own signals', () =>
    expectInvariants(pool, async () => {
      const shared = new AbortController();
      const own = new AbortController();
      const seen = [pool.do(reasonOf, shared.signal), pool.do(reasonOf, shared.signal)];
      const other = pool.do(reasonOf, own.signal);
      setTimeout(() => shared.abort('shared'), 5);
      expect(await Promise.all(seen)).toEqual([
        [true, 'shared'],
        [true, 'shared'],
      ]);
      expect(other.isSet).toBe(false);
      own.abort('own');
      expect(await settle(other)).toEqual([true, 'own']);
    }));

  it('has no listener left after its tasks, however they ended', () =>
    expectInvariants(pool, async () => {
      const { signal } = new AbortController();
      const count = countListeners(signal);
      const endless = pool.do(reasonOf, signal);
      const ended = [
        pool.do((given: AbortSignal) => given.aborted, signal),
        pool.do((given: AbortSignal) => {
          throw new Error(String(given.aborted));
        }, signal),
      ];
      await Promise.allSettled(ended);
      expect(count()).toBe(1);
      endless.cancel();
      // The thread releases the signal when it has answered; a listener that is never removed ends the spec by its time-out.
      while (count() > 0) await pool.do(() => 1);
      expect(count()).toBe(0);
    }));

  it('is connected through a nested call', () =>
    expectInvariants(pool, async () => {
      const controller = new AbortController();
      const seen = pool.do(async function (this: WorkerTask, signal: AbortSignal) {
        return this.do(
          (inner: { signal: AbortSignal }) =>
            new Promise((resolve) => {
              inner.signal.addEventListener('abort', () => resolve(['nested', inner.signal.reason]));
            }),
          { signal },
        );
      }, controller.signal);
      setTimeout(() => controller.abort('stop'), 20);
      expect(await settle(seen)).toEqual(['nested', 'stop']);
    }));
});
