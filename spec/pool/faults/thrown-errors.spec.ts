/** Errors that are thrown on a thread arrive faithfully on this thread. */
/* eslint-disable @typescript-eslint/only-throw-error -- to throw what is no error is the very fault */
import { registerError, WorkerPool } from 'sluice/pool';
import { errorOf, expectInvariants, expectInvariantsAndClose } from './pool-invariants';

const pool = new WorkerPool({ size: 1 });
afterAll(() => expectInvariantsAndClose(pool, () => undefined));

const causesOf = (error: unknown): unknown[] => {
  const causes: unknown[] = [];
  for (let at = error; at instanceof Error; at = at.cause) causes.push(at);
  return causes;
};

describe('a task that throws an error of an own class', () => {
  it('fails with its name, code, fields and cause, as an error of the nearest known class', () =>
    expectInvariants(pool, async (record) => {
      const error = await errorOf(
        record,
        pool.task(() => {
          class FarError extends RangeError {
            override readonly name = 'FarError';
            readonly code = 'E_FAR';
            readonly details = { at: [1, new Map([['a', 2]])] };
          }
          throw new FarError('too far', { cause: new TypeError('why') });
        })(),
      );
      expect(error).toBeInstanceOf(RangeError);
      expect(error).toMatchObject({ name: 'FarError', message: 'too far', code: 'E_FAR' });
      expect(error['details']).toEqual({ at: [1, new Map([['a', 2]])] });
      expect(error.cause).toBeInstanceOf(TypeError);
      expect(error.cause).toMatchObject({ message: 'why' });
    }));

  it('fails with an error of that class if it is registered', () =>
    expectInvariants(pool, async (record) => {
      class GoneError extends Error {
        get isFinal(): boolean {
          return true;
        }
      }
      registerError(GoneError);
      const gone = pool.task(() => {
        throw new (class GoneError extends Error {})('it is gone');
      });
      const error = await errorOf(record, gone());
      expect(error).toBeInstanceOf(GoneError);
      expect(error).toMatchObject({ message: 'it is gone', isFinal: true });
    }));

  it('fails with all errors of an AggregateError', () =>
    expectInvariants(pool, async (record) => {
      const error = await errorOf(
        record,
        pool.task(() => Promise.any([Promise.reject(new TypeError('a')), Promise.reject(new RangeError('b'))]))(),
      );
      expect(error).toBeInstanceOf(AggregateError);
      const { errors } = error as unknown as AggregateError;
      expect(errors).toEqual([new TypeError('a'), new RangeError('b')]);
      expect(errors[1]).toBeInstanceOf(RangeError);
    }));

  it('has a stack that starts on the thread and continues at the call site', () =>
    expectInvariants(pool, async (record) => {
      const failing = pool.task(function thrower() {
        throw new Error('it');
      });
      const { stack } = await errorOf(record, failing());
      expect(stack).toMatch(/^Error: it\n {4}at .*thrower[^]*worker thread \(called from\)[^]*thrown-errors\.spec\.ts/);
    }));
});

describe('a task that throws an error with endless causes', () => {
  it('fails with an error that marks the cycle', () =>
    expectInvariants(pool, async (record) => {
      const self = pool.task(() => {
        const error = new Error('self');
        error.cause = error;
        throw error;
      });
      expect((await errorOf(record, self())).cause).toBe('[cause: a cycle, back to Error]');
      const round = pool.task(() => {
        const error = new Error('one');
        error.cause = new RangeError('two', { cause: error });
        throw error;
      });
      expect((await errorOf(record, round())).cause).toMatchObject({
        message: 'two',
        cause: '[cause.cause: a cycle, back to Error]',
      });
    }));

  it('fails with the first of 10 000 causes, and a mark where the rest is missing', () =>
    expectInvariants(pool, async (record) => {
      const deep = pool.task(() => {
        let error = new Error('0');
        for (let count = 1; count < 10_000; count++) error = new Error(String(count), { cause: error });
        throw error;
      });
      const causes = causesOf(await errorOf(record, deep()));
      expect(causes.length).toBeLessThan(100);
      expect(causes[0]).toMatchObject({ message: '9999' });
      expect((causes.at(-1) as Error).cause).toMatch(/cut: it is nested too deeply/);
    }));
});

describe('a task that throws a DOMException', () => {
  it.each([
    ['AbortError', 20],
    ['TimeoutError', 23],
    ['DataCloneError', 25],
  ])('fails with its name, message and code: %s', (name, code) =>
    expectInvariants(pool, async (record) => {
      const { error, items } = await record(
        pool.task((called: string) => {
          throw new DOMException('it', called);
        })(name),
      );
      expect(items).toEqual([]);
      expect(error).toBeInstanceOf(DOMException);
      expect(error).toMatchObject({ name, message: 'it', code });
    }),
  );

  it('fails with the abort reason of a signal of the platform', () =>
    expectInvariants(pool, async (record) => {
      const { error } = await record(
        pool.task(
          () =>
            new Promise((_, reject) => {
              const signal = AbortSignal.timeout(1);
              signal.onabort = () => reject(signal.reason as Error);
            }),
        )(),
      );
      expect(error).toMatchObject({ name: 'TimeoutError', code: 23 });
    }));
});

describe('a task that throws an error with hostile properties', () => {
  it.each(['message', 'stack', 'name', 'cause', 'code', 'then', 'toJSON', 'constructor'])(
    'fails with an error where a getter throws: %s',
    (key) =>
      expectInvariants(pool, async (record) => {
        const error = await errorOf(
          record,
          pool.task((named: string) => {
            throw Object.defineProperty(new Error('it'), named, {
              enumerable: true,
              get() {
                throw new TypeError(`no ${named}`);
              },
            });
          })(key),
        );
        if (key !== 'message') expect(error.message).toBe('it');
      }),
  );

  it('fails with an error for a Proxy that throws on each access, also as a cause, also revoked', () =>
    expectInvariants(pool, async (record) => {
      const hostile = pool.task((isCause: boolean, isRevoked: boolean) => {
        const refuse = (): never => {
          throw new Error('trap');
        };
        const { proxy, revoke } = Proxy.revocable(new Error('it'), {
          get: refuse,
          has: refuse,
          ownKeys: refuse,
          getPrototypeOf: refuse,
          getOwnPropertyDescriptor: refuse,
        });
        if (isRevoked) revoke();
        throw isCause ? new Error('around', { cause: proxy }) : proxy;
      });
      for (const isRevoked of [false, true]) {
        await errorOf(record, hostile(false, isRevoked));
        expect(await errorOf(record, hostile(true, isRevoked))).toMatchObject({ message: 'around' });
      }
    }));

  it('fails with an error that can be changed here if it was frozen there', () =>
    expectInvariants(pool, async (record) => {
      const frozen = pool.task(() => {
        throw Object.freeze(Object.assign(new Error('ice'), { at: 0 }));
      });
      const error = await errorOf(record, frozen());
      error.message = 'water';
      expect(error).toMatchObject({ message: 'water', at: 0 });
    }));

  it('fails with an error of another realm as with an own one', () =>
    expectInvariants(pool, async (record) => {
      const foreign = pool.task({ url: require.resolve('./node-objects.cjs'), name: 'throwForeign' });
      const error = await errorOf(record, foreign());
      expect(error).toBeInstanceOf(TypeError);
      expect(error).toMatchObject({ message: 'far', code: 'E_FAR' });
    }));
});

describe('a task that throws an error with a message of 100 MB', () => {
  it('fails with the beginning of the message, and the number of characters that are missing', () =>
    expectInvariants(pool, async (record) => {
      const long = pool.task(() => {
        throw new Error('x'.repeat(100_000_000));
      });
      const { message, stack = '' } = await errorOf(record, long());
      expect(message).toMatch(/^x+… \(\d+ more characters were cut\)$/);
      expect(message.length + stack.length).toBeLessThan(1_000_000);
    }));
});
