/**
 * The number of round trips of a program, and their keys. Each program is written with tasks, with `async` functions, and
 * with RxJS operators, as far as those can express it.
 */
import { forkJoin, from, map, mergeMap, NEVER, of, timer, toArray, type Observable } from 'rxjs';
import { all, batch, batchMap, batchScheduler, Future, task, type BatchConfig, type BatchFunction } from 'sluice';
import { inVirtualTime } from '../support/recording-observer';

type Keys = readonly unknown[];

let flushes: Keys[];
beforeEach(() => (flushes = []));

/** A batch function on a table, whose flushes are recorded. */
function table<K, V>(valueOf: (key: K) => V, config: BatchConfig<K> = {}): BatchFunction<K, V> {
  const lookUp = batch((keys: readonly K[]) => keys.map(valueOf), config);
  lookUp.flushes$.subscribe(({ keys }) => flushes.push(keys));
  return lookUp;
}

/** Runs a program in each way it is written; asserts its value and its round trips. */
const inEachWay = (
  title: string,
  expected: { readonly result: unknown; readonly flushes: readonly Keys[] },
  ways: Readonly<Record<string, () => PromiseLike<unknown>>>,
): void =>
  describe(title, () => {
    it.each(Object.entries(ways))('written %s', async (_, program) => {
      expect(await program()).toEqual(expected.result);
      expect(flushes).toEqual(expected.flushes);
    });
  });

const range = (length: number): readonly number[] => Array.from({ length }, (_, n) => n);

describe('round trips', () => {
  const authorOf = (config = {}): BatchFunction<number, number> => table((answer: number) => answer % 3, config);
  const nameOf = (config = {}): BatchFunction<number, string> =>
    table((user: number) => `user ${String(user)}`, config);

  inEachWay(
    'loading the names of the authors of answers takes two round trips',
    {
      result: ['user 1', 'user 2', 'user 0', 'user 1'],
      flushes: [
        [1, 2, 3, 4],
        [1, 2, 0],
      ],
    },
    {
      'as tasks': () => {
        const [author, name] = [authorOf(), nameOf()];
        const authorName = task(function* (answer: number) {
          return yield* name(yield* author(answer));
        });
        return all([1, 2, 3, 4].map(authorName));
      },
      'with async functions': () => {
        const [author, name] = [authorOf(), nameOf()];
        return Promise.all([1, 2, 3, 4].map(async (answer) => name(await author(answer))));
      },
      'with operators': () => {
        const [author, name] = [authorOf(), nameOf()];
        return Future.from(
          from([1, 2, 3, 4]).pipe(batchMap(author, { ordered: true }), batchMap(name, { ordered: true }), toArray()),
        );
      },
      'with plain operators': () => {
        const [author, name] = [authorOf(), nameOf()];
        return Future.from(forkJoin([1, 2, 3, 4].map((answer) => author(answer).pipe(mergeMap((user) => name(user))))));
      },
    },
  );

  const friendsOf = (): BatchFunction<number, readonly number[]> =>
    table((person: number) => [person * 2, person * 2 + 1]);

  inEachWay(
    'loading the names of the friends of friends takes three round trips',
    {
      result: [
        ['n4', 'n5'],
        ['n6', 'n7'],
      ],
      flushes: [[1], [2, 3], [4, 5, 6, 7]],
    },
    {
      'as tasks': () => {
        const [friends, name] = [friendsOf(), table((person: number) => `n${String(person)}`)];
        const names = task(function* (person: number) {
          return yield* all((yield* friends(person)).map(name));
        });
        const ofFriends = task(function* (person: number) {
          return yield* all((yield* friends(person)).map(names));
        });
        return ofFriends(1);
      },
      'with async functions': () => {
        const [friends, name] = [friendsOf(), table((person: number) => `n${String(person)}`)];
        const names = async (person: number): Promise<string[]> => Promise.all((await friends(person)).map(name));
        const ofFriends = async (person: number): Promise<string[][]> =>
          Promise.all((await friends(person)).map(names));
        return ofFriends(1);
      },
      'with plain operators': () => {
        const [friends, name] = [friendsOf(), table((person: number) => `n${String(person)}`)];
        const each = <T>(next: (person: number) => Observable<T>) =>
          mergeMap((people: readonly number[]) => forkJoin(people.map(next)));
        return Future.from(friends(1).pipe(each((friend) => friends(friend).pipe(each(name)))));
      },
    },
  );

  inEachWay(
    'loading at the leaves of a balanced tree takes one round trip',
    { result: 120, flushes: [range(16)] },
    {
      'as tasks': () => {
        const weight = table((leaf: number) => leaf);
        const sum = task(function* (node: number, depth: number): Generator<unknown, number, number> {
          if (depth === 0) return yield* weight(node);
          const [left, right] = yield* all([sum(node * 2, depth - 1), sum(node * 2 + 1, depth - 1)]);
          return left + right;
        });
        return sum(0, 4);
      },
      'with async functions': () => {
        const weight = table((leaf: number) => leaf);
        const sum = async (node: number, depth: number): Promise<number> => {
          if (depth === 0) return weight(node);
          const [left, right] = await Promise.all([sum(node * 2, depth - 1), sum(node * 2 + 1, depth - 1)]);
          return left + right;
        };
        return sum(0, 4);
      },
      'with plain operators': () => {
        const weight = table((leaf: number) => leaf);
        const sum = (node: number, depth: number): Observable<number> =>
          depth === 0
            ? weight(node)
            : forkJoin([sum(node * 2, depth - 1), sum(node * 2 + 1, depth - 1)]).pipe(
                map(([left, right]) => left + right),
              );
        return Future.from(sum(0, 4));
      },
    },
  );

  const repliesTo = (): BatchFunction<string, readonly string[]> =>
    table((comment: string) => (comment.length < 4 ? [`${comment}a`, `${comment}b`] : []));
  const levels = [['c'], ['ca', 'cb'], ['caa', 'cab', 'cba', 'cbb']];
  const leaves = ['caaa', 'caab', 'caba', 'cabb', 'cbaa', 'cbab', 'cbba', 'cbbb'];

  inEachWay(
    'loading a tree of comments takes one round trip per level',
    { result: leaves.length, flushes: [...levels, leaves] },
    {
      'as tasks': () => {
        const replies = repliesTo();
        const count = task(function* (comment: string): Generator<unknown, number, never> {
          const answers: readonly string[] = yield* replies(comment);
          const counts: readonly number[] = yield* all(answers.map(count));
          return answers.length === 0 ? 1 : counts.reduce((sum, n) => sum + n, 0);
        });
        return count('c');
      },
      'with async functions': () => {
        const replies = repliesTo();
        const count = async (comment: string): Promise<number> => {
          const answers = await replies(comment);
          const counts = await Promise.all(answers.map(count));
          return answers.length === 0 ? 1 : counts.reduce((sum, n) => sum + n, 0);
        };
        return count('c');
      },
      'with plain operators': () => {
        const replies = repliesTo();
        const count = (comment: string): Observable<number> =>
          replies(comment).pipe(
            mergeMap((answers) =>
              answers.length === 0
                ? of(1)
                : forkJoin(answers.map(count)).pipe(map((counts) => counts.reduce((sum, n) => sum + n, 0))),
            ),
          );
        return Future.from(count('c'));
      },
    },
  );

  const afterMicrotasks = async (n: number): Promise<void> => {
    for (let turn = 0; turn < n; turn++) await Promise.resolve();
  };

  inEachWay(
    'loading in ten branches of different microtask depth takes one round trip',
    { result: range(10).map((n) => n % 3), flushes: [range(10)] },
    {
      'as tasks': () => {
        const author = authorOf();
        const branch = task(function* (n: number) {
          yield afterMicrotasks(n * 5);
          return yield* author(n);
        });
        return all(range(10).map(branch));
      },
      'with async functions': () => {
        const author = authorOf();
        const branch = async (n: number): Promise<number> => {
          await afterMicrotasks(n * 5);
          return author(n);
        };
        return Promise.all(range(10).map(branch));
      },
      'with plain operators': () => {
        const author = authorOf();
        return Future.from(
          forkJoin(range(10).map((n) => from(afterMicrotasks(n * 5)).pipe(mergeMap(() => author(n))))),
        );
      },
    },
  );

  inEachWay(
    'loading 250 keys with a maxSize of 100 takes three round trips',
    { result: range(250).map((n) => n % 3), flushes: [range(100), range(200).slice(100), range(250).slice(200)] },
    {
      'as tasks': () => all(range(250).map(authorOf({ maxSize: 100 }))),
      'with async functions': () => {
        const author = authorOf({ maxSize: 100 });
        return Promise.all(range(250).map(async (n) => await author(n)));
      },
      'with operators': () =>
        Future.from(from(range(250)).pipe(batchMap(authorOf({ maxSize: 100 }), { ordered: true }), toArray())),
      'with plain operators': () => {
        const author = authorOf({ maxSize: 100 });
        return Future.from(forkJoin(range(250).map((n) => author(n))));
      },
    },
  );
});

describe('round trips of branches at different times, with hold', () => {
  /** Like `inEachWay`, on virtual time. */
  const inEachWayInTime = (
    title: string,
    expected: readonly { readonly at: number; readonly keys: Keys }[],
    ways: Readonly<
      Record<string, (record: <K, V>(lookUp: BatchFunction<K, V>) => BatchFunction<K, V>) => Observable<unknown>>
    >,
  ): void =>
    describe(title, () => {
      it.each(Object.entries(ways))('written %s', (_, program) => {
        const recorded: unknown[] = [];
        inVirtualTime((time) => {
          const record = <K, V>(lookUp: BatchFunction<K, V>): BatchFunction<K, V> => {
            lookUp.flushes$.subscribe(({ keys }) => recorded.push({ at: time.frame, keys }));
            return lookUp;
          };
          program(record).subscribe();
        });
        expect(recorded).toEqual(expected);
      });
    });

  const echo = (config: BatchConfig<number>): BatchFunction<number, number> =>
    batch((keys: readonly number[]) => [...keys], config);

  inEachWayInTime(
    'loading in ten branches that start some milliseconds apart takes one round trip',
    [{ at: 10, keys: range(10) }],
    {
      'as tasks': (record) => {
        const lookUp = record(echo({ hold: 50 }));
        const branch = task(function* (n: number) {
          yield timer(n + 1);
          return yield* lookUp(n);
        });
        return all(range(10).map(branch));
      },
      'with plain operators, whose timers run on the scheduler': (record) => {
        const lookUp = record(echo({ hold: 50 }));
        return forkJoin(range(10).map((n) => timer(n + 1, batchScheduler).pipe(mergeMap(() => lookUp(n)))));
      },
    },
  );

  inEachWayInTime(
    'a diamond of loads with unequal latencies takes four round trips',
    [
      { at: 0, keys: [1] },
      { at: 2, keys: [10] },
      { at: 2, keys: [20] },
      { at: 22, keys: [11, 21] },
    ],
    {
      'as tasks': (record) => {
        const slowly = (ms: number, config: BatchConfig<number> = {}): BatchFunction<number, number> =>
          record(batch((keys: readonly number[]) => timer(ms).pipe(map(() => keys.map((key) => key + 1))), config));
        const [root, left, right, bottom] = [slowly(2), slowly(5), slowly(20), slowly(1, { hold: 50 })];
        const side = task(function* (key: number, load: BatchFunction<number, number>) {
          return yield* bottom(yield* load(key));
        });
        return task(function* () {
          const key = yield* root(1);
          return yield* all([side(key * 5, left), side(key * 10, right)]);
        })();
      },
      'with plain operators': (record) => {
        const slowly = (ms: number, config: BatchConfig<number> = {}): BatchFunction<number, number> =>
          record(batch((keys: readonly number[]) => timer(ms).pipe(map(() => keys.map((key) => key + 1))), config));
        const [root, left, right, bottom] = [slowly(2), slowly(5), slowly(20), slowly(1, { hold: 50 })];
        const side = (key: number, load: BatchFunction<number, number>): Observable<unknown> =>
          load(key).pipe(mergeMap((it) => bottom(it)));
        return root(1).pipe(mergeMap((key) => forkJoin([side(key * 5, left), side(key * 10, right)])));
      },
    },
  );

  inEachWayInTime('a task that never ends does not delay a flush beyond hold', [{ at: 50, keys: [1] }], {
    'as tasks': (record) => {
      const lookUp = record(echo({ hold: 50 }));
      const endless = task(function* () {
        yield NEVER;
      });
      return all([endless(), lookUp(1)]);
    },
  });

  inEachWayInTime('a task that never ends does not delay a flush without hold', [{ at: 0, keys: [1] }], {
    'as tasks': (record) => all([task(() => NEVER)(), record(echo({}))(1)]),
  });
});

describe('two batch functions that are called at the same level', () => {
  it('flush in the same round, before either has landed', () => {
    const log: string[] = [];
    const slowly = (name: string): BatchFunction<number, number> =>
      batch((keys: readonly number[]) => {
        log.push(`flush ${name} ${keys.join()}`);
        return timer(3).pipe(map(() => (log.push(`land ${name}`), [...keys])));
      });
    const [left, right] = [slowly('left'), slowly('right')];
    const both = task(function* (n: number) {
      return yield* all([left(n), right(n)]);
    });
    inVirtualTime((time) => {
      time.expectObservable(all([both(1), both(2)])).toBe('---(a|)', {
        a: [
          [1, 1],
          [2, 2],
        ],
      });
    });
    expect(log).toEqual(['flush left 1,2', 'flush right 1,2', 'land left', 'land right']);
  });
});
