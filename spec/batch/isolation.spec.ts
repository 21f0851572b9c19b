/**
 * Keys, waiters and requests are isolated: errors thrown by one do not affect the others, and the memory of one is
 * freed.
 */
import { config } from 'rxjs';
import { batch, type BatchFunction } from 'sluice';
import { BoundedStore } from '../../src/batch/cache/bounded-store';
import { begin, type Sink } from '../../src/future/execution';
import { currentScheduler } from '../../src/scheduler/batch-scheduler';
import { runAlone } from '../support/process';
import { recorder, runVirtual, userName } from './virtual-run';

jest.setTimeout(60_000);

describe('a waiter that throws', () => {
  const reported: unknown[] = [];
  beforeEach(() => {
    reported.length = 0;
    config.onUnhandledError = (error) => reported.push(error);
  });
  afterEach(() => {
    config.onUnhandledError = null;
  });

  const fault = new RangeError('Maximum call stack size exceeded');
  const throwing: Sink<string> = {
    frame: undefined,
    succeed: () => {
      throw fault;
    },
    fail: () => {
      throw fault;
    },
  };

  function loadWithThrowingWaiter(nameOf: BatchFunction<number, string>, key: number): void {
    const scheduler = currentScheduler();
    scheduler.runQueue.drive(() => nameOf(key)[begin](throwing, scheduler));
  }

  const resolvers: readonly (readonly [string, BatchFunction<number, string>])[] = [
    ['an array', batch((ids: readonly number[]) => ids.map(userName))],
    [
      'a promised Map',
      batch(async (ids: readonly number[]) => Promise.resolve(new Map(ids.map((id) => [id, userName(id)])))),
    ],
    ['early values', batch<number, string>((ids, flush) => ids.forEach((id) => flush.succeed(id, userName(id))))],
    ['promises of values', batch((ids: readonly number[]) => ids.map(async (id) => Promise.resolve(userName(id))))],
    ['a kept value', batch((ids: readonly number[]) => ids.map(userName), { cache: { max: 10 } })],
  ];

  it.each(resolvers)(
    'does not affect the values of other waiters and keys, with a resolver that returns %s',
    async (_, nameOf) => {
      loadWithThrowingWaiter(nameOf, 1);
      const others = [nameOf(1), nameOf(2)].map(async (name) => name);
      loadWithThrowingWaiter(nameOf, 2);
      expect(await Promise.all(others)).toEqual(['user 1', 'user 2']);
      loadWithThrowingWaiter(nameOf, 2);
      expect(await nameOf(2)).toBe('user 2');
      while (reported.length < 3) await new Promise((again) => setTimeout(again, 1));
      expect(reported).toEqual([fault, fault, fault]);
    },
  );

  it('does not affect the failures of other waiters and keys', async () => {
    const nameOf = batch((ids: readonly number[]): string[] => {
      throw new Error(`no ${ids.join()}`);
    });
    loadWithThrowingWaiter(nameOf, 1);
    await expect(nameOf(2)).rejects.toThrow('no 1,2');
    while (reported.length < 1) await new Promise((again) => setTimeout(again, 1));
    expect(reported).toEqual([fault]);
  });
});

/**
 * The output of a program that runs in a separate process, and reports whether the referents of `request` get
 * collected.
 */
const collected = (program: string): unknown =>
  runAlone(
    `
    const { BatchScheduler, loop } = require('sluice');
    const { lastValueFrom, subscribeOn } = require('rxjs');
    const on = (scheduler, future) => lastValueFrom(future.pipe(subscribeOn(scheduler)));
    ${program}
    const check = (references, turns) => {
      gc();
      after?.();
      if (references.every((reference) => reference.deref() === undefined)) return console.log('all collected');
      if (turns > 0) setTimeout(check, 1, references, turns - 1);
      else console.log('not collected');
    };
    let after;
    request().then((references) => setTimeout(check, 1, references, 300));
    `,
    { flags: ['--expose-gc'] },
  );

const allCollected = { lines: ['all collected'], stderr: '', hasEndedWell: true };

describe('the scheduler of a request', () => {
  const userOf = 'const userOf = batch((ids) => ids.map((id) => ({ id })), { cache: true });';
  const requests: readonly (readonly [string, string])[] = [
    [
      'that subscribes on it',
      `const request = async () => {
        const scheduler = new BatchScheduler();
        return [new WeakRef(scheduler), new WeakRef(await on(scheduler, userOf(1)))];
      };`,
    ],
    [
      'that loads from a task resolver with bounds',
      `const boundOf = batch(task(function* (ids) { return yield* userOf.many(ids); }), { concurrency: 1, maxSize: 1 });
      const request = async () => {
        const scheduler = new BatchScheduler();
        return [new WeakRef(scheduler), new WeakRef(await on(scheduler, boundOf(1)))];
      };`,
    ],
    [
      'in a loop that was closed',
      `const request = async () => {
        const requests = loop();
        const [user] = await requests.run([userOf(1)]);
        await requests.close();
        return [new WeakRef(user)];
      };`,
    ],
    [
      'that primes the cache',
      `const request = async () => {
        const [scheduler, user] = [new BatchScheduler(), { id: 3 }];
        scheduler.runQueue.drive(() => userOf.prime(3, user));
        return [new WeakRef(scheduler), new WeakRef(user)];
      };`,
    ],
    [
      'whose tasks load from a function pinned to another scheduler',
      `const pinnedOf = batch((ids) => ids, { scheduler: new BatchScheduler(), hold: 1 });
      const request = async () => {
        const scheduler = new BatchScheduler();
        await on(scheduler, pinnedOf(1));
        return [new WeakRef(scheduler)];
      };`,
    ],
  ];

  it.each(requests)('is collected with its cached values, after a request %s', (_, request) => {
    expect(collected(`${userOf}${request}`)).toEqual(allCollected);
  });
});

describe('a partition whose values have all expired', () => {
  const tenants = (config: string): string => `
    const rowOf = batch((keys) => keys, { partition: ({ tenant }) => tenant, key: ({ id }) => id, cache: ${config} });
    const request = async () => {
      const all = Array.from({ length: 10 }, () => ({}));
      await rowOf.many(all.map((tenant, id) => ({ tenant, id })));
      after = () => rowOf({ tenant: {}, id: 1 }).subscribe();
      return all.map((tenant) => new WeakRef(tenant));
    };`;

  it('is collected when other partitions are used', () => {
    expect(collected(tenants('{ ttl: 1 }'))).toEqual(allCollected);
  });

  it('is collected also when the cache has a maximum', () => {
    expect(collected(tenants('{ max: 10, ttl: 1 }'))).toEqual(allCollected);
  });

  it('is kept while one of its values has not expired', () => {
    runVirtual(({ flush, at }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve, { partition: (id) => id % 2, cache: { ttl: 100 } });
      nameOf(1).subscribe();
      at(60, () => void nameOf(3).subscribe());
      at(110, () => void nameOf(2).subscribe());
      at(120, () => void nameOf.many([1, 3]).subscribe());
      flush();
      expect(asked).toEqual([[1], [3], [2], [1]]);
    });
  });

  it('is found by checks whose number grows linearly with the number of partitions', () => {
    runVirtual(({ flush, at }) => {
      const isExpired = jest.spyOn(BoundedStore.prototype, 'isExpired', 'get');
      const nameOf = batch(recorder().resolve, { partition: (id) => id, cache: { ttl: 10 } });
      for (let id = 1; id <= 100; id++) at(id, () => void nameOf(id).subscribe());
      flush();
      // Each partition is checked at most twice while it exists, so that a request does not check all earlier
      // partitions.
      expect(isExpired.mock.calls.length).toBeLessThanOrEqual(200);
      isExpired.mockRestore();
    });
  });
});
