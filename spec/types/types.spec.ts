/**
 * What the compiler knows: every statement here is checked by `tsc`, and once more by the spec beside it.
 */
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

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- how one asks whether two types are one
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

interface Claim<Actual> {
  /** Compiles only where it is just this type. */
  is<Expected>(...proof: Equal<Actual, Expected> extends true ? [] : ['it is another type']): void;
}

const claim = (...given: readonly unknown[]): { is: () => void } => ({ is: () => expect(given).toHaveLength(1) });

/** The type of a value. */
const typeOf = <Actual>(value: Actual): Claim<Actual> => claim(value);

/** The type a function returns. */
const resultOf = <Actual>(call: (...args: never[]) => Actual): Claim<Actual> => claim(call);

/** Compiles only where a type is `true`. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- there is nothing but the type to check
const expectType = <Holds extends true>(holds = true as Holds): void => expect(holds).toBe(true);

interface User {
  readonly id: number;
  readonly name: string;
}

const user: User = { id: 1, name: 'one' };
const userOf = batch((ids: readonly number[]) => ids.map((): User => user));
const numberOf = Future.of(1);
const textOf = Future.of('a');

/** Something of which only the type counts. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller says what it is
const some = <T>(value: unknown): T => value as T;

describe('a Future', () => {
  it('of a value has its type, and one that fails has none', () => {
    const failing = Future.fail(new Error('no'));
    typeOf(numberOf).is<Future<number>>();
    typeOf(failing).is<Future<never>>();
  });

  it('from an input has the type of what that emits', () => {
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

  it('deferred has the type of the input that is made', () => {
    const deferred = Future.defer(() => Promise.resolve(1));
    typeOf(deferred).is<Future<number>>();
  });

  it('is an Observable and a PromiseLike of it', () => {
    const observable: Observable<number> = numberOf;
    const promise: PromiseLike<number> = numberOf;
    expectType<Equal<Awaited<Future<number>>, number>>();
    typeOf(observable).is<Observable<number>>();
    typeOf(promise).is<PromiseLike<number>>();
  });

  it('gives its type to block, start and the value of what was started', () => {
    const started = numberOf.start();
    expectType<Equal<ReturnType<Future<number>['block']>, number>>();
    typeOf(started).is<AsyncValue<number>>();
    typeOf(started.value).is<number>();
    typeOf(started.error).is<unknown>();
  });

  it('cannot be made or set by the wrong type', () => {
    const cell = new AsyncValue<number>();
    // @ts-expect-error a text is no number
    cell.set('a');
    // @ts-expect-error a number is no input
    expect(() => Future.from(1)).toThrow();
    // @ts-expect-error Future is abstract
    expect(() => new Future() as unknown).not.toThrow(); // nothing is begun
  });
});

describe('yield* in a task', () => {
  it('is typed by what it waits for', () => {
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

  it('of an array has no value to go on with: all() is what waits for many', () => {
    task(function* () {
      // @ts-expect-error an array's iterator returns undefined
      const [one] = yield* [numberOf, textOf];
      expect(one).toBeUndefined();
    });
  });

  it('of another task is typed by what that returns', () => {
    const inner = task(function* (id: number) {
      return yield* userOf(id);
    });
    task(function* () {
      const found = yield* inner(1);
      typeOf(found).is<User>();
    });
  });
});

describe('all', () => {
  it('of a tuple is a tuple', () => {
    const values = all([numberOf, textOf, userOf(1)]);
    typeOf(values).is<Future<[number, string, User]>>();
  });

  it('of an array is an array, readonly or not', () => {
    const values = all([1, 2].map((id) => userOf(id)));
    const ofReadonly = all(some<readonly Future<number>[]>([numberOf]));
    typeOf(values).is<Future<User[]>>();
    typeOf(ofReadonly).is<Future<number[]>>();
  });

  it('of a record is a record', () => {
    const values = all({ user: userOf(1), text: textOf });
    typeOf(values).is<Future<{ user: User; text: string }>>();
  });

  it('of nested shapes is nested alike', () => {
    const values = all({ users: [userOf(1), { name: textOf }], count: numberOf });
    typeOf(values).is<Future<{ users: [User, { name: string }]; count: number }>>();
  });

  it('passes null and undefined', () => {
    const values = all([null, undefined, { none: null, some: numberOf }]);
    typeOf(values).is<Future<[null, undefined, { none: null; some: number }]>>();
  });

  it('takes an optional one for what it is', () => {
    const values = all({ maybe: some<Future<number> | null>(null) });
    typeOf(values).is<Future<{ maybe: number | null }>>();
  });

  it('of a record by any key is one', () => {
    const values = all(some<Record<string, Future<number>>>({}));
    typeOf(values).is<Future<Record<string, number>>>();
  });

  it('takes Observables, promises, async iterables and started values as leaves', () => {
    const values = all([of(1), Promise.resolve('a'), new AsyncValue<boolean>(), some<AsyncIterable<User>>(of(user))]);
    typeOf(values).is<Future<[number, string, boolean, User]>>();
    expect(values).toBeInstanceOf(Future);
  });

  it('keeps a union at a leaf in one piece, and no value as no value', () => {
    expectType<Equal<AwaitedTree<Future<number | string>>, number | string>>();
    expectType<Equal<AwaitedTree<Future<boolean>>, boolean>>();
    expectType<Equal<AwaitedTree<Future<undefined>>, undefined>>();
  });

  it('of a leaf is the future of its value', () => {
    const values = all(numberOf);
    typeOf(values).is<Future<number>>();
  });

  it('of nothing is nothing', () => {
    const [list, record] = [all([]), all({})];
    typeOf(list).is<Future<[]>>();
    expect([list.block(), record.block()]).toEqual([[], {}]);
  });

  it('refuses plain values, wherever they are', () => {
    // @ts-expect-error a number cannot be waited for
    expect(() => all([1])).toThrow();
    // @ts-expect-error nor can a text, at any depth
    expect(() => all({ deep: [{ name: 'a' }] })).toThrow();
    // @ts-expect-error nor a function that was not called
    expect(() => all([userOf])).toThrow();
  });
});

describe('settled', () => {
  it('has the results of Promise.allSettled at its leaves', () => {
    const results = allSettled([numberOf, { text: textOf }, null]);
    typeOf(results).is<Future<[PromiseSettledResult<number>, { text: PromiseSettledResult<string> }, null]>>();
  });

  it('of an array is an array of results', () => {
    const results = allSettled([1, 2].map((id) => userOf(id)));
    typeOf(results).is<Future<PromiseSettledResult<User>[]>>();
  });
});

describe('task', () => {
  it('of a generator function has its arguments, and the future of what it returns', () => {
    const named = task(function* (id: number, prefix?: string) {
      const found = yield* userOf(id);
      return (prefix ?? '') + found.name;
    });
    expectType<Equal<Parameters<typeof named>, [id: number, prefix?: string | undefined]>>();
    resultOf(named).is<Future<string>>();
  });

  it('of a generator function that yields barely has it too', () => {
    const bare = task(function* (): Generator<unknown, number> {
      yield [numberOf, { text: textOf }, null];
      return 1;
    });
    resultOf(bare).is<Future<number>>();
  });

  it('of a plain function has the future of its value: an array is a value', () => {
    const [length, list, nothing] = [task((text: string) => text.length), task(() => [1, 2]), task(() => undefined)];
    resultOf(length).is<Future<number>>();
    resultOf(list).is<Future<number[]>>();
    resultOf(nothing).is<Future<undefined>>();
  });

  it('of an async function has the future of what is promised', () => {
    const asynchronous = task(async (id: number) => (await userOf(id)).name);
    resultOf(asynchronous).is<Future<string>>();
  });

  it('of a function that returns an Observable, a Future or an async iterable has the future of its value', () => {
    const [observable, future] = [task(() => of(1)), task((id: number) => userOf(id))];
    const iterable = task(() => some<AsyncIterable<string>>(of('a')));
    resultOf(observable).is<Future<number>>();
    resultOf(future).is<Future<User>>();
    resultOf(iterable).is<Future<string>>();
  });

  it('of a generator function that returns a future has the future of its value', () => {
    const delegating = task(function* (id: number) {
      yield* numberOf;
      return userOf(id);
    });
    resultOf(delegating).is<Future<User>>();
  });

  it('of a function that returns either has the future of both', () => {
    const either = task((isKnown: boolean): number | Promise<string> => (isKnown ? 1 : Promise.resolve('a')));
    resultOf(either).is<Future<number | string>>();
    expectType<Equal<TaskResult<boolean>, boolean>>();
  });

  it('of a function whose Observable never emits has the future of nothing', () => {
    const endless = task(() => NEVER);
    resultOf(endless).is<Future<never>>();
  });

  it('keeps this', () => {
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
    // @ts-expect-error it needs its this
    expect(plain()).toBeInstanceOf(Future);
  });

  it('keeps the type parameters of a generic function', () => {
    const first = task(function* <T>(futures: readonly Future<T>[]) {
      return (yield* all(futures))[0];
    });
    const same = task(<T>(value: T) => [value]);
    const [one, list] = [first([numberOf]), same(some<string>('a'))];
    typeOf(one).is<Future<number | undefined>>();
    typeOf(list).is<Future<string[]>>();
  });

  it('of a generic plain function is generic, too', () => {
    const same = task(<T>(value: T): T => value);
    const later = task(async <T>(value: T) => Promise.resolve(value));
    const [text, number] = [same('a'), later(1)];
    typeOf(text).is<Future<string>>();
    typeOf(number).is<Future<number>>();
  });

  it('has no this where its function has none, and keeps one that it has', () => {
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
    // @ts-expect-error it needs a User
    expect(own('a')).toBeInstanceOf(Future);
  });

  it('takes the types of its arguments from where it is put', () => {
    const named: (id: number) => Future<string> = task((id) => String(id));
    const walked: (id: number) => Future<User> = task(function* (id) {
      return yield* userOf(id);
    });
    typeOf(named).is<(id: number) => Future<string>>();
    typeOf(walked).is<(id: number) => Future<User>>();
  });

  it('that emits is none: a task has one value', () => {
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
    // @ts-expect-error it is no task
    const one: () => Future<unknown> = emitting;
    // @ts-expect-error it is no task
    const other: () => Future<unknown> = mixed;
    expect(() => one().block()).toThrow(TypeError);
    expect(() => other().block()).toThrow(TypeError);
  });

  it('of an async generator cannot be called: what that returns would be lost', () => {
    const make = (): unknown => {
      const lost = task(async function* (id: number) {
        yield await Promise.resolve(id);
        return 'a';
      });
      // @ts-expect-error it is no task
      return lost(1) as unknown;
    };
    expect(make).toThrow(TypeError);
  });

  it('refuses wrong arguments', () => {
    const named = task((id: number) => id);
    // @ts-expect-error a text is no number
    expect(named('a')).toBeInstanceOf(Future);
    // @ts-expect-error one is missing
    expect(named()).toBeInstanceOf(Future);
  });
});

describe('batch', () => {
  it('takes key and value from the resolver', () => {
    typeOf(userOf).is<BatchFunction<number, User>>();
    resultOf(userOf).is<Future<User>>();
  });

  it('takes the value out of a promised array, without the Errors in it', () => {
    const nameOf = batch((ids: readonly number[]) =>
      Promise.resolve(ids.map((id): string | Error => (id ? 'a' : new Error('no')))),
    );
    typeOf(nameOf).is<BatchFunction<number, string>>();
  });

  it('takes it out of what an async function returns', () => {
    const nameOf = batch(async (ids: readonly number[]) => {
      await Promise.resolve();
      return ids.map((id) => (id ? `user ${id}` : new Error('no')));
    });
    typeOf(nameOf).is<BatchFunction<number, string>>();
  });

  it('takes it out of a Map, a Map of values and Errors, and a promised one', () => {
    const fromMap = batch((ids: readonly number[]) => new Map(ids.map((id) => [id, user])));
    const withErrors = batch((ids: readonly number[]) => new Map(ids.map((id): [number, User | Error] => [id, user])));
    const promised = batch((ids: readonly string[]) => Promise.resolve(new Map(ids.map((id) => [id, user]))));
    typeOf(fromMap).is<BatchFunction<number, User>>();
    typeOf(withErrors).is<BatchFunction<number, User>>();
    typeOf(promised).is<BatchFunction<string, User>>();
  });

  it('takes it out of an Observable and a Future', () => {
    const observed = batch((ids: readonly number[]) => of(ids.map(() => user)));
    const joined = batch((ids: readonly number[]) => all(ids.map((id) => userOf(id))));
    const many = batch((ids: readonly number[]) => userOf.many(ids));
    typeOf(observed).is<BatchFunction<number, User>>();
    typeOf(joined).is<BatchFunction<number, User>>();
    typeOf(many).is<BatchFunction<number, User>>();
  });

  it('takes it out of an async iterable', () => {
    const nameOf = batch(async function* (ids: readonly number[]) {
      yield await Promise.resolve(ids.map(String));
    });
    typeOf(nameOf).is<BatchFunction<number, string>>();
  });

  it('keeps a value that may be missing', () => {
    const maybe = batch((ids: readonly number[]) => ids.map((id) => (id > 0 ? user : null)));
    typeOf(maybe).is<BatchFunction<number, User | null>>();
  });

  it('takes it out of the results all the same where the resolver looks at its flush', () => {
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

  it('takes a flush whose types are written down', () => {
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

  it('takes a Map by what the key option makes of the keys', () => {
    const nameOf = batch((keys: readonly User[]) => new Map(keys.map(({ id, name }) => [id, name])), {
      key: ({ id }) => id,
    });
    typeOf(nameOf).is<BatchFunction<User, string>>();
  });

  it('takes a task of a generator function for its resolver, and no bare generator function', () => {
    const nameOf = batch(
      task(function* (ids: readonly number[]) {
        const users = yield* all(ids.map((id) => userOf(id)));
        return users.map(({ name }) => name);
      }),
    );
    typeOf(nameOf).is<BatchFunction<number, string>>();
    // @ts-expect-error nothing would drive it
    const bare = batch(function* (ids: readonly number[]) {
      return ids.map(String);
    });
    expect(bare).toBeDefined();
  });

  it('takes the type arguments where all is settled early', () => {
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

  it('types its options by the key', () => {
    const byId = batch((keys: readonly User[]) => keys.map(({ name }) => name), {
      key: ({ id }) => id,
      partition: ({ name }) => name,
      priority: (size) => size,
    });
    typeOf(byId).is<BatchFunction<User, string>>();
  });

  it('has the value type of what arrives where its results have yet to arrive', () => {
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

  it('tells its resolver the type of its partition', () => {
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

  it('types many, prime, clear and flushes$', () => {
    expectType<Equal<ReturnType<typeof userOf.many>, Future<User[]>>>();
    expectType<Equal<Parameters<typeof userOf.many>, [keys: readonly number[]]>>();
    expectType<Equal<Parameters<typeof userOf.prime>, [key: number, value: User]>>();
    expectType<Equal<Parameters<typeof userOf.clear>, [key: number]>>();
    expectType<Equal<Parameters<typeof userOf.clearAll>, []>>();
    // @ts-expect-error it may be undefined
    expect(() => userOf.clear(some<number | undefined>(undefined))).toThrow(TypeError);
    typeOf(userOf.flushes$).is<Observable<FlushEvent<number>>>();
  });

  it('refuses wrong keys, wrong results and unknown options', () => {
    // @ts-expect-error a text is no number
    expect(userOf('a')).toBeInstanceOf(Future);
    // @ts-expect-error a number is no array and no Map
    expect(batch((ids: readonly number[]) => ids.length)).toBeDefined();
    // @ts-expect-error there is no such option
    expect(() => batch((ids: readonly number[]) => ids, { maxsize: 1 })).toThrow('maxSize');
  });
});

describe('batchMap', () => {
  it('of a batch function is an operator from its key to its value', () => {
    const operator = batchMap(userOf, { ordered: true });
    typeOf(operator).is<OperatorFunction<number, User>>();
  });

  it('of a resolver is one too, with the options of both', () => {
    const operator = batchMap((ids: readonly number[]) => Promise.resolve(ids.map(String)), {
      maxSize: 10,
      concurrency: 2,
      key: (id) => id,
    });
    typeOf(operator).is<OperatorFunction<number, string>>();
  });

  it('of a resolver that looks at its flush is one, too', () => {
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

  it('types what is piped through it', () => {
    const users = of(1).pipe(batchMap(userOf));
    typeOf(users).is<Observable<User>>();
  });

  it('by a key takes values of any type, and emits what result gives, or else the result of the key', () => {
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
  });

  it('by a key refuses a key of another type, and a source that does not fit', () => {
    // @ts-expect-error its keys are numbers
    expect(batchMap(userOf, { key: (order: { readonly userId: string }) => order.userId })).toBeDefined();
    // @ts-expect-error a text has no userId
    expect(of('a').pipe(batchMap(userOf, { key: (order: { readonly userId: number }) => order.userId }))).toBeDefined();
  });

  it('refuses the options of batch for what is a batch function already', () => {
    // @ts-expect-error it has its options
    expect(() => batchMap(userOf, { maxSize: 10 })).toThrow(TypeError);
  });
});
