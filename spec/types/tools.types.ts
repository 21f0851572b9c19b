/** The types of the tools: their results, and the arguments they refuse. `tsc` checks this file, and nothing runs it. */
/* eslint-disable @typescript-eslint/no-meaningless-void-operator -- `void` makes a statement of an expression */
import { of } from 'rxjs';
import { batch, Future, task } from 'sluice';
import {
  AsyncEventHook,
  byKey,
  callTask,
  dedupe,
  filterBy,
  groupByKey,
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
import { compiles, group, resultOf } from './assertions';

interface User {
  readonly id: number;
}

const users: readonly User[] = [{ id: 1 }];
const ids: readonly number[] = [1];
const nameOf = batch((keys: readonly number[]) => keys.map(String));
const nameTask = task(function* nameTask(id: number) {
  return yield* nameOf(id);
});

group('tools for collections', () => {
  compiles('return the results of functions of every kind', () => {
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

  compiles('return items of the type of their items', () => {
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

  compiles('narrow items by a type predicate', () => {
    const mixed: readonly (string | number)[] = ['a', 1];
    resultOf(() => filterBy(mixed, (item): item is string => typeof item === 'string')).is<Future<string[]>>();
  });

  compiles('refuse wrong arguments', () => {
    // @ts-expect-error a number is not iterable
    mapBy(5, nameOf);
    // @ts-expect-error the function is missing
    mapBy(ids);
    // @ts-expect-error the function takes a number
    mapBy(['a'], nameTask);
    // @ts-expect-error records have no order
    sortBy(users, (user) => user);
    // @ts-expect-error there is no such option
    sortBy(ids, undefined, { reverse: true });
  });
});

group('tools for rows', () => {
  interface Row {
    readonly id: string;
    readonly parent: number | null;
  }
  const rows: readonly Row[] = [];

  compiles('return a Map by the key of a row, which is never null', () => {
    resultOf(() => byKey(rows, ({ id }) => id)).is<Map<string, Row>>();
    resultOf(() => byKey(new Set(rows), ({ parent }) => parent, { duplicates: 'last' })).is<Map<number, Row>>();
    resultOf(() => groupByKey(rows, ({ parent }) => parent)).is<Map<number, Row[]>>();
  });

  compiles('have the value of `missing` in the type of the results', () => {
    resultOf(() => byKey(rows, ({ id }) => id, { missing: null })).is<Map<string, Row | null>>();
    resultOf(() => byKey(rows, ({ id }) => id, { missing: (id) => id.length })).is<Map<string, Row | number>>();
    resultOf(() => byKey(rows, ({ id }) => id, { missing: undefined })).is<Map<string, Row | undefined>>();
  });

  compiles('have the keys that the option `key` returns', () => {
    resultOf(() => byKey(rows, ({ id }) => id, { key: Number, missing: null })).is<Map<number, Row | null>>();
    resultOf(() => byKey(rows, ({ id }) => id, { key: (id) => id.toLowerCase() })).is<Map<string, Row>>();
    resultOf(() => byKey(rows, ({ id }) => id, { key: (id: string | number) => BigInt(id) })).is<Map<bigint, Row>>();
    resultOf(() => groupByKey(rows, ({ parent }) => parent, { key: (id) => id.toFixed() })).is<Map<string, Row[]>>();
  });

  compiles('are results of a resolver', () => {
    const rowsOf = (ids: readonly string[]): Row[] => rows.filter(({ id }) => ids.includes(id));
    const byId = batch((ids: readonly string[]) => byKey(rowsOf(ids), ({ id }) => id));
    resultOf(() => byId('a')).is<Future<Row>>();
    const orNull = batch(async (ids: readonly string[]) =>
      Promise.resolve(byKey(rowsOf(ids), ({ id }) => id, { missing: null })),
    );
    resultOf(() => orNull('a')).is<Future<Row | null>>();
    const children = batch((ids: readonly string[]) => groupByKey(rowsOf(ids), ({ parent }) => parent));
    resultOf(() => children('a')).is<Future<Row[]>>();
  });

  compiles('refuse wrong arguments', () => {
    // @ts-expect-error a promise of rows is not iterable
    byKey(Promise.resolve(rows), (row: Row) => row.id);
    // @ts-expect-error the function of a row is missing
    byKey(rows);
    // @ts-expect-error there is no such choice
    byKey(rows, ({ id }) => id, { duplicates: 'any' });
    // @ts-expect-error a key without rows has an empty array
    groupByKey(rows, ({ id }) => id, { missing: null });
    // @ts-expect-error the key is a string
    byKey(rows, ({ id }) => id, { key: (id: number) => id });
  });
});

group('tools that make a task of a function', () => {
  class Shop {
    readonly name = 'shop';
  }
  const price = function (this: Shop, item: string, count = 1): number {
    return this.name.length * item.length * count;
  };

  compiles('keep its this, its arguments and its result', () => {
    type Price = (this: Shop, item: string, count?: number) => Future<number>;
    const all: readonly Price[] = [dedupe(price), memoizeLru(price), memoizePerInstance(price), retryTask(price)];
    void all;
    resultOf(() => dedupe(nameOf)(1)).is<Future<string>>();
    resultOf(() => memoizeLru(nameTask, { max: 1, ttl: 1, key: (id) => id })(1)).is<Future<string>>();
    resultOf(() => memoizePerInstance(price).call(new Shop(), 'fig')).is<Future<number>>();
    resultOf(() => retryTask(async (id: number) => Promise.resolve(id))(1)).is<Future<number>>();
    resultOf(() => lazyConstant(async () => Promise.resolve('a'))).is<LazyConstant<string>>();
    resultOf(() => callTask(nameTask, 1)).is<Future<string>>();
    resultOf(() => callTask((a: number, b: string) => a + b.length, 1, 'b')).is<Future<number>>();
  });

  compiles('keep the type parameters of a generic task', () => {
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

  compiles('do not have the members of their function', () => {
    // @ts-expect-error a deduplicated batch function is not a batch function
    void dedupe(nameOf).many;
    // @ts-expect-error the result is a future
    const plain: <T>(value: T) => T = dedupe(<T>(value: T): T => value);
    void plain;
  });

  compiles('clear by the arguments of a call', () => {
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
    deduped.clear();
    // @ts-expect-error `clear` needs the arguments of the call
    kept.clear();
    // @ts-expect-error `clear` needs the arguments of the call
    keptByShop.clear(new Shop());
    // @ts-expect-error an item is a string
    deduped.clear(5);
    // @ts-expect-error the instance is missing
    memoizePerInstance(price).clear('fig');
  });

  compiles('refuse wrong calls', () => {
    // @ts-expect-error the function takes a number
    dedupe(nameTask)('a');
    // @ts-expect-error there is no such option
    memoizeLru(nameTask, { maxSize: 1 });
    // @ts-expect-error the function is called without an argument
    lazyConstant((id: number) => id);
    // @ts-expect-error there is an argument missing
    callTask(nameTask);
    // @ts-expect-error a string is not a number of ms
    retryTask(nameTask, { delay: '5' });
  });

  compiles('decorate a method that returns a future, and no other', () => {
    class Users {
      @memoizePerInstance
      nameOf(id: number): Future<string> {
        return nameOf(id);
      }

      // @ts-expect-error the method returns a promise
      @memoizePerInstance
      async ageOf(id: number): Promise<number> {
        return Promise.resolve(id);
      }
    }
    resultOf(() => new Users().nameOf(1)).is<Future<string>>();
  });
});

compiles('isTask narrows to a function that returns a future', () => {
  const value: unknown = nameTask;
  if (!isTask(value)) throw new Error('It is one.');
  resultOf(() => value()).is<Future<unknown>>();
});

compiles('an event hook passes its arguments to its handlers', () => {
  const hook = new AsyncEventHook<[name: string, age: number]>();
  hook.subscribe((name, age) => name.length + age);
  hook.subscribe(task((name: string) => name));
  resultOf(() => hook.trigger('a', 1)).is<Future<void>>();
  // @ts-expect-error there is an argument missing
  hook.trigger('a');
  // @ts-expect-error a handler of numbers does not accept strings
  hook.subscribe((name: number) => name);
});
