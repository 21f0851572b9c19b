/** What the compiler knows of the tools: what comes of items and functions, and what they cannot be given. */
import { of } from 'rxjs';
import { batch, Future, task } from 'sluice';
import {
  AsyncEventHook,
  callTask,
  dedupe,
  filterBy,
  isTask,
  lazyConstant,
  mapBy,
  maxBy,
  memoizeLru,
  memoizePerInstance,
  minBy,
  partitionBy,
  rejectBy,
  retryTask,
  sortBy,
  type LazyConstant,
} from 'sluice/tools';

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- how one asks whether two types are one
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

interface Claim<Actual> {
  /** Compiles only where it is just this type. */
  is<Expected>(...proof: Equal<Actual, Expected> extends true ? [] : ['it is another type']): void;
}

/** The type a function returns. */
const resultOf = <Actual>(call: () => Actual): Claim<Actual> => ({ is: () => expect(call).toBeInstanceOf(Function) });

interface User {
  readonly id: number;
}

const users: readonly User[] = [{ id: 1 }];
const ids: readonly number[] = [1];
const nameOf = batch((keys: readonly number[]) => keys.map(String));
const nameTask = task(function* nameTask(id: number) {
  return yield* nameOf(id);
});

describe('tools for collections', () => {
  it('give what the function gives in the end, whatever its kind', () => {
    resultOf(() => mapBy(ids, nameOf)).is<Future<string[]>>();
    resultOf(() => mapBy(ids, nameTask)).is<Future<string[]>>();
    resultOf(() => mapBy(ids, (id) => id * 2)).is<Future<number[]>>();
    resultOf(() => mapBy(ids, (id) => of(id))).is<Future<number[]>>();
    resultOf(() => mapBy(users, ({ id }) => nameOf(id))).is<Future<string[]>>();
    resultOf(() => mapBy(ids, async (id) => Promise.resolve(String(id)))).is<Future<string[]>>();
    resultOf(() =>
      mapBy(ids, function* (id) {
        return (yield* nameOf(id)).length;
      }),
    ).is<Future<number[]>>();
    resultOf(() => mapBy('abc', (letter) => letter)).is<Future<string[]>>();
    resultOf(() => mapBy(new Set(users), ({ id }) => id)).is<Future<number[]>>();
  });

  it('give items of the type that was put in', () => {
    resultOf(() => filterBy(users, ({ id }) => nameOf(id))).is<Future<User[]>>();
    resultOf(() => filterBy(users)).is<Future<User[]>>();
    resultOf(() => rejectBy(users, ({ id }) => id > 1)).is<Future<User[]>>();
    resultOf(() => partitionBy(users, ({ id }) => id > 1)).is<Future<[User[], User[]]>>();
    resultOf(() => sortBy(users, ({ id }) => nameOf(id), { descending: true })).is<Future<User[]>>();
    resultOf(() => sortBy(ids)).is<Future<number[]>>();
    resultOf(() => sortBy(users, ({ id }) => [id, null, 'a'])).is<Future<User[]>>();
    resultOf(() => maxBy(ids, nameTask)).is<Future<number | undefined>>();
    resultOf(() => minBy(users, ({ id }) => id)).is<Future<User | undefined>>();
  });

  it('narrow what they filter by a predicate that says so', () => {
    const mixed: readonly (string | number)[] = ['a', 1];
    resultOf(() => filterBy(mixed, (item): item is string => typeof item === 'string')).is<Future<string[]>>();
  });

  it('cannot be given what makes no sense', () => {
    // @ts-expect-error a number is no iterable
    expect(() => mapBy(5, nameOf)).toThrow(TypeError);
    // @ts-expect-error there must be a function
    expect(() => mapBy(ids)).toThrow(TypeError);
    // @ts-expect-error it takes a number
    expect(mapBy(['a'], nameTask)).toBeInstanceOf(Future);
    // @ts-expect-error nothing can be put in the order of records
    expect(sortBy(users, (user) => user)).toBeInstanceOf(Future);
    // @ts-expect-error there is no such option
    expect(() => sortBy(ids, undefined, { reverse: true })).toThrow(TypeError);
  });
});

describe('tools that make a task of a function', () => {
  class Shop {
    readonly name = 'shop';
  }
  const price = function (this: Shop, item: string, count = 1): number {
    return this.name.length * item.length * count;
  };

  it('keep its this, its arguments and its result', () => {
    type Price = (this: Shop, item: string, count?: number) => Future<number>;
    const all: readonly Price[] = [dedupe(price), memoizeLru(price), memoizePerInstance(price), retryTask(price)];
    expect(all).toHaveLength(4);
    resultOf(() => dedupe(nameOf)(1)).is<Future<string>>();
    resultOf(() => memoizeLru(nameTask, { max: 1, ttl: 1, key: (id) => id })(1)).is<Future<string>>();
    resultOf(() => memoizePerInstance(price).call(new Shop(), 'fig')).is<Future<number>>();
    resultOf(() => retryTask(async (id: number) => Promise.resolve(id))(1)).is<Future<number>>();
    resultOf(() => lazyConstant(async () => Promise.resolve('a'))).is<LazyConstant<string>>();
    resultOf(() => callTask(nameTask, 1)).is<Future<string>>();
    resultOf(() => callTask((a: number, b: string) => a + b.length, 1, 'b')).is<Future<number>>();
  });

  it('keep the type parameters of a generic task', () => {
    const same = task(<T>(value: T): T => value);
    const listed = task(function* listed<T>(value: T): Generator<unknown, readonly T[], unknown> {
      yield null;
      return [value];
    });
    const tools = [dedupe(same), memoizeLru(same, { max: 1, key: (value) => value }), retryTask(same)] as const;
    const [deduped, kept, retried] = tools;
    resultOf(() => deduped('a')).is<Future<string>>();
    resultOf(() => kept(1)).is<Future<number>>();
    resultOf(() => retried(true)).is<Future<boolean>>();
    resultOf(() => memoizeLru(listed)(1)).is<Future<readonly number[]>>();
    deduped.clear(1);
    kept.clearAll();
  });

  it('do not say that they keep the members of a function', () => {
    // @ts-expect-error a batch function that is deduplicated is no batch function
    expect(dedupe(nameOf).many).toBeUndefined();
    // @ts-expect-error the result is a future
    const plain: <T>(value: T) => T = dedupe(<T>(value: T): T => value);
    expect(plain).toBeInstanceOf(Function);
  });

  it('forget by its arguments', () => {
    const deduped = dedupe(price);
    deduped.clear('fig', 2);
    deduped.clearAll();
    const kept = memoizeLru(price);
    kept.clear('fig', 1);
    kept.clearAll();
    const keptByShop = memoizePerInstance(price);
    keptByShop.clear(new Shop(), 'fig');
    keptByShop.clearAll(new Shop());
    keptByShop.clearAll();
    // @ts-expect-error `clear` needs the arguments of the call
    expect(() => deduped.clear()).toThrow(TypeError);
    // @ts-expect-error `clear` needs the arguments of the call
    expect(() => kept.clear()).toThrow(TypeError);
    // @ts-expect-error `clear` needs the arguments of the call
    expect(() => keptByShop.clear(new Shop())).toThrow(TypeError);
    // @ts-expect-error an item is a text
    deduped.clear(5);
    // @ts-expect-error it is kept by instance
    expect(() => memoizePerInstance(price).clear('fig')).toThrow(TypeError);
  });

  it('see what cannot be called so', () => {
    // @ts-expect-error it takes a number
    expect(dedupe(nameTask)('a')).toBeInstanceOf(Future);
    // @ts-expect-error there is no such option
    expect(() => memoizeLru(nameTask, { maxSize: 1 })).toThrow(TypeError);
    // @ts-expect-error it is called without an argument
    expect(lazyConstant((id: number) => id)).toBeInstanceOf(Future);
    // @ts-expect-error there is an argument missing
    expect(callTask(nameTask)).toBeInstanceOf(Future);
    // @ts-expect-error a text is no number of ms
    expect(() => retryTask(nameTask, { delay: '5' })).toThrow(TypeError);
  });

  it('decorate a method that returns a future, and no other', () => {
    class Users {
      @memoizePerInstance
      nameOf(id: number): Future<string> {
        return nameOf(id);
      }

      // @ts-expect-error it would return a future in place of a promise
      @memoizePerInstance
      async ageOf(id: number): Promise<number> {
        return Promise.resolve(id);
      }
    }
    resultOf(() => new Users().nameOf(1)).is<Future<string>>();
  });
});

it('isTask tells a function that returns a future', () => {
  const value: unknown = nameTask;
  if (!isTask(value)) throw new Error('It is one.');
  resultOf(() => value()).is<Future<unknown>>();
});

it('an event hook hands its handlers what it is triggered with', () => {
  const hook = new AsyncEventHook<[name: string, age: number]>();
  hook.subscribe((name, age) => name.length + age);
  hook.subscribe(task((name: string) => name));
  resultOf(() => hook.trigger('a', 1)).is<Future<void>>();
  // @ts-expect-error there is an argument missing
  expect(hook.trigger('a')).toBeInstanceOf(Future);
  // @ts-expect-error a handler of numbers is none of texts
  hook.subscribe((name: number) => name);
});
