/** `mockTask` replaces a function for all callers, answers as configured, records calls, and restores the original. */
import { delay, firstValueFrom, from, lastValueFrom, mergeMap, of, timer, toArray } from 'rxjs';
import { all, batch, batchMap, BatchScheduler, Future, scoped, task, type BatchFunction } from 'sluice';
import { mockTask, restoreAllMocks, UnansweredMockError } from 'sluice/testing';
import { taskDefinitionOf } from '../../src/task/task-body';
import { inVirtualTime, thrownBy } from '../support/recording-observer';

afterEach(restoreAllMocks);

const resolve = jest.fn((ids: readonly number[]) => ids.map((id) => `user ${id}`));
const userById: BatchFunction<number, string> = batch(resolve, { name: 'userById' });
const titleOf = task(function* titleOf(id: number) {
  return `Mx ${yield* userById(id)}`;
});
const greet = task(function* greet(id: number) {
  return `Hello ${yield* titleOf(id)}`;
});

beforeEach(() => resolve.mockClear());

/** All ways to run a future of a function of one number, by name. */
const ways: readonly (readonly [string, (fn: (id: number) => Future<string>) => string | PromiseLike<string>])[] = [
  ['awaited', (fn) => fn(7)],
  ['blocked on', (fn) => fn(7).block()],
  ['subscribed to', (fn) => firstValueFrom(fn(7))],
  ['started', (fn) => fn(7).start()],
  [
    'awaited by yield* in a task',
    (fn) =>
      task(function* () {
        return yield* fn(7);
      })(),
  ],
  [
    'awaited by yield in a task',
    (fn) =>
      task(function* () {
        return (yield fn(7)) as string;
      })(),
  ],
  ['awaited in an array', (fn) => all([fn(7)]).then(([value]) => value)],
  ['started in a scope', (fn) => scoped((scope) => scope.start(fn(7)))],
  ['subscribed to by an operator', (fn) => lastValueFrom(of(7).pipe(mergeMap((id) => fn(id))))],
];

describe('a mocked task', () => {
  it.each(ways)('is mocked when its future is %s', async (_, call) => {
    const mock = mockTask(titleOf).returns('Ada');
    expect(await call(titleOf)).toBe('Ada');
    expect(mock.calls).toEqual([[7]]);
    expect(resolve).not.toHaveBeenCalled();
  });

  it('is mocked for the tasks that call it, which are not mocked themselves', async () => {
    mockTask(titleOf).returns('Ada');
    expect(await greet(1)).toBe('Hello Ada');
  });

  it('keeps its name, its length and its identity', () => {
    const mock = mockTask(titleOf).returns('Ada');
    expect([titleOf.name, titleOf.length]).toEqual(['titleOf', 1]);
    mock.restore();
    expect([titleOf.name, titleOf.length]).toEqual(['titleOf', 1]);
  });

  it('answers also a future that was built before the mock and runs now', async () => {
    const built = titleOf(1);
    using mock = mockTask(titleOf).returns('Ada');
    expect(await built).toBe('Ada');
    expect(mock.callCount).toBe(1);
  });

  it('does not affect runs that started before the mock', async () => {
    const going = greet(1).start();
    const mock = mockTask(greet).returns('nobody');
    expect(await going).toBe('Hello Mx user 1');
    expect(mock.callCount).toBe(0);
  });

  it('records the `this` of each call', async () => {
    const counter = {
      step: 2,
      next: task(function* next(this: { readonly step: number }, n: number) {
        return yield* Future.of(n + this.step);
      }),
    };
    const mock = mockTask(counter.next, function (n) {
      return n * this.step;
    });
    expect(await counter.next(5)).toBe(10);
    expect(mock.contexts).toEqual([counter]);
  });

  it('can be a plain or an async function', async () => {
    const plain = task((n: number) => n);
    const later = task(async (n: number) => Promise.resolve(n));
    using one = mockTask(plain).returns(1);
    using other = mockTask(later).returns(2);
    expect(await all([plain(0), later(0)])).toEqual([1, 2]);
    expect([one.callCount, other.callCount]).toEqual([1, 1]);
  });
});

describe('a mocked batch function', () => {
  it.each(ways)('is mocked when its future is %s', async (_, call) => {
    const mock = mockTask(userById).returns('Ada');
    expect(await call(userById)).toBe('Ada');
    expect(mock.calls).toEqual([[7]]);
    expect(resolve).not.toHaveBeenCalled();
  });

  it('is mocked for its methods block and many, and for batchMap', async () => {
    const mock = mockTask(userById, (id) => `mock ${id}`);
    expect(userById.block(1)).toBe('mock 1');
    expect(await userById.many([2, 2])).toEqual(['mock 2', 'mock 2']);
    expect(await lastValueFrom(from([3, 4]).pipe(batchMap(userById), toArray()))).toEqual(['mock 3', 'mock 4']);
    expect(mock.calls).toEqual([[1], [2], [2], [3], [4]]);
    expect(resolve).not.toHaveBeenCalled();
  });

  it('records each requested key, also equal ones', async () => {
    const mock = mockTask(userById).returns('Ada');
    await all([userById(1), userById(1), titleOf(1)]);
    expect(mock.callCount).toBe(3);
  });

  it('bypasses the cache: it neither reads nor writes cached values', async () => {
    const cached = batch((ids: readonly number[]) => ids.map((id) => `row ${id}`), { cache: true });
    cached.prime(1, 'primed');
    const mock = mockTask(cached).returns('mocked');
    expect(await cached.many([1, 2])).toEqual(['mocked', 'mocked']);
    mock.restore();
    expect(await cached.many([1, 2])).toEqual(['primed', 'row 2']);
  });

  it('still refuses an invalid key', () => {
    mockTask(userById).returns('Ada');
    expect(() => userById(undefined as never)).toThrow(TypeError);
  });

  it('makes no flush; with passesThrough() it makes one flush of all keys', async () => {
    const flushes: (readonly number[])[] = [];
    userById.flushes$.subscribe(({ keys }) => flushes.push(keys));
    const mock = mockTask(userById).returns('Ada');
    await userById.many([1, 2]);
    expect(flushes).toEqual([]);
    mock.passesThrough();
    expect(await userById.many([1, 2, 1])).toEqual(['user 1', 'user 2', 'user 1']);
    expect(flushes).toEqual([[1, 2]]);
    expect(mock.callCount).toBe(5);
  });

  it('is mocked for calls by its own resolver, with passesThrough() or without', async () => {
    const sums: BatchFunction<number, number> = batch(
      task(function* sumsOf(keys: readonly number[]) {
        const rest = yield* all(keys.map((key) => (key === 0 ? Future.of(0) : sums(key - 1))));
        return keys.map((key, index) => key + (rest[index] ?? 0));
      }),
      { maxSize: 1 },
    );
    const mock = mockTask(sums).passesThrough();
    expect(await sums(3)).toBe(6);
    expect(mock.calls).toEqual([[3], [2], [1], [0]]);
  });

  it('is mocked also when it is pinned to a scheduler', async () => {
    const pinned = batch(resolve, { scheduler: new BatchScheduler({ name: 'own' }) });
    const mock = mockTask(pinned).sequence(['a', 'b']);
    const both = task(function* () {
      return [yield* pinned(1), yield* pinned(2)];
    });
    expect(await both()).toEqual(['a', 'b']);
    mock.passesThrough();
    expect(await both()).toEqual(['user 1', 'user 2']);
    expect(mock.callCount).toBe(4);
  });
});

describe('the answer of a mock', () => {
  it('is an UnansweredMockError while no answer is set', () => {
    mockTask(titleOf);
    const error = thrownBy(() => titleOf(7).block());
    expect(error).toBeInstanceOf(UnansweredMockError);
    expect(error).toMatchObject({ code: 'SLUICE_UNANSWERED_MOCK', mocked: 'task "titleOf"', args: [7] });
    expect(String(error)).toMatch(/task "titleOf" was called with \(7\).*has no behaviour.*returns\(value\)/s);
  });

  it('is the value of `returns`, also of a promise or a future', async () => {
    const mock = mockTask(titleOf);
    expect(mock.returns('a')).toBe(mock);
    expect(await titleOf(1)).toBe('a');
    mock.returns(Promise.resolve('b'));
    expect(await titleOf(1)).toBe('b');
    mock.returns(Future.of('c'));
    expect(await titleOf(1)).toBe('c');
  });

  it('arrives when its Observable emits it, on virtual time', () => {
    inVirtualTime((time) =>
      time.run(({ expectObservable }) => {
        mockTask(userById).returns(of('Ada').pipe(delay(3)));
        expectObservable(greet(1)).toBe('---(a|)', { a: 'Hello Mx Ada' });
      }),
    );
  });

  it('is the same error as that given to `throws`, of any type', async () => {
    const error = new RangeError('no');
    const mock = mockTask(titleOf).throws(error);
    await expect(greet(1)).rejects.toBe(error);
    mock.throws('a string');
    await expect(greet(1)).rejects.toBe('a string');
    mockTask(userById).throws(error);
    await expect(userById(1)).rejects.toBe(error);
  });

  it.each<
    readonly [
      string,
      (id: number) => string | PromiseLike<string> | Future<string> | Generator<unknown, string, unknown>,
    ]
  >([
    ['plain', (id) => `got ${id}`],
    ['async', async (id) => Promise.resolve(`got ${id}`)],
    [
      'a generator',
      function* (id) {
        return `got ${yield* Future.of(id)}`;
      },
    ],
    ['a future', (id) => Future.of(`got ${id}`)],
    ['an Observable', (id) => Future.from(timer(1).pipe(mergeMap(() => of('no', `got ${id}`))))],
  ])('is the result of an implementation that is %s', async (_, implementation) => {
    mockTask(titleOf, implementation);
    mockTask(userById).implements(implementation);
    expect(await titleOf(1)).toBe('got 1');
    expect(await userById(2)).toBe('got 2');
  });

  it('is the error that an implementation throws', async () => {
    mockTask(userById, (id) => {
      throw new Error(`no ${id}`);
    });
    await expect(userById(1)).rejects.toThrow('no 1');
  });

  it('is the result of a jest.fn, which records its calls too', async () => {
    const fn = jest.fn((id: number) => `jest ${id}`);
    const mock = mockTask(userById, fn);
    expect(await greet(5)).toBe('Hello Mx jest 5');
    expect(fn).toHaveBeenCalledWith(5);
    expect(mock.calls).toEqual([[5]]);
    fn.mockReturnValueOnce('once');
    expect(await userById(1)).toBe('once');
  });

  it('is each element of a sequence, then the value of `returns`; Errors of the sequence fail their calls', async () => {
    const mock = mockTask(titleOf)
      .sequence(['a', new Error('x'), 'b'])
      .returns('rest');
    expect(await titleOf(1)).toBe('a');
    await expect(titleOf(1)).rejects.toThrow('x');
    expect([await titleOf(1), await titleOf(1), await titleOf(1)]).toEqual(['b', 'rest', 'rest']);
    expect(mock.callCount).toBe(5);
  });

  it('is an UnansweredMockError after a sequence without an answer for all calls', async () => {
    mockTask(titleOf).sequence(['a', 'b']);
    await titleOf(1);
    await titleOf(1);
    await expect(titleOf(1)).rejects.toThrow(/2 answer\(s\) for one call each, all are used up/);
  });

  it('is for one call each with the methods ending in Once, in order', async () => {
    const mock = mockTask(titleOf).returns('always').returnsOnce('one').throwsOnce(new Error('two'));
    mock.implementsOnce((id) => `three ${id}`);
    expect(await titleOf(1)).toBe('one');
    await expect(titleOf(1)).rejects.toThrow('two');
    expect([await titleOf(9), await titleOf(9)]).toEqual(['three 9', 'always']);
  });

  it('is that of the original with passesThrough(), with the same arguments', async () => {
    const mock = mockTask(titleOf).passesThrough();
    expect(await greet(3)).toBe('Hello Mx user 3');
    expect(mock.calls).toEqual([[3]]);
  });

  it('can be changed between calls', async () => {
    const mock = mockTask(titleOf).returns('a');
    await titleOf(1);
    mock.throws(new Error('b'));
    await expect(titleOf(1)).rejects.toThrow('b');
    mock.passesThrough();
    expect(await titleOf(1)).toBe('Mx user 1');
  });
});

describe('the recorded calls of a mock', () => {
  it('are runs: none for a future without a subscriber, two for one with two', async () => {
    const mock = mockTask(titleOf).returns('a');
    const future = titleOf(1);
    expect(mock.callCount).toBe(0);
    await future;
    await future;
    expect(mock.calls).toEqual([[1], [1]]);
    expect(mock.lastCall).toEqual([1]);
  });

  it('are removed by clear(), which keeps the answers', async () => {
    const mock = mockTask(titleOf).returns('a');
    await titleOf(1);
    mock.clear();
    expect([mock.callCount, mock.lastCall, mock.contexts]).toEqual([0, undefined, []]);
    expect(await titleOf(2)).toBe('a');
    expect(mock.calls).toEqual([[2]]);
  });

  it('can be read after restore()', async () => {
    const mock = mockTask(titleOf).returns('a');
    await titleOf(1);
    mock.restore();
    await titleOf(2);
    expect(mock.calls).toEqual([[1]]);
  });

  it('include thousands of calls in nested tasks', async () => {
    const mock = mockTask(userById, (id) => `u${id}`);
    const ids = Array.from({ length: 20_000 }, (_, id) => id);
    const titles = await all(ids.map((id) => titleOf(id)));
    expect(titles.at(-1)).toBe('Mx u19999');
    expect(mock.callCount).toBe(20_000);
  });
});

describe('restoring a mock', () => {
  it('brings back the original; a second restore() does nothing', async () => {
    const mock = mockTask(titleOf).returns('a');
    mock.restore();
    mock.restore();
    expect(await titleOf(1)).toBe('Mx user 1');
  });

  it('keeps the definition of a generator task, which has a fast path', () => {
    const before = { ...taskDefinitionOf(titleOf) };
    const mocks = [mockTask(titleOf), mockTask(titleOf)];
    expect(taskDefinitionOf(titleOf)).not.toEqual(before);
    for (const mock of mocks) mock.restore();
    expect(taskDefinitionOf(titleOf)).toEqual(before);
  });

  it('happens at the end of a using block, also when the block throws', async () => {
    expect(() => {
      using mock = mockTask(userById).returns('a');
      throw new Error(`assertion after ${mock.callCount} calls`);
    }).toThrow('assertion');
    expect(await userById(1)).toBe('user 1');
  });

  it('brings back the mock below it', async () => {
    const lower = mockTask(titleOf).returns('lower');
    const upper = mockTask(titleOf).returns('upper');
    expect(await titleOf(1)).toBe('upper');
    upper.restore();
    expect(await titleOf(1)).toBe('lower');
    lower.restore();
    expect(await titleOf(1)).toBe('Mx user 1');
    expect([lower.callCount, upper.callCount]).toEqual([1, 1]);
  });

  it.each([
    ['task', titleOf, 'Mx user 1'],
    ['batch function', userById, 'user 1'],
  ] as const)('out of order resurrects no mock of a %s', async (_, fn, original) => {
    const lower = mockTask(fn).returns('lower');
    const upper = mockTask(fn).returns('upper');
    lower.restore();
    expect(await fn(1)).toBe('upper');
    upper.restore();
    expect(await fn(1)).toBe(original);
    using again = mockTask(fn).returns('again');
    expect(await fn(1)).toBe('again');
    expect(again.callCount).toBe(1);
  });

  it('keeps the way to the original when a mock between was restored', async () => {
    const lower = mockTask(userById).returns('lower');
    const upper = mockTask(userById).passesThrough();
    expect(await userById(1)).toBe('lower');
    lower.restore();
    expect(await userById(1)).toBe('user 1');
    expect([lower.callCount, upper.callCount]).toEqual([1, 2]);
  });

  it('with restoreAllMocks leaves no function mocked', async () => {
    mockTask(titleOf).returns('a');
    mockTask(titleOf).returns('b');
    mockTask(userById).returns('c');
    restoreAllMocks();
    restoreAllMocks();
    expect(await greet(1)).toBe('Hello Mx user 1');
  });

  it('does not affect a running call of the mock', async () => {
    const mock = mockTask(titleOf, function* () {
      yield Promise.resolve();
      return 'mocked';
    });
    const going = titleOf(1).start();
    mock.restore();
    expect(await going).toBe('mocked');
  });
});

describe('wrong use of mockTask', () => {
  const call = (...args: unknown[]): unknown => thrownBy(() => Reflect.apply(mockTask, undefined, args) as unknown);

  it.each([
    ['a plain function', (): number => 1],
    [
      'a generator function',
      function* (): Generator<number> {
        yield 1;
      },
    ],
    ['a future', Future.of(1)],
    ['nothing', undefined],
    ['null', null],
    ['text', 'userById'],
  ])('throws a TypeError that says what to do, for %s', (_, fn) => {
    expect(call(fn)).toBeInstanceOf(TypeError);
    expect(String(call(fn))).toMatch(
      /mockTask: expected `fn` to be a function made by task\(\), batch\(\) or the task\(\) of a pool/,
    );
  });

  it('mocks nothing when the implementation is not a function', async () => {
    expect(call(titleOf, 5)).toEqual(
      new TypeError('mockTask: expected `implementation` to be a function; got 5 (number).'),
    );
    expect(String(thrownBy(() => mockTask(userById).implements('x' as never)))).toMatch(/mock\.implements/);
    restoreAllMocks();
    expect(await titleOf(1)).toBe('Mx user 1');
  });

  it('throws for a sequence that is not an array, and for an answer after restore()', () => {
    const mock = mockTask(titleOf);
    expect(String(thrownBy(() => mock.sequence('abc' as never)))).toMatch(
      /mock\.sequence: expected `answers` to be an array/,
    );
    mock.restore();
    expect(String(thrownBy(() => mock.returns('a')))).toMatch(/mock of task "titleOf" was restored/);
  });
});
