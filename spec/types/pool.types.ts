/** The types of functions that run on a worker pool. `tsc` checks this file, and nothing runs it. */
/* eslint-disable @typescript-eslint/no-meaningless-void-operator -- `void` makes a statement of an expression */
import { type Observable, type OperatorFunction, Subject } from 'rxjs';
import { AsyncValue, Future } from 'sluice';
import {
  type WorkerResult,
  type Call,
  type Job,
  offload,
  type PoolFunction,
  type PoolModule,
  type PoolTask,
  transfer,
  WorkerPool,
} from 'sluice/pool';
import { compiles, type Equal, expectType, group, resultOf } from './assertions';

const pool = new WorkerPool({ size: 0 });

const add = (a: number, b: number): number => a + b;
const lengthOf = (text: string): Promise<number> => Promise.resolve(text.length);
const upTo = function* (n: number): Generator<number> {
  for (let i = 0; i < n; i++) yield i;
};
const linesOf = async function* (text: string): AsyncGenerator<string> {
  yield await Promise.resolve(text);
};

/** The types of a module, as `import('./work')` has them. */
interface Work {
  readonly add: (a: number, b: number) => number;
  readonly lengthOf: (text: string) => Promise<number>;
  readonly upTo: (n: number) => Generator<number>;
  readonly linesOf: (text: string) => AsyncGenerator<string>;
  readonly bytesOf: (path: string) => ReadableStream<Uint8Array>;
  readonly ticks: () => Observable<Date>;
  readonly later: () => Promise<Observable<boolean>>;
  readonly names: () => readonly string[];
  readonly nothing: () => void;
  readonly VERSION: string;
}

group('the result of a function on a thread', () => {
  compiles('is its value, the value of its promise, or an item of its stream', () => {
    expectType<Equal<WorkerResult<number>, number>>();
    expectType<Equal<WorkerResult<Promise<string>>, string>>();
    expectType<Equal<WorkerResult<Promise<Promise<string>>>, string>>();
    expectType<Equal<WorkerResult<Generator<number, string>>, number>>();
    expectType<Equal<WorkerResult<AsyncGenerator<number>>, number>>();
    expectType<Equal<WorkerResult<AsyncIterable<Date>>, Date>>();
    expectType<Equal<WorkerResult<Observable<boolean>>, boolean>>();
    expectType<Equal<WorkerResult<ReadableStream<Uint8Array>>, Uint8Array>>();
    expectType<Equal<WorkerResult<Promise<Observable<1>>>, 1>>();
  });

  compiles('is an array, a Map or a string as a whole', () => {
    expectType<Equal<WorkerResult<readonly string[]>, readonly string[]>>();
    expectType<Equal<WorkerResult<Map<string, number>>, Map<string, number>>>();
    expectType<Equal<WorkerResult<string>, string>>();
  });

  compiles('is an instance of a class without its methods, also in lists and Maps', () => {
    interface User {
      readonly name: string;
      tags?: string[];
      greet(): string;
    }
    interface Plain {
      readonly name: string;
      tags?: string[];
    }
    expectType<Equal<WorkerResult<User>, Plain>>();
    expectType<Equal<WorkerResult<Promise<User[]>>, Plain[]>>();
    expectType<Equal<WorkerResult<Map<string, User>>, Map<string, Plain>>>();
    expectType<Equal<WorkerResult<Generator<User>>, Plain>>();
    expectType<Equal<WorkerResult<readonly [User, number]>, readonly [Plain, number]>>();
    expectType<'isFile' extends keyof WorkerResult<import('node:fs').Stats> ? false : true>();
    expectType<WorkerResult<import('node:fs').Stats>['size'] extends number ? true : false>();
  });

  compiles('is data, a Buffer, an error, a Blob or a value of unknown type as it is', () => {
    interface Tree {
      readonly value: number;
      readonly children: readonly Tree[];
    }
    expectType<Equal<WorkerResult<Tree>, Tree>>();
    expectType<Equal<WorkerResult<Buffer>, Buffer>>();
    expectType<Equal<WorkerResult<RangeError>, RangeError>>();
    expectType<Equal<WorkerResult<Blob>, Blob>>();
    expectType<Equal<WorkerResult<unknown>, unknown>>();
    expectType<Equal<WorkerResult<never>, never>>();
    expectType<Equal<WorkerResult<any>, any>>(); // eslint-disable-line @typescript-eslint/no-explicit-any -- it is what is tested
  });

  compiles('may be undefined or null', () => {
    expectType<Equal<WorkerResult<undefined>, undefined>>();
    expectType<Equal<WorkerResult<null>, null>>();
    expectType<Equal<WorkerResult<number | undefined>, number | undefined>>();
  });
});

group('pool.do', () => {
  compiles('returns a Job of the result', () => {
    resultOf(() => pool.do(add, 1, 2)).is<Job<number>>();
    resultOf(() => pool.do(lengthOf, 'a')).is<Job<number>>();
    resultOf(() => pool.do(upTo, 3)).is<Job<number>>();
    resultOf(() => pool.do(linesOf, 'a')).is<Job<string>>();
    resultOf(() => pool.do(() => undefined)).is<Job<undefined>>();
    resultOf(() => pool.do(add, 1, 2).block()).is<number>();
    resultOf(() => pool.do(add, 1, 2).get()).is<number | undefined>();
    resultOf(() => pool.do(add, 1, 2).wait()).is<boolean>();
  });

  compiles('accepts an argument, or a future of an argument', () => {
    resultOf(() => pool.do(add, new AsyncValue<number>(), Future.of(2))).is<Job<number>>();
    resultOf(() => pool.do(add, pool.do(lengthOf, 'a'), pool.task(add)(1, 2))).is<Job<number>>();
    resultOf(() => pool.do((buffer: ArrayBuffer) => buffer.byteLength, transfer(new ArrayBuffer(8)))).is<Job<number>>();
  });

  compiles('accepts a reference to a function, with type arguments', () => {
    resultOf(() => pool.do<[number], string>({ url: 'file:///work.js', name: 'print' }, 1)).is<Job<string>>();
  });

  compiles('refuses a wrong argument, and a value that is not a function', () => {
    // @ts-expect-error a string is not a number
    pool.do(add, 1, '2');
    // @ts-expect-error an argument is missing
    pool.do(add, 1);
    // @ts-expect-error the value is a string
    pool.do(add, 1, new AsyncValue<string>());
    // @ts-expect-error a string is not a function
    pool.do('add', 1, 2);
  });
});

group('chain', () => {
  compiles('returns a Job of the result of the next function', () => {
    resultOf(() => pool.do(add, 1, 2).chain((sum) => `${sum}`)).is<Job<string>>();
    resultOf(() => pool.do(add, 1, 2).chain(add, 3)).is<Job<number>>();
    resultOf(() => pool.do(add, 1, 2).chain(add, Future.of(3))).is<Job<number>>();
    resultOf(() => pool.do(upTo, 2).chain(add, 3).chain(upTo)).is<Job<number>>();
  });

  compiles('passes a value to the next function, or undefined after an error', () => {
    resultOf(() => pool.do(add, 1, 2).chain({}, (sum) => sum)).is<Job<number>>();
    resultOf(() => pool.do(add, 1, 2).chain({ afterError: 'skip' }, (sum) => sum)).is<Job<number>>();
    resultOf(() => pool.do(add, 1, 2).chain({ afterError: 'run' }, (sum) => sum)).is<Job<number | undefined>>();
  });

  compiles('refuses a function of another value', () => {
    // @ts-expect-error the value is a number
    pool.do(add, 1, 2).chain((text: string) => text);
    // @ts-expect-error the value may be undefined
    pool.do(add, 1, 2).chain({ afterError: 'run' }, (sum: number) => sum);
    // @ts-expect-error there is no such mode
    pool.do(add, 1, 2).chain({ afterError: 'maybe' }, () => 1);
  });
});

group('pool.task', () => {
  compiles('returns a function with the same arguments that returns a Call', () => {
    resultOf(() => pool.task(add)).is<PoolTask<[a: number, b: number], number>>();
    resultOf(() => pool.task(add)(1, 2)).is<Call<number>>();
    resultOf(() => pool.task(lengthOf, { timeout: 10 })('a')).is<Call<number>>();
    resultOf(() => pool.task(upTo)(3)).is<Call<number>>();
    resultOf(() => pool.task(add)(Future.of(1), new AsyncValue<number>())).is<Call<number>>();
    expectType<Call<number> extends Future<number> ? true : false>();
    resultOf(() => pool.task(upTo)(3)[Symbol.asyncIterator]()).is<AsyncIterator<number>>();
  });

  compiles('refuses wrong arguments and options', () => {
    // @ts-expect-error a string is not a number
    pool.task(add)('1', 2);
    // @ts-expect-error ms are a number
    pool.task(add, { timeout: '1s' });
  });
});

group('pool.module', () => {
  const work = pool.module<Work>('file:///work.js');

  compiles('returns a Future for a function that returns a value or a promise', () => {
    resultOf(() => work.add(1, 2)).is<Future<number>>();
    resultOf(() => work.lengthOf('a')).is<Future<number>>();
    resultOf(() => work.names()).is<Future<readonly string[]>>();
    resultOf(() => work.nothing()).is<Future<void>>();
    resultOf(() => work.add(Future.of(1), pool.do(add, 1, 2))).is<Future<number>>();
  });

  compiles('returns an Observable and async iterable for a function that returns a stream', () => {
    resultOf(() => work.upTo(3)).is<Observable<number> & AsyncIterable<number>>();
    resultOf(() => work.linesOf('a')).is<Observable<string> & AsyncIterable<string>>();
    resultOf(() => work.bytesOf('a')).is<Observable<Uint8Array> & AsyncIterable<Uint8Array>>();
    resultOf(() => work.ticks()).is<Observable<Date> & AsyncIterable<Date>>();
    resultOf(() => work.later()).is<Observable<boolean> & AsyncIterable<boolean>>();
  });

  compiles('has only the functions of the module', () => {
    expectType<Equal<keyof PoolModule<Work>, Exclude<keyof Work, 'VERSION'>>>();
    expectType<Equal<PoolFunction<string>, never>>();
    // @ts-expect-error VERSION is not a function
    void 'VERSION' satisfies keyof typeof work;
    // @ts-expect-error the module has no such function
    void 'subtract' satisfies keyof typeof work;
    // @ts-expect-error a stream cannot be blocked on
    void 'block' satisfies keyof ReturnType<typeof work.upTo>;
  });
});

group('offload', () => {
  compiles('is an operator from arguments to results', () => {
    resultOf(() => offload(pool.task(lengthOf))).is<
      OperatorFunction<string | AsyncValue<string> | Future<string>, number>
    >();
    resultOf(() => new Subject<string>().pipe(offload(pool.task(lengthOf)))).is<Observable<number>>();
    resultOf(() => new Subject<number>().pipe(offload(pool.task(upTo), { ordered: true }))).is<Observable<number>>();
    resultOf(() => new Subject<string>().pipe(offload(pool.module<Work>('x').linesOf))).is<Observable<string>>();
  });

  compiles('refuses a source of other values', () => {
    // @ts-expect-error the task takes strings
    new Subject<number>().pipe(offload(pool.task(lengthOf)));
  });
});
