/** The types of mocks, probes and virtual pools. `tsc` checks this file, and nothing runs it. */
/* eslint-disable @typescript-eslint/no-meaningless-void-operator -- `void` makes a statement of an expression */
import { of, type Observable } from 'rxjs';
import { batch, Future, task } from 'sluice';
import { type Job, offload, type TaskPool, WorkerPool } from 'sluice/pool';
import { answersAfter, type BatchProbe, flushKeys, mockTask, probeBatch, VirtualPool } from 'sluice/testing';
import { compiles, type Equal, expectType, group } from './assertions';

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

group('a mock', () => {
  compiles('has the arguments and the results of a task', () => {
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
    // @ts-expect-error a task of text has no number
    mock.returns(5);
    // @ts-expect-error a late number is refused
    mock.returns(of(5));
    // @ts-expect-error nor among others
    mock.sequence(['a', 5]);
    // @ts-expect-error nor from an implementation
    mock.implements((id) => id);
    // @ts-expect-error which is given what the task is given
    mock.implements((id: string) => id);
    // @ts-expect-error in a generator as well
    mock.implements(function* (id) {
      return yield* Future.of(id);
    });
  });

  compiles('has the key and the value of a batch function', () => {
    const mock = mockTask(userById, (id) => id.toFixed());
    expectType<Equal<typeof mock.calls, readonly [key: number][]>>();
    mock.returns('Ada');
    // @ts-expect-error the value is a string
    mock.returns(undefined);
    // @ts-expect-error the value is a string
    mockTask(userById, (id) => id);
  });

  compiles('accepts a jest.fn', () => {
    mockTask(
      userById,
      jest.fn((id: number) => id.toFixed()),
    );
    mockTask(titleOf).implements(jest.fn<string, [number]>());
    // @ts-expect-error if it gives what is asked for
    mockTask(titleOf).implements(jest.fn<number, [number]>());
  });

  compiles('has the `this` of the task', () => {
    mockTask(counter.next, function (n) {
      return n * this.step;
    });
    mockTask(counter.next).implements(function (n) {
      // @ts-expect-error `this` has no such member
      return n * this.nothing;
    });
  });

  compiles('has the arguments and the items of a task of a pool', () => {
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
    // @ts-expect-error its items are numbers
    lines.returns(of('a'));
    // @ts-expect-error also one by one
    lines.implements(function* (text) {
      yield text;
    });
    // @ts-expect-error a number is squared
    mock.returns('a');
  });

  compiles('is refused for functions that return no future', () => {
    // @ts-expect-error a plain function
    mockTask((n: number) => n);
    // @ts-expect-error an async function
    mockTask(async (n: number) => Promise.resolve(n));
    // @ts-expect-error a future is not a function
    mockTask(Future.of(1));
  });
});

group('probes and answers', () => {
  compiles('have the types of their batch function', () => {
    using probe = probeBatch(userById);
    expectType<Equal<typeof probe, BatchProbe<number>>>();
    expectType<Equal<typeof probe.keys, readonly (readonly number[])[]>>();
    const keys$: Observable<readonly number[]> = flushKeys(userById);
    const made = batch(answersAfter(3, (id: number) => `user ${id}`));
    const name: Future<string> = made(1);
    void keys$;
    void name;
    // @ts-expect-error a task is no batch function
    probeBatch(titleOf);
  });
});

group('a pool as a parameter', () => {
  const squares = (pool: TaskPool, source$: Observable<number>): Observable<number> =>
    source$.pipe(offload(pool.task((n: number) => n * n)));

  compiles('may be a WorkerPool or a VirtualPool', () => {
    const virtual = new VirtualPool();
    const threads = new WorkerPool({ size: 0 });
    expectType<Equal<ReturnType<typeof squares>, Observable<number>>>();
    void squares(virtual, of(1));
    void squares(threads, of(1));
    const job: Job<number> = virtual.do((a: number, b: number) => a + b, 1, 2);
    const work = virtual.module<{ add(a: number, b: number): number }>('file:///a.js');
    const sum: Future<number> = work.add(1, 2);
    void job;
    void sum;
    void threads.close();
  });
});
