/**
 * The types of futures, tasks, batch functions and batchMap. `tsc` checks this file, and nothing runs it.
 */
/* eslint-disable @typescript-eslint/no-meaningless-void-operator -- `void` makes a statement of an expression */
import { NEVER, of, type Observable, type OperatorFunction } from 'rxjs';
import {
  all,
  AsyncValue,
  batch,
  batchMap,
  emit,
  Future,
  allSettled,
  task,
  type BatchFunction,
  type Flush,
  type FlushEvent,
  type Resolver,
  type AwaitedTree,
  type TaskResult,
} from 'sluice';
import { compiles, type Equal, expectType, group, resultOf, some, typeOf } from './assertions';

interface User {
  readonly id: number;
  readonly name: string;
}

const user: User = { id: 1, name: 'one' };
const userOf = batch((ids: readonly number[]) => ids.map((): User => user));
const numberOf = Future.of(1);
const textOf = Future.of('a');

group('a Future', () => {
  compiles('of a value has its type, and one that fails has none', () => {
    const failing = Future.fail(new Error('no'));
    typeOf(numberOf).is<Future<number>>();
    typeOf(failing).is<Future<never>>();
  });

  compiles('from an input has the type of what that emits', () => {
    const [fromObservable, fromPromise, fromArray] = [
      Future.from(of(1)),
      Future.from(Promise.resolve('a')),
      Future.from([true]),
    ];
    const fromFuture = Future.from(numberOf);
    typeOf(fromObservable).is<Future<number>>();
    typeOf(fromPromise).is<Future<string>>();
    typeOf(fromArray).is<Future<boolean>>();
    typeOf(fromFuture).is<Future<number>>();
  });

  compiles('deferred has the type of the input that is made', () => {
    const deferred = Future.defer(() => Promise.resolve(1));
    typeOf(deferred).is<Future<number>>();
  });

  compiles('is an Observable and a PromiseLike of it', () => {
    const observable: Observable<number> = numberOf;
    const promise: PromiseLike<number> = numberOf;
    expectType<Equal<Awaited<Future<number>>, number>>();
    typeOf(observable).is<Observable<number>>();
    typeOf(promise).is<PromiseLike<number>>();
  });

  compiles('determines the types of block, of start, and of the started value', () => {
    const started = numberOf.start();
    expectType<Equal<ReturnType<Future<number>['block']>, number>>();
    typeOf(started).is<AsyncValue<number>>();
    typeOf(started.value).is<number>();
    typeOf(started.error).is<unknown>();
  });

  compiles('refuses a wrong type of value or input', () => {
    const cell = new AsyncValue<number>();
    // @ts-expect-error a string is not a number
    cell.set('a');
    // @ts-expect-error a number is not an input
    Future.from(1);
    // @ts-expect-error Future is abstract
    void (new Future() as unknown); // nothing is begun
  });
});

group('yield* in a task', () => {
  compiles('has the type of the value it waits for', () => {
    task(function* () {
      const one = yield* numberOf;
      const found = yield* userOf(1);
      const cell = yield* new AsyncValue<boolean>();
      const both = yield* all([numberOf, textOf]);
      typeOf(one).is<number>();
      typeOf(found).is<User>();
      typeOf(cell).is<boolean>();
      typeOf(both).is<[number, string]>();
    });
  });

  compiles('of an array has no value: all() waits for several futures', () => {
    task(function* () {
      // @ts-expect-error an array's iterator returns undefined
      const [one] = yield* [numberOf, textOf];
      void one;
    });
  });

  compiles('of another task has the type of its value', () => {
    const inner = task(function* (id: number) {
      return yield* userOf(id);
    });
    task(function* () {
      const found = yield* inner(1);
      typeOf(found).is<User>();
    });
  });
});

group('all', () => {
  compiles('of a tuple is a tuple', () => {
    const values = all([numberOf, textOf, userOf(1)]);
    typeOf(values).is<Future<[number, string, User]>>();
  });

  compiles('of an array is an array, readonly or not', () => {
    const values = all([1, 2].map((id) => userOf(id)));
    const ofReadonly = all(some<readonly Future<number>[]>());
    typeOf(values).is<Future<User[]>>();
    typeOf(ofReadonly).is<Future<number[]>>();
  });

  compiles('of a record is a record', () => {
    const values = all({ user: userOf(1), text: textOf });
    typeOf(values).is<Future<{ user: User; text: string }>>();
  });

  compiles('of nested shapes is nested alike', () => {
    const values = all({ users: [userOf(1), { name: textOf }], count: numberOf });
    typeOf(values).is<Future<{ users: [User, { name: string }]; count: number }>>();
  });

  compiles('passes null and undefined', () => {
    const values = all([null, undefined, { none: null, some: numberOf }]);
    typeOf(values).is<Future<[null, undefined, { none: null; some: number }]>>();
  });

  compiles('of an optional future is an optional value', () => {
    const values = all({ maybe: some<Future<number> | null>() });
    typeOf(values).is<Future<{ maybe: number | null }>>();
  });

  compiles('of an index signature is an index signature', () => {
    const values = all(some<Record<string, Future<number>>>());
    typeOf(values).is<Future<Record<string, number>>>();
  });

  compiles('accepts Observables, promises, async iterables and AsyncValues as leaves', () => {
    const values = all([of(1), Promise.resolve('a'), new AsyncValue<boolean>(), some<AsyncIterable<User>>()]);
    typeOf(values).is<Future<[number, string, boolean, User]>>();
    void values;
  });

  compiles('does not distribute over the union of a leaf, and keeps undefined', () => {
    expectType<Equal<AwaitedTree<Future<number | string>>, number | string>>();
    expectType<Equal<AwaitedTree<Future<boolean>>, boolean>>();
    expectType<Equal<AwaitedTree<Future<undefined>>, undefined>>();
  });

  compiles('of a single leaf is a future of its value', () => {
    const values = all(numberOf);
    typeOf(values).is<Future<number>>();
  });

  compiles('of an empty array is an empty tuple', () => {
    const [list, record] = [all([]), all({})];
    typeOf(list).is<Future<[]>>();
    void list.block();
    void record.block();
  });

  compiles('refuses plain values at any depth', () => {
    // @ts-expect-error a number cannot be waited for
    all([1]);
    // @ts-expect-error a string cannot be waited for, at any depth
    all({ deep: [{ name: 'a' }] });
    // @ts-expect-error a function cannot be waited for
    all([userOf]);
  });
});

group('allSettled', () => {
  compiles('has the results of Promise.allSettled at its leaves', () => {
    const results = allSettled([numberOf, { text: textOf }, null]);
    typeOf(results).is<Future<[PromiseSettledResult<number>, { text: PromiseSettledResult<string> }, null]>>();
  });

  compiles('of an array is an array of results', () => {
    const results = allSettled([1, 2].map((id) => userOf(id)));
    typeOf(results).is<Future<PromiseSettledResult<User>[]>>();
  });
});

group('task', () => {
  compiles('of a generator function has its arguments, and the future of what it returns', () => {
    const named = task(function* (id: number, prefix?: string) {
      const found = yield* userOf(id);
      return (prefix ?? '') + found.name;
    });
    expectType<Equal<Parameters<typeof named>, [id: number, prefix?: string | undefined]>>();
    resultOf(named).is<Future<string>>();
  });

  compiles('of a generator function with a bare yield has the future of its return value', () => {
    const bare = task(function* (): Generator<unknown, number> {
      yield [numberOf, { text: textOf }, null];
      return 1;
    });
    resultOf(bare).is<Future<number>>();
  });

  compiles('of a plain function has the future of its value: an array is a value', () => {
    const [length, list, nothing] = [task((text: string) => text.length), task(() => [1, 2]), task(() => undefined)];
    resultOf(length).is<Future<number>>();
    resultOf(list).is<Future<number[]>>();
    resultOf(nothing).is<Future<undefined>>();
  });

  compiles('of an async function has the future of what is promised', () => {
    const asynchronous = task(async (id: number) => (await userOf(id)).name);
    resultOf(asynchronous).is<Future<string>>();
  });

  compiles(
    'of a function that returns an Observable, a Future or an async iterable has the future of its value',
    () => {
      const [observable, future] = [task(() => of(1)), task((id: number) => userOf(id))];
      const iterable = task(() => some<AsyncIterable<string>>());
      resultOf(observable).is<Future<number>>();
      resultOf(future).is<Future<User>>();
      resultOf(iterable).is<Future<string>>();
    },
  );

  compiles('of a generator function that returns a future has the future of its value', () => {
    const delegating = task(function* (id: number) {
      yield* numberOf;
      return userOf(id);
    });
    resultOf(delegating).is<Future<User>>();
  });

  compiles('of a function that returns a value or a promise has the future of their union', () => {
    const either = task((isKnown: boolean): number | Promise<string> => (isKnown ? 1 : Promise.resolve('a')));
    resultOf(either).is<Future<number | string>>();
    expectType<Equal<TaskResult<boolean>, boolean>>();
  });

  compiles('of a function whose Observable never emits has a Future<never>', () => {
    const endless = task(() => NEVER);
    resultOf(endless).is<Future<never>>();
  });

  compiles('keeps this', () => {
    class Service {
      readonly prefix = 'Hello ';
      readonly greet = task(function* (this: Service, id: number) {
        const found = yield* userOf(id);
        return this.prefix + found.name;
      });
      readonly plain = task(function (this: Service) {
        return this.prefix;
      });
    }
    const { plain } = new Service();
    expectType<Equal<ThisParameterType<typeof plain>, Service>>();
    expectType<Equal<ReturnType<Service['greet']>, Future<string>>>();
    // @ts-expect-error `this` is missing
    plain();
  });

  compiles('keeps the type parameters of a generic function', () => {
    const first = task(function* <T>(futures: readonly Future<T>[]) {
      return (yield* all(futures))[0];
    });
    const same = task(<T>(value: T) => [value]);
    const [one, list] = [first([numberOf]), same(some<string>())];
    typeOf(one).is<Future<number | undefined>>();
    typeOf(list).is<Future<string[]>>();
  });

  compiles('of a generic plain function is generic', () => {
    const same = task(<T>(value: T): T => value);
    const later = task(async <T>(value: T) => Promise.resolve(value));
    const [text, number] = [same('a'), later(1)];
    typeOf(text).is<Future<string>>();
    typeOf(number).is<Future<number>>();
  });

  compiles('has the `this` of its function, or none', () => {
    const named = task((id: number) => String(id));
    const walked = task(function* (id: number) {
      return yield* userOf(id);
    });
    const own = task(function (this: User, prefix: string) {
      return prefix + this.name;
    });
    const ownGenerator = task(function* (this: User) {
      return yield* userOf(this.id);
    });
    typeOf(named).is<(id: number) => Future<string>>();
    typeOf(walked).is<(id: number) => Future<User>>();
    typeOf(own).is<(this: User, prefix: string) => Future<string>>();
    typeOf(ownGenerator).is<(this: User) => Future<User>>();
    // @ts-expect-error `this` is not a User
    own('a');
  });

  compiles('infers its parameters from its context', () => {
    const named: (id: number) => Future<string> = task((id) => String(id));
    const walked: (id: number) => Future<User> = task(function* (id) {
      return yield* userOf(id);
    });
    typeOf(named).is<(id: number) => Future<string>>();
    typeOf(walked).is<(id: number) => Future<User>>();
  });

  compiles('is not made of a generator function that emits', () => {
    const [emitting, mixed] = [
      task(function* () {
        yield* emit(1);
      }),
      task(function* () {
        const found = yield* userOf(1);
        yield emit(found.id);
        yield numberOf;
      }),
    ];
    // @ts-expect-error a task has one value
    const one: () => Future<unknown> = emitting;
    // @ts-expect-error a task has one value
    const other: () => Future<unknown> = mixed;
    one().block();
    other().block();
  });

  compiles('is not made of an async generator function, whose return value would be lost', () => {
    const lost = task(async function* (id: number) {
      yield await Promise.resolve(id);
      return 'a';
    });
    // @ts-expect-error a task has one value
    lost(1);
  });

  compiles('that only throws is assignable to any other task, and a task of another value is not', () => {
    const never: (id: number) => Future<string> = task((): never => {
      throw new Error('no');
    });
    // @ts-expect-error the value is a number
    const number: (id: number) => Future<string> = task((id: number) => id);
    void never;
    void number;
  });

  compiles('refuses wrong arguments', () => {
    const named = task((id: number) => id);
    // @ts-expect-error a string is not a number
    named('a');
    // @ts-expect-error an argument is missing
    named();
  });
});

group('batch', () => {
  compiles('infers key and value from the resolver', () => {
    typeOf(userOf).is<BatchFunction<number, User>>();
    resultOf(userOf).is<Future<User>>();
  });

  compiles('infers the value from a promised array, without the Errors in it', () => {
    const nameOf = batch((ids: readonly number[]) =>
      Promise.resolve(ids.map((id): string | Error => (id ? 'a' : new Error('no')))),
    );
    typeOf(nameOf).is<BatchFunction<number, string>>();
  });

  compiles('infers the value from an async function', () => {
    const nameOf = batch(async (ids: readonly number[]) => {
      await Promise.resolve();
      return ids.map((id) => (id ? `user ${id}` : new Error('no')));
    });
    typeOf(nameOf).is<BatchFunction<number, string>>();
  });

  compiles('infers the value from a Map, a Map of values and Errors, and a promised Map', () => {
    const fromMap = batch((ids: readonly number[]) => new Map(ids.map((id) => [id, user])));
    const withErrors = batch((ids: readonly number[]) => new Map(ids.map((id): [number, User | Error] => [id, user])));
    const promised = batch((ids: readonly string[]) => Promise.resolve(new Map(ids.map((id) => [id, user]))));
    typeOf(fromMap).is<BatchFunction<number, User>>();
    typeOf(withErrors).is<BatchFunction<number, User>>();
    typeOf(promised).is<BatchFunction<string, User>>();
  });

  compiles('infers the value from an Observable and a Future', () => {
    const observed = batch((ids: readonly number[]) => of(ids.map(() => user)));
    const joined = batch((ids: readonly number[]) => all(ids.map((id) => userOf(id))));
    const many = batch((ids: readonly number[]) => userOf.many(ids));
    typeOf(observed).is<BatchFunction<number, User>>();
    typeOf(joined).is<BatchFunction<number, User>>();
    typeOf(many).is<BatchFunction<number, User>>();
  });

  compiles('infers the value from an async iterable', () => {
    const nameOf = batch(async function* (ids: readonly number[]) {
      yield await Promise.resolve(ids.map(String));
    });
    typeOf(nameOf).is<BatchFunction<number, string>>();
  });

  compiles('keeps a value that may be missing', () => {
    const maybe = batch((ids: readonly number[]) => ids.map((id) => (id > 0 ? user : null)));
    typeOf(maybe).is<BatchFunction<number, User | null>>();
  });

  compiles('infers the value also if the resolver uses its flush', () => {
    const awaited = batch(async (ids: readonly number[], { signal }) => {
      await Promise.resolve();
      return ids.map((id) => (signal.aborted ? new Error('no') : `user ${id}`));
    });
    const observed = batch((ids: readonly number[], { signal }) => of(signal.aborted ? [] : ids.map(() => user)));
    const array = batch((ids: readonly number[], { signal }) => ids.map((id) => (signal.aborted ? null : id)));
    const map = batch((ids: readonly number[], { signal }) => new Map(signal.aborted ? [] : [[ids[0], user]]));
    const whole = batch(
      (ids: readonly number[], flush) => Promise.resolve(flush.signal.aborted ? [] : ids.map(String)),
      {
        key: (id) => id + 1,
      },
    );
    const iterated = batch(async function* (ids: readonly number[], { signal }) {
      yield await Promise.resolve(signal.aborted ? [] : ids.map(String));
    });
    typeOf(awaited).is<BatchFunction<number, string>>();
    typeOf(observed).is<BatchFunction<number, User>>();
    typeOf(array).is<BatchFunction<number, number | null>>();
    typeOf(map).is<BatchFunction<number, User>>();
    typeOf(whole).is<BatchFunction<number, string>>();
    typeOf(iterated).is<BatchFunction<number, string>>();
  });

  compiles('accepts a flush with explicit types', () => {
    const named = batch((ids: readonly number[], flush: Flush<number, string>) => {
      if (flush.signal.aborted) flush.succeed(1, 'a');
      return ids.map(String);
    });
    const early: BatchFunction<number, string> = batch((ids: readonly number[], flush: Flush<number, string>) => {
      ids.forEach((id) => flush.succeed(id, 'a'));
    });
    const resolver: Resolver<number, string> = (ids, { signal }) => (signal.aborted ? [] : ids.map(String));
    const resolved = batch(resolver);
    typeOf(named).is<BatchFunction<number, string>>();
    typeOf(early).is<BatchFunction<number, string>>();
    typeOf(resolved).is<BatchFunction<number, string>>();
  });

  compiles('accepts a Map by the identities of the key option', () => {
    const nameOf = batch((keys: readonly User[]) => new Map(keys.map(({ id, name }) => [id, name])), {
      key: ({ id }) => id,
    });
    typeOf(nameOf).is<BatchFunction<User, string>>();
  });

  compiles('accepts a task as its resolver, and no generator function', () => {
    const nameOf = batch(
      task(function* (ids: readonly number[]) {
        const users = yield* all(ids.map((id) => userOf(id)));
        return users.map(({ name }) => name);
      }),
    );
    typeOf(nameOf).is<BatchFunction<number, string>>();
    // @ts-expect-error a generator does not run by itself
    const bare = batch(function* (ids: readonly number[]) {
      return ids.map(String);
    });
    void bare;
  });

  compiles('accepts type arguments for a resolver that settles all keys early', () => {
    const early = batch<number, string>((ids, flush) => {
      typeOf(ids).is<readonly number[]>();
      expectType<Equal<Parameters<typeof flush.succeed>, [key: number, value: string]>>();
      typeOf(flush.signal).is<AbortSignal>();
      ids.forEach((id) => flush.succeed(id, 'a'));
    });
    const promised = batch<number, string>(() => Promise.resolve());
    typeOf(early).is<BatchFunction<number, string>>();
    typeOf(promised).is<BatchFunction<number, string>>();
  });

  compiles('infers the parameters of its options from the key', () => {
    const byId = batch((keys: readonly User[]) => keys.map(({ name }) => name), {
      key: ({ id }) => id,
      partition: ({ name }) => name,
      priority: (size) => size,
    });
    typeOf(byId).is<BatchFunction<User, string>>();
  });

  compiles('infers the value from results that are promises or futures', () => {
    typeOf(batch((ids: readonly number[]) => ids.map(async (id) => Promise.resolve(String(id))))).is<
      BatchFunction<number, string>
    >();
    typeOf(batch((ids: readonly number[]) => ids.map((id) => Future.of(id > 1 ? 'a' : new Error('no'))))).is<
      BatchFunction<number, string>
    >();
    typeOf(batch(async (ids: readonly number[]) => Promise.resolve(new Map(ids.map((id) => [id, numberOf]))))).is<
      BatchFunction<number, number>
    >();
  });

  compiles('passes the type of its partition to its resolver', () => {
    batch(
      (ids: readonly number[], { partition }) => {
        typeOf(partition).is<string>();
        return ids;
      },
      { partition: (id: number) => `tenant ${String(id)}` },
    );
    batch((ids: readonly number[], { partition }) => {
      typeOf(partition).is<unknown>();
      return ids;
    });
    const tenant = batch(
      (ids: readonly number[], flush: Flush<number, string, string>) => ids.map(() => flush.partition),
      {
        partition: (id) => String(id),
      },
    );
    typeOf(tenant).is<BatchFunction<number, string>>();
  });

  compiles('types many, prime, clear and flushes$', () => {
    expectType<Equal<ReturnType<typeof userOf.many>, Future<User[]>>>();
    expectType<Equal<Parameters<typeof userOf.many>, [keys: readonly number[]]>>();
    expectType<Equal<Parameters<typeof userOf.prime>, [key: number, value: User]>>();
    expectType<Equal<Parameters<typeof userOf.clear>, [key: number]>>();
    expectType<Equal<Parameters<typeof userOf.clearAll>, []>>();
    // @ts-expect-error the key may be undefined
    userOf.clear(some<number | undefined>());
    typeOf(userOf.flushes$).is<Observable<FlushEvent<number>>>();
  });

  compiles('refuses wrong keys, wrong results and unknown options', () => {
    // @ts-expect-error a string is not a number
    userOf('a');
    // @ts-expect-error a number is not an array and not a Map
    batch((ids: readonly number[]) => ids.length);
    // @ts-expect-error there is no such option
    batch((ids: readonly number[]) => ids, { maxsize: 1 });
  });
});

group('batchMap', () => {
  compiles('of a batch function is an operator from its key to its value', () => {
    const operator = batchMap(userOf, { ordered: true });
    typeOf(operator).is<OperatorFunction<number, User>>();
  });

  compiles('of a resolver is an operator, with the options of batch and batchMap', () => {
    const operator = batchMap((ids: readonly number[]) => Promise.resolve(ids.map(String)), {
      maxSize: 10,
      concurrency: 2,
      key: (id) => id,
    });
    typeOf(operator).is<OperatorFunction<number, string>>();
  });

  compiles('of a resolver that uses its flush is an operator', () => {
    const awaited = batchMap(async (ids: readonly number[], { signal }) => {
      await Promise.resolve();
      return ids.map((id) => (signal.aborted ? new Error('no') : `user ${id}`));
    });
    const observed = batchMap((ids: readonly number[], { signal }) => of(signal.aborted ? [] : ids.map(() => user)));
    const array = batchMap((ids: readonly number[], { signal }) => (signal.aborted ? [] : ids.map(String)), {
      ordered: true,
    });
    const map = batchMap((ids: readonly number[], { signal }) => new Map(signal.aborted ? [] : [[ids[0], user]]));
    const named = batchMap((ids: readonly number[], { signal }: Flush<number, string>) =>
      signal.aborted ? [] : ids.map(String),
    );
    typeOf(awaited).is<OperatorFunction<number, string>>();
    typeOf(observed).is<OperatorFunction<number, User>>();
    typeOf(array).is<OperatorFunction<number, string>>();
    typeOf(map).is<OperatorFunction<number, User>>();
    typeOf(named).is<OperatorFunction<number, string>>();
  });

  compiles('determines the type of a pipe', () => {
    const users = of(1).pipe(batchMap(userOf));
    typeOf(users).is<Observable<User>>();
  });

  compiles(
    'with a key option accepts values of any type, and emits the value of the result option or the result of the key',
    () => {
      interface Order {
        readonly userId: number;
      }
      const orders = of<Order>({ userId: 1 });
      const joined = orders.pipe(
        batchMap(userOf, {
          key: ({ userId }) => userId,
          result: (order, { name }) => ({ ...order, name }),
          ordered: true,
        }),
      );
      const alone = orders.pipe(batchMap(userOf, { key: (order) => order.userId }));
      const standing = batchMap(userOf, { key: (order: Order) => order.userId, result: () => true, concurrency: 1 });
      const paired = of(1).pipe(batchMap(userOf, { result: (id, { name }): [number, string] => [id, name] }));
      const resolved = orders.pipe(
        batchMap((keys: readonly Order[], { signal }) => keys.map(() => signal.aborted), {
          key: ({ userId }) => userId,
          result: ({ userId }, isAborted): [number, boolean] => [userId, isAborted],
        }),
      );
      typeOf(joined).is<Observable<{ name: string; userId: number }>>();
      typeOf(alone).is<Observable<User>>();
      typeOf(standing).is<OperatorFunction<Order, boolean>>();
      typeOf(paired).is<Observable<[number, string]>>();
      typeOf(resolved).is<Observable<[number, boolean]>>();
    },
  );

  compiles('with a key option refuses a wrong key, and a source of other values', () => {
    // @ts-expect-error the keys are numbers
    batchMap(userOf, { key: (order: { readonly userId: string }) => order.userId });
    // @ts-expect-error a string has no userId
    of('a').pipe(batchMap(userOf, { key: (order: { readonly userId: number }) => order.userId }));
  });

  compiles('refuses the options of batch for a batch function', () => {
    // @ts-expect-error a batch function has its options
    batchMap(userOf, { maxSize: 10 });
  });
});
