/** A thread keeps a bounded number of functions, however many a program makes, and runs only what a module exports. */
import { registerError, WorkerPool } from 'sluice/pool';
import { CancelledError, TaskTimeoutError } from 'sluice';
import { errorOf, expectInvariants, expectInvariantsAndClose } from './pool-invariants';

const pool = new WorkerPool({ size: 1 });
afterAll(() => expectInvariantsAndClose(pool, () => undefined));

describe('functions without end', () => {
  it('of one source with many names leave the memory of the thread as it is', () =>
    expectInvariants(pool, async () => {
      const memory = (): PromiseLike<number> =>
        pool.do(() => {
          /* eslint-disable @typescript-eslint/no-require-imports -- what a thread is sent imports nothing else */
          (require('node:v8') as typeof import('node:v8')).setFlagsFromString('--expose-gc');
          ((require('node:vm') as typeof import('node:vm')).runInNewContext('gc') as () => void)();
          /* eslint-enable @typescript-eslint/no-require-imports */
          return process.memoryUsage().heapUsed;
        });
      const callMany = async (round: number): Promise<number> => {
        const calls = Array.from({ length: 1_500 }, (_, index) =>
          pool.task((n: number) => n, { name: `page of user ${round}-${index}` })(1),
        );
        await Promise.all(calls);
        return memory();
      };
      await callMany(0);
      const before = await callMany(1);
      // The names and sources of 3 000 functions would be 6 MB.
      await callMany(2);
      expect((await callMany(3)) - before).toBeLessThan(3_000_000);
    }));

  it('run as themselves, also when they are called again after a thousand others', () =>
    expectInvariants(pool, async () => {
      const tasks = Array.from({ length: 1_200 }, (_, index) =>
        // eslint-disable-next-line @typescript-eslint/no-implied-eval -- each has a source of its own
        pool.task(new Function('n', `return n + ${index}`) as (n: number) => number),
      );
      const expected = tasks.map((_, index) => index + 1);
      expect(await Promise.all(tasks.map((each) => each(1)))).toEqual(expected);
      expect(await Promise.all(tasks.map((each) => each(1)))).toEqual(expected);
      expect(await Promise.all([tasks[7]?.(1), tasks[1_100]?.(1), tasks[7]?.(2)])).toEqual([8, 1_101, 9]);
    }));

  it('keep their names in their tasks', () =>
    expectInvariants(pool, async () => {
      const nameOf = function (this: { name: string }) {
        return this.name;
      };
      const named = ['one', 'two'].map((name) => pool.task(nameOf, { name })());
      expect(await Promise.all(named)).toEqual(['one', 'two']);
    }));
});

describe('a name that a module inherits', () => {
  it.each(['constructor', 'toString', 'hasOwnProperty', 'valueOf', '__proto__', 'isPrototypeOf'])(
    'is no export: %s',
    (name) =>
      expectInvariants(pool, async (record) => {
        const error = await errorOf(record, pool.task<[string], unknown>({ url: 'node:os', name })('x'));
        expect(error).toMatchObject({ name: 'ModuleLoadError', exportName: name });
      }),
  );

  it('is no export of a CommonJS module or of a function', () =>
    expectInvariants(pool, async (record) => {
      for (const name of ['call', 'bind', 'toString'])
        expect(await errorOf(record, pool.task({ url: 'node:events', name })())).toMatchObject({
          name: 'ModuleLoadError',
        });
      expect(await pool.do<[string], string>({ url: 'node:path', name: 'basename' }, '/a/b')).toBe('b');
    }));
});

describe('an error whose class has the name of one of the library', () => {
  it.each<[string, abstract new (...args: never) => Error, string]>([
    ['CancelledError', CancelledError, 'the bank cancelled the payment'],
    ['TaskTimeoutError', TaskTimeoutError, 'no answer of the shop'],
  ])('is not an instance of that class: %s', (name, Class, message) =>
    expectInvariants(pool, async (record) => {
      // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the name is chosen by the test
      const fn = new Function(`class ${name} extends Error {} throw new ${name}(${JSON.stringify(message)})`);
      const error = await errorOf(record, pool.task(fn as () => unknown)());
      expect(error).not.toBeInstanceOf(Class);
      expect(error).toMatchObject({ message });
      expect(error.code).toBeUndefined();
    }),
  );

  it('is an instance of a registered class of another library', () =>
    expectInvariants(pool, async (record) => {
      class TimeoutError extends Error {}
      registerError(TimeoutError);
      const error = await errorOf(
        record,
        pool.task(() => {
          class TimeoutError extends Error {}
          throw new TimeoutError('no answer of the shop');
        })(),
      );
      expect(error).toBeInstanceOf(TimeoutError);
    }));

  it('is an instance of the class of the library, if it has its brand', () =>
    expectInvariants(pool, async (record) => {
      const error = await errorOf(record, pool.task({ url: 'node:os', name: 'nothing' })());
      expect(error).toMatchObject({ name: 'ModuleLoadError', code: 'SLUICE_MODULE_LOAD' });
    }));
});
