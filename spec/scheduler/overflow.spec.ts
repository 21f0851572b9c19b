/**
 * An overflow of the native stack affects only the program with the recursion: it gets its value or a RangeError, and all
 * other work continues normally.
 */
import { concatMap, EMPTY, expand, firstValueFrom, lastValueFrom, map, Observable, of, timer } from 'rxjs';
import {
  all,
  TaskContext,
  AsyncValue,
  batch,
  BatchScheduler,
  Future,
  scoped,
  ScopedValue,
  allSettled,
  task,
  within,
} from 'sluice';
import { mapBy } from 'sluice/tools';
import { recordWarnings } from '../support/record-warnings';

recordWarnings(); // of block() inside tasks

const DEEP = 400;
const VERY_DEEP = 5_000;

/** The end of a program as text. The timeout of the test detects a hang. */
const endOf = async (program: () => PromiseLike<unknown>): Promise<string> => {
  try {
    await program();
    return 'a value';
  } catch (error) {
    return (error as Error).name === 'RangeError' ? 'a RangeError' : String(error);
  }
};

/** Unrelated work: a waiting task, a scope and a batch. */
const others = async (): Promise<unknown[]> => {
  const wait = task(function* () {
    yield timer(1);
    return 'a task';
  });
  const rowOf = batch((keys: readonly string[]) => keys);
  return Promise.all([wait(), scoped((scope) => scope.start(() => 'a scope')), rowOf('a batch')]);
};

const chain = (length: number, next: (at: number) => Observable<number>): Promise<number> =>
  lastValueFrom(of(0).pipe(expand((at) => (at === length ? EMPTY : next(at)))));

const successors = (keys: readonly number[]): number[] => keys.map((key) => key + 1);

/** Subscribes recursively, to the given depth. */
const recursive = (depth: number, make: (inner: () => Observable<number>) => Observable<number>): Observable<number> =>
  depth === 0 ? of(0) : make(() => recursive(depth - 1, make));

/** Programs that nest on the native stack and end synchronously. */
const programs: Readonly<Record<string, () => PromiseLike<unknown>>> = {
  'an expand over keys in a cache': async () => {
    const next = batch(successors, { cache: true });
    await chain(DEEP, next);
    return chain(DEEP, next);
  },
  'an expand over keys in a store': async () => {
    const next = batch(successors, { cache: new Map() });
    await chain(DEEP, next);
    return chain(DEEP, next);
  },
  'an expand over keys in a bounded cache': async () => {
    const next = batch(successors, { cache: { max: 1_000 } });
    await chain(DEEP, next);
    return chain(DEEP, next);
  },
  'an expand over primed keys, with operators between them': async () => {
    const next = batch(successors, { cache: true });
    for (let key = 0; key < DEEP; key++) next.prime(key, key + 1);
    return chain(DEEP, (at) => next(at).pipe(map((value) => value), concatMap((value) => of(value)))); // prettier-ignore
  },
  'an expand over Future.of': () => chain(VERY_DEEP, (at) => Future.of(at + 1)),
  'an expand over Future.defer': () => chain(VERY_DEEP, (at) => Future.defer(() => of(at + 1))),
  'an expand over set values': () =>
    chain(VERY_DEEP, (at) => {
      const value = new AsyncValue<number>();
      value.set(at + 1);
      return value;
    }),
  'a recursive concatMap': () => firstValueFrom(recursive(1_000, (inner) => Future.of(1).pipe(concatMap(inner)))),
  'a recursive subscribe': () =>
    firstValueFrom(
      recursive(
        VERY_DEEP,
        (inner) =>
          new Observable((subscriber) => {
            // eslint-disable-next-line rxjs-x/no-nested-subscribe -- nesting is what this is about
            Future.of(1).subscribe(() => inner().subscribe(subscriber));
          }),
      ),
    ),
  'futures deferred into each other': () => {
    let future: Future<number> = Future.of(1);
    for (let depth = 0; depth < VERY_DEEP; depth++) future = ((inner) => Future.defer(() => inner))(future);
    return future;
  },
  'a key function that blocks on its own function': async () => {
    const ask = batch((keys: readonly number[]) => keys, { key: (key: number): number => ask.block(key) });
    return ask(1);
  },
  'a partition function that blocks on its own function': async () => {
    const ask = batch((keys: readonly number[]) => keys, { partition: (key: number): number => ask.block(key) });
    return ask(1);
  },
  'a context that blocks within itself': () => {
    class Blocking extends TaskContext {
      override resume(): void {
        within(new Blocking(), Future.of(1)).block();
      }
      override pause(): void {
        // This context is never left.
      }
    }
    return within(new Blocking(), Future.of(1));
  },
  'an Observable that blocks on itself': () => {
    const self: Observable<number> = new Observable((subscriber) => {
      subscriber.next(Future.from(self).block());
      subscriber.complete();
    });
    return Future.from(self);
  },
  'a native recursion in a task': () => {
    const recurse = (): number => recurse() + 1;
    return task(() => recurse())();
  },
};

describe.each(Object.entries(programs))('%s', (_, program) => {
  it('ends with its value or a RangeError, and unrelated work ends normally', async () => {
    expect(await endOf(program)).toMatch(/^a value$|^a RangeError$/);
    expect(await others()).toEqual(['a task', 'a scope', 'a batch']);
  });

  it('does so repeatedly on its own scheduler', async () => {
    const scheduler = new BatchScheduler();
    for (let time = 0; time < 3; time++)
      expect(await scheduler.run(() => endOf(program))).toMatch(/^a value$|^a RangeError$/);
    expect(await scheduler.run(others)).toEqual(['a task', 'a scope', 'a batch']);
  });
});

it.each([
  ['cached keys', true],
  ['keys in a store', new Map()],
])('gets its value from %s, however long the chain', async (_, cache) => {
  const next = batch(successors, { cache });
  await chain(VERY_DEEP, next);
  expect(await chain(VERY_DEEP, next)).toBe(VERY_DEEP);
});

it('pauses every context that was on when the stack overflowed', async () => {
  const language = new ScopedValue('en');
  const recurse = (): number => within(language.override('de'), task(() => recurse())()).block();
  await endOf(() => within(language.override('fr'), task(() => recurse())()));
  await others();
  expect(language.get()).toBe('en');
});

describe('a deep chain over a key that shares a flush with other keys', () => {
  type Wrap = (future: Future<unknown>) => Future<unknown>;
  const wraps: Readonly<Record<string, Wrap>> = {
    all: (future) => all([future]),
    settled: (future) => allSettled([future]),
    'all of a record': (future) => all({ future }),
    within: (future) => within(new ScopedValue(1).override(2), future),
    'Future.from a pipe': (future) => Future.from(future.pipe(map((value) => value))),
    'Future.defer': (future) => Future.defer(() => future),
    mapBy: (future) => mapBy([1], () => future),
    task: (future) => task(() => future)(),
    scoped: (future) => scoped(() => future),
  };

  it.each(Object.entries(wraps))('of %s, does not affect the other keys', async (_, wrap) => {
    const rowOf = batch((ids: readonly string[]) => Promise.resolve(ids.map((id) => `row ${id}`)));
    let deep: Future<unknown> = rowOf('deep');
    for (let level = 0; level < 6_000; level++) deep = wrap(deep);
    const seen = [rowOf('of ada'), deep.then(() => 'a value', String), rowOf('of alan')];
    const [ada, ended, alan] = await Promise.all(seen);
    expect([ada, alan]).toEqual(['row of ada', 'row of alan']);
    expect(ended).toMatch(/^a value$|RangeError/);
  });

  it.each(Object.entries(wraps))(
    'of %s, fails with an error of its own and leaves theirs to others',
    async (_, wrap) => {
      const rowOf = batch((ids: readonly string[]) =>
        Promise.resolve(ids.map((id) => (id === 'deep' ? new TypeError(id) : id))),
      );
      let deep: Future<unknown> = rowOf('deep');
      for (let level = 0; level < 6_000; level++) deep = wrap(deep);
      const [ada, ended, alan] = await Promise.all([rowOf('ada'), deep.then(() => 'a value', String), rowOf('alan')]);
      expect([ada, alan]).toEqual(['ada', 'alan']);
      expect(ended).toMatch(/^a value$|RangeError|TypeError: deep/);
    },
  );
});
