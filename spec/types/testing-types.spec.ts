/** What the compiler knows of the tools for tests: mocks answer what their functions answer, pools stand for each other. */
import { of, type Observable } from 'rxjs';
import { batch, Future, task } from 'sluice';
import { type Job, offload, type TaskPool, WorkerPool } from 'sluice/pool';
import {
  answersAfter,
  type BatchProbe,
  flushKeys,
  mockTask,
  probeBatch,
  restoreAllMocks,
  VirtualPool,
} from 'sluice/testing';

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- how one asks whether two types are one
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- there is nothing but the type to check
const expectType = <Holds extends true>(holds = true as Holds): void => expect(holds).toBe(true);

afterEach(restoreAllMocks);

const userById = batch((ids: readonly number[]) => ids.map((id) => `user ${id}`), { name: 'userById' });
const titleOf = task(function* titleOf(id: number, isShort?: boolean) {
  return isShort ? '' : yield* userById(id);
});
const counter = {
  step: 2,
  next: task(function* next(this: { readonly step: number }, n: number) {
    return yield* Future.of(n + this.step);
  }),
};

describe('a mock', () => {
  it('has the arguments and answers of a task', () => {
    const mock = mockTask(titleOf);
    expectType<Equal<typeof mock.calls, readonly [id: number, isShort?: boolean | undefined][]>>();
    expectType<Equal<typeof mock.lastCall, [id: number, isShort?: boolean | undefined] | undefined>>();
    mock.returns('a').returns(of('a')).returns(Promise.resolve('a')).returns(Future.of('a'));
    mock.implements((id, isShort) => `${id.toFixed()}${String(isShort)}`);
    mock.implements(async (id) => Promise.resolve(id.toFixed()));
    mock.implements(function* (id) {
      return (yield* userById(id)).trim();
    });
    mock.sequence(['a', of('b'), new Error('c')]);
    // @ts-expect-error -- a task of text has no number
    mock.returns(5);
    // @ts-expect-error -- nor late
    mock.returns(of(5));
    // @ts-expect-error -- nor among others
    mock.sequence(['a', 5]);
    // @ts-expect-error -- nor from an implementation
    mock.implements((id) => id);
    // @ts-expect-error -- which is given what the task is given
    mock.implements((id: string) => id);
    // @ts-expect-error -- in a generator as well
    mock.implements(function* (id) {
      return yield* Future.of(id);
    });
  });

  it('has the key and the value of a batch function', () => {
    const mock = mockTask(userById, (id) => id.toFixed());
    expectType<Equal<typeof mock.calls, readonly [key: number][]>>();
    mock.returns('Ada');
    // @ts-expect-error -- it is text
    mock.returns(undefined);
    // @ts-expect-error -- it is text
    mockTask(userById, (id) => id);
  });

  it('takes what a jest.fn is', () => {
    mockTask(
      userById,
      jest.fn((id: number) => id.toFixed()),
    );
    mockTask(titleOf).implements(jest.fn<string, [number]>());
    // @ts-expect-error -- if it gives what is asked for
    mockTask(titleOf).implements(jest.fn<number, [number]>());
  });

  it('has the `this` of the task', () => {
    mockTask(counter.next, function (n) {
      return n * this.step;
    });
    mockTask(counter.next).implements(function (n) {
      // @ts-expect-error -- there is none
      return n * this.nothing;
    });
  });

  it('has the arguments and the items of a task of a pool', () => {
    const pool = new VirtualPool();
    const square = pool.task((n: number) => n * n);
    const mock = mockTask(square, (n) => n + 1);
    expectType<Equal<typeof mock.calls, readonly [n: number][]>>();
    const lines = mockTask(
      pool.task(function* (text: string) {
        yield text.length;
      }),
    );
    lines.returns(of(1, 2)).implements(function* (text) {
      yield text.length;
    });
    // @ts-expect-error -- its items are numbers
    lines.returns(of('a'));
    // @ts-expect-error -- also one by one
    lines.implements(function* (text) {
      yield text;
    });
    // @ts-expect-error -- a number is squared
    mock.returns('a');
  });

  it('is of what gives futures only', () => {
    const wrong = (): unknown[] => [
      // @ts-expect-error -- a plain function
      mockTask((n: number) => n),
      // @ts-expect-error -- an async function
      mockTask(async (n: number) => Promise.resolve(n)),
      // @ts-expect-error -- a future
      mockTask(Future.of(1)),
    ];
    expect(wrong).toBeInstanceOf(Function);
  });
});

describe('probes and answers', () => {
  it('have the types of their batch function', () => {
    using probe = probeBatch(userById);
    expectType<Equal<typeof probe, BatchProbe<number>>>();
    expectType<Equal<typeof probe.keys, readonly (readonly number[])[]>>();
    const keys$: Observable<readonly number[]> = flushKeys(userById);
    const made = batch(answersAfter(3, (id: number) => `user ${id}`));
    const name: Future<string> = made(1);
    expect([keys$, name]).toHaveLength(2);
    // @ts-expect-error -- a task is no batch function
    expect(() => probeBatch(titleOf)).toThrow(TypeError);
  });
});

describe('a pool as a parameter', () => {
  const squares = (pool: TaskPool, source$: Observable<number>): Observable<number> =>
    source$.pipe(offload(pool.task((n: number) => n * n)));

  it('may be one of threads, or a virtual one', () => {
    const virtual = new VirtualPool();
    const threads = new WorkerPool({ size: 0 });
    expectType<Equal<ReturnType<typeof squares>, Observable<number>>>();
    expect([squares(virtual, of(1)), squares(threads, of(1))]).toHaveLength(2);
    const job: Job<number> = virtual.do((a: number, b: number) => a + b, 1, 2);
    const work = virtual.module<{ add(a: number, b: number): number }>('file:///a.js');
    const sum: Future<number> = work.add(1, 2);
    expect([job, sum]).toHaveLength(2);
    void threads.close();
  });
});
