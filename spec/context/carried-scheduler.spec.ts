/**
 * The scheduler of a request is carried to all work on behalf of the request, so that its caches and batches are isolated
 * from other requests.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  concatMap,
  defer,
  delay,
  firstValueFrom,
  from,
  lastValueFrom,
  map,
  mergeMap,
  Observable,
  of,
  retry,
  subscribeOn,
  switchMap,
  throwError,
  timer,
} from 'rxjs';
import {
  all,
  batch,
  batchScheduler,
  BatchScheduler,
  Future,
  loop,
  run,
  Scope,
  ScopedValue,
  scoped,
  task,
  within,
} from 'sluice';
import { dedupe, mapBy, memoizeLru } from 'sluice/tools';

const tick = (): Promise<void> => Promise.resolve();

/** Each row carries the number of the load that has fetched it. */
let loads = 0;
const rowOf = batch(async (ids: readonly number[]) => (await tick(), ids.map(() => ++loads)), {
  name: 'rowOf',
  cache: true,
});

type Load = () => unknown;

/** Ways in which a request continues to its second load. */
const forms: Readonly<Record<string, (load: () => Future<number>) => unknown>> = {
  'a generator': (load) => task(function* () { return yield* load(); })(), // prettier-ignore
  'an async function that awaits': (load) => task(async () => await load())(),
  'an async function that returns a future': (load) => task(async () => load())(),
  'an async function after two awaits': (load) => task(async () => { await tick(); await sleep(1); return load(); })(), // prettier-ignore
  'Promise.all in an async function': (load) => task(async () => (await Promise.all([tick(), load()]))[1])(),
  'a promise callback': (load) => task(() => Promise.resolve().then(load))(),
  'an async function that a generator yields': (load) => task(function* () { return yield (async () => (await tick(), load()))(); })(), // prettier-ignore
  'a timer that a promise waits for': (load) => task(() => new Promise((resolve) => setTimeout(() => resolve(load()), 1)))(), // prettier-ignore
  setImmediate: (load) => task(() => new Promise((resolve) => setImmediate(() => resolve(load()))))(),
  queueMicrotask: (load) => task(() => new Promise((resolve) => queueMicrotask(() => resolve(load()))))(),
  'timer and mergeMap': (load) => task(() => timer(1).pipe(mergeMap(load)))(),
  'a promise and mergeMap': (load) => task(() => from(Promise.resolve()).pipe(mergeMap(load)))(),
  'delay and concatMap': (load) => task(() => of(1).pipe(delay(1), concatMap(load)))(),
  'timer and switchMap': (load) => timer(1).pipe(switchMap(load)),
  'retry with a delay': (load) => {
    let tries = 0;
    return defer(() => (tries++ === 0 ? throwError(() => new Error('busy')) : load())).pipe(retry({ delay: 1 }));
  },
  'an async iterable': (load) => {
    const values = async function* () {
      await tick();
      yield await load();
    };
    return task((): AsyncIterable<unknown> => values())();
  },
  'an Observable that subscribes later': (load) =>
    new Observable((subscriber) => void setTimeout(() => load().subscribe(subscriber), 1)),
  'Future.defer in a timer': (load) => timer(1).pipe(mergeMap(() => Future.defer(load))),
  'a scope that starts an async function': (load) =>
    scoped(function* (scope) { return yield* scope.start(async () => (await tick(), load())); }), // prettier-ignore
  'a scope of its own in an async function': (load) =>
    task(async () => {
      await tick();
      const scope = new Scope();
      const started = scope.start(() => load());
      await scope.close();
      return started;
    })(),
  'started work in an async function': (load) => task(async () => { await tick(); return load().start(); })(), // prettier-ignore
  'mapBy with an async function': (load) =>
    mapBy([1], async () => (await tick(), load())).pipe(map(([value]) => value)),
  'a task of a task': (load) => { const inner = task(async () => (await tick(), load())); return task(async () => (await tick(), inner()))(); }, // prettier-ignore
  'all in an async function': (load) => task(async () => (await tick(), all([load()]).pipe(map(([value]) => value))))(),
  'within a context': (load) => within(new ScopedValue(1).override(2), task(async () => (await tick(), load()))()),
  'a deduped async function': (load) => dedupe(async () => (await tick(), load()))(),
  'a memoized async function': (load) => memoizeLru(async () => (await tick(), load()), { max: 10 })(),
  'an async resolver': (load) => batch(async (keys: readonly number[]) => { await tick(); const value = await load(); return keys.map(() => value); })(1), // prettier-ignore
  'a resolver that gives an Observable': (load) => batch((keys: readonly number[]) => timer(1).pipe(mergeMap(load), map((value) => keys.map(() => value))))(1), // prettier-ignore
  'a resolver that is a task': (load) => batch(task(function* (keys: readonly number[]) { const value = yield* load(); return keys.map(() => value); }))(1), // prettier-ignore
  'an operator of a future': (load) => task(() => null)().pipe(concatMap(load)),
};

/** Ways to give a request a scheduler of its own. */
const requests: Readonly<Record<string, (work: Load) => Promise<unknown>>> = {
  'scheduler.run': (work) => new BatchScheduler({ name: 'request' }).run(async () => settle(work())),
  subscribeOn: (work) =>
    lastValueFrom(
      defer(() => work() as Observable<unknown>).pipe(subscribeOn(new BatchScheduler({ name: 'request' }))),
    ),
  run: async (work) => (await run([defer(() => work() as Observable<unknown>)]))[0],
  loop: async (work) => {
    await using one = loop();
    return (await one.run([defer(() => work() as Observable<unknown>)]))[0];
  },
};

const settle = (given: unknown): Promise<unknown> =>
  given instanceof Observable ? firstValueFrom(given) : Promise.resolve(given);

describe.each(Object.entries(requests))('a request by %s', (_, request) => {
  it.each(Object.entries(forms))('shares no cache with other requests through %s', async (_name, form) => {
    const before = loads;
    // The default scheduler caches the key as well: code that loses its scheduler would get that value.
    const shared = await rowOf(1);
    const seen = [await request(() => form(() => rowOf(1))), await request(() => form(() => rowOf(1)))];
    expect(new Set([shared, ...seen]).size).toBe(3);
    expect(loads).toBeGreaterThanOrEqual(before + 2);
  });

  it('shares no cache with a concurrent request', async () => {
    const work = task(async () => {
      const first = await rowOf(2);
      await sleep(1);
      return [first, await rowOf(2)];
    });
    const pairs = await Promise.all([1, 2, 3, 4].map(() => request(work)));
    const numbers = (pairs as number[][]).map(([first, second]) => {
      expect(first).toBe(second);
      return first;
    });
    expect(new Set(numbers).size).toBe(4);
  });
});

describe('clear and prime', () => {
  const request = (work: () => Promise<unknown>) => new BatchScheduler().run(work);

  it('act on the cache of the request after an await', async () => {
    const shared = await rowOf(3);
    await request(async () => {
      const before = await rowOf(3);
      rowOf.clear(3);
      expect(await rowOf(3)).not.toBe(before);
      rowOf.clear(3);
      rowOf.prime(3, -1);
      expect(await rowOf(3)).toBe(-1);
    });
    expect(await rowOf(3)).toBe(shared);
  });
});

describe('BatchScheduler.run', () => {
  it('returns what its function returns, and throws what it throws', () => {
    const scheduler = new BatchScheduler();
    expect(scheduler.run(() => 7)).toBe(7);
    expect(() =>
      scheduler.run(() => {
        throw new RangeError('no');
      }),
    ).toThrow(RangeError);
  });

  it('ends with its function: the code after it runs on the previous scheduler', async () => {
    const shared = await rowOf(4);
    await new BatchScheduler().run(async () => rowOf(4));
    expect(await rowOf(4)).toBe(shared);
    const outer = new BatchScheduler();
    await outer.run(async () => {
      const first = await rowOf(4);
      await new BatchScheduler().run(async () => rowOf(4));
      expect(await rowOf(4)).toBe(first);
      expect(await batchScheduler.run(async () => (await tick(), rowOf(4)))).toBe(shared);
      expect(await rowOf(4)).toBe(first);
    });
  });

  it('keeps the AsyncLocalStorage stores and the contexts of its caller', async () => {
    const store = new AsyncLocalStorage<string>();
    const language = new ScopedValue('en');
    const seen: unknown[] = [];
    const see = task(function* () {
      yield timer(1);
      seen.push(store.getStore(), language.get());
    });
    await store.run('ada', async () =>
      within(language.override('fr'), task(() => new BatchScheduler().run(() => see()))()),
    );
    expect(seen).toEqual(['ada', 'fr']);
  });

  it('throws a TypeError for an argument that is not a function', () => {
    expect(() => new BatchScheduler().run(7 as never)).toThrow(TypeError);
  });
});

describe('a batch function that is pinned to the default scheduler', () => {
  it('runs its resolver there for callers of every request', async () => {
    const shared = await rowOf(5);
    const pinned = batch(async (ids: readonly number[]) => (await tick(), Promise.all(ids.map((id) => rowOf(id)))), {
      scheduler: batchScheduler,
    });
    expect(await new BatchScheduler().run(async () => (await tick(), pinned(5)))).toBe(shared);
  });
});

describe('the carried frame', () => {
  it('is the same for two actions that are scheduled in one turn', async () => {
    const store = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const schedule = (): void => void batchScheduler.schedule(() => seen.push(store.getStore()));
    store.run('ada', schedule);
    store.run('eve', schedule);
    schedule();
    await sleep(1);
    expect(seen).toEqual(['ada', 'eve', undefined]);
  });

  it('does not become a growing chain while work continues from frame to frame', async () => {
    const { frameHere } = await import('../../src/scheduler/frame');
    const [one, other] = [new BatchScheduler(), new BatchScheduler()];
    let depth = 0;
    const hop = (count: number): void => {
      depth = frameHere()?.depth ?? 0;
      if (count > 0) (count % 2 ? one : other).schedule(() => hop(count - 1));
    };
    new AsyncLocalStorage().run('a store', () => hop(50));
    await sleep(5);
    expect(depth).toBeLessThan(4);
  });
});
