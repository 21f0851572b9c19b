/** What the compiler knows of a worker pool: what each function becomes when it runs on a thread. */
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

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- how one asks whether two types are one
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

interface Claim<Actual> {
  /** Compiles only where it is just this type. */
  is<Expected>(...proof: Equal<Actual, Expected> extends true ? [] : ['it is another type']): void;
}

/** The type a function returns. */
const resultOf = <Actual>(call: () => Actual): Claim<Actual> => ({ is: () => expect(call).toBeInstanceOf(Function) });

/** Compiles only where a type is `true`. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- there is nothing but the type to check
const expectType = <Holds extends true>(holds = true as Holds): void => expect(holds).toBe(true);

/** None of it is run: only the types count. */
const pool = new WorkerPool({ size: 0 });
afterAll(() => pool.close({ force: true }));

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

describe('what arrives of a function', () => {
  it('is its value, what it promises, or an item of its stream', () => {
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

  it('is the array itself, the Map, or the text: they are values', () => {
    expectType<Equal<WorkerResult<readonly string[]>, readonly string[]>>();
    expectType<Equal<WorkerResult<Map<string, number>>, Map<string, number>>>();
    expectType<Equal<WorkerResult<string>, string>>();
  });

  it('is undefined or nothing, where it gives that', () => {
    expectType<Equal<WorkerResult<undefined>, undefined>>();
    expectType<Equal<WorkerResult<null>, null>>();
    expectType<Equal<WorkerResult<number | undefined>, number | undefined>>();
  });
});

describe('pool.do', () => {
  it('gives a Job of what arrives', () => {
    resultOf(() => pool.do(add, 1, 2)).is<Job<number>>();
    resultOf(() => pool.do(lengthOf, 'a')).is<Job<number>>();
    resultOf(() => pool.do(upTo, 3)).is<Job<number>>();
    resultOf(() => pool.do(linesOf, 'a')).is<Job<string>>();
    resultOf(() => pool.do(() => undefined)).is<Job<undefined>>();
    resultOf(() => pool.do(add, 1, 2).block()).is<number>();
    resultOf(() => pool.do(add, 1, 2).get()).is<number | undefined>();
    resultOf(() => pool.do(add, 1, 2).wait()).is<boolean>();
  });

  it('takes an argument, or what will have it for its value', () => {
    resultOf(() => pool.do(add, new AsyncValue<number>(), Future.of(2))).is<Job<number>>();
    resultOf(() => pool.do(add, pool.do(lengthOf, 'a'), pool.task(add)(1, 2))).is<Job<number>>();
    resultOf(() => pool.do((buffer: ArrayBuffer) => buffer.byteLength, transfer(new ArrayBuffer(8)))).is<Job<number>>();
  });

  it('takes a function without types by its reference', () => {
    resultOf(() => pool.do<[number], string>({ url: 'file:///work.js', name: 'print' }, 1)).is<Job<string>>();
  });

  it('takes no wrong argument, and no function of another kind', () => {
    const wrongly = (): unknown[] => [
      // @ts-expect-error a text is no number
      pool.do(add, 1, '2'),
      // @ts-expect-error one is missing
      pool.do(add, 1),
      // @ts-expect-error the value will be a text
      pool.do(add, 1, new AsyncValue<string>()),
      // @ts-expect-error a text is no function
      pool.do('add', 1, 2),
    ];
    expect(wrongly).toBeInstanceOf(Function);
  });
});

describe('chain', () => {
  it('gives a Job of what the next function gives', () => {
    resultOf(() => pool.do(add, 1, 2).chain((sum) => `${sum}`)).is<Job<string>>();
    resultOf(() => pool.do(add, 1, 2).chain(add, 3)).is<Job<number>>();
    resultOf(() => pool.do(add, 1, 2).chain(add, Future.of(3))).is<Job<number>>();
    resultOf(() => pool.do(upTo, 2).chain(add, 3).chain(upTo)).is<Job<number>>();
  });

  it('has a value for sure, but after an error', () => {
    resultOf(() => pool.do(add, 1, 2).chain({}, (sum) => sum)).is<Job<number>>();
    resultOf(() => pool.do(add, 1, 2).chain({ afterError: 'skip' }, (sum) => sum)).is<Job<number>>();
    resultOf(() => pool.do(add, 1, 2).chain({ afterError: 'run' }, (sum) => sum)).is<Job<number | undefined>>();
  });

  it('takes no function of another value', () => {
    const wrongly = (): unknown[] => [
      // @ts-expect-error the value is a number
      pool.do(add, 1, 2).chain((text: string) => text),
      // @ts-expect-error the value may be undefined
      pool.do(add, 1, 2).chain({ afterError: 'run' }, (sum: number) => sum),
      // @ts-expect-error there is no such mode
      pool.do(add, 1, 2).chain({ afterError: 'maybe' }, () => 1),
    ];
    expect(wrongly).toBeInstanceOf(Function);
  });
});

describe('pool.task', () => {
  it('gives a function with the same arguments, whose calls are futures', () => {
    resultOf(() => pool.task(add)).is<PoolTask<[a: number, b: number], number>>();
    resultOf(() => pool.task(add)(1, 2)).is<Call<number>>();
    resultOf(() => pool.task(lengthOf, { timeout: 10 })('a')).is<Call<number>>();
    resultOf(() => pool.task(upTo)(3)).is<Call<number>>();
    resultOf(() => pool.task(add)(Future.of(1), new AsyncValue<number>())).is<Call<number>>();
    expectType<Call<number> extends Future<number> ? true : false>();
    resultOf(() => pool.task(upTo)(3)[Symbol.asyncIterator]()).is<AsyncIterator<number>>();
  });

  it('refuses wrong arguments and options', () => {
    const wrongly = (): unknown[] => [
      // @ts-expect-error a text is no number
      pool.task(add)('1', 2),
      // @ts-expect-error ms are a number
      pool.task(add, { timeout: '1s' }),
    ];
    expect(wrongly).toBeInstanceOf(Function);
  });
});

describe('pool.module', () => {
  const work = pool.module<Work>('file:///work.js');

  it('makes a Future of a function that gives a value or a promise', () => {
    resultOf(() => work.add(1, 2)).is<Future<number>>();
    resultOf(() => work.lengthOf('a')).is<Future<number>>();
    resultOf(() => work.names()).is<Future<readonly string[]>>();
    resultOf(() => work.nothing()).is<Future<void>>();
    resultOf(() => work.add(Future.of(1), pool.do(add, 1, 2))).is<Future<number>>();
  });

  it('makes an Observable, with for await, of one that gives a stream', () => {
    resultOf(() => work.upTo(3)).is<Observable<number> & AsyncIterable<number>>();
    resultOf(() => work.linesOf('a')).is<Observable<string> & AsyncIterable<string>>();
    resultOf(() => work.bytesOf('a')).is<Observable<Uint8Array> & AsyncIterable<Uint8Array>>();
    resultOf(() => work.ticks()).is<Observable<Date> & AsyncIterable<Date>>();
    resultOf(() => work.later()).is<Observable<boolean> & AsyncIterable<boolean>>();
  });

  it('has only the functions of the module', () => {
    expectType<Equal<keyof PoolModule<Work>, Exclude<keyof Work, 'VERSION'>>>();
    expectType<Equal<PoolFunction<string>, never>>();
    const wrongly = (): unknown[] => [
      // @ts-expect-error it is a text
      'VERSION' satisfies keyof typeof work,
      // @ts-expect-error there is none of that name
      'subtract' satisfies keyof typeof work,
      // @ts-expect-error the value of a stream is asked for by subscribing
      'block' satisfies keyof ReturnType<typeof work.upTo>,
    ];
    expect(wrongly).toBeInstanceOf(Function);
  });
});

describe('offload', () => {
  it('is an operator from arguments to what arrives', () => {
    resultOf(() => offload(pool.task(lengthOf))).is<
      OperatorFunction<string | AsyncValue<string> | Future<string>, number>
    >();
    resultOf(() => new Subject<string>().pipe(offload(pool.task(lengthOf)))).is<Observable<number>>();
    resultOf(() => new Subject<number>().pipe(offload(pool.task(upTo), { ordered: true }))).is<Observable<number>>();
    resultOf(() => new Subject<string>().pipe(offload(pool.module<Work>('x').linesOf))).is<Observable<string>>();
  });

  it('takes no source of other values', () => {
    // @ts-expect-error it wants texts
    const wrongly = (): unknown => new Subject<number>().pipe(offload(pool.task(lengthOf)));
    expect(wrongly).toBeInstanceOf(Function);
  });
});
