/** Batch functions that are called with wrong arguments, and resolvers that return wrong results. */
import { of } from 'rxjs';
import { batch, BatchResultError, Future, allSettled, type BatchFunction, type Resolver } from 'sluice';
import { listen, recorder, runVirtual, userName } from '../batch/virtual-run';

describe('batch', () => {
  it.each([undefined, null, 5, 'namesOf', {}, [], Promise.resolve([]), of([])])(
    'refuses the resolver %p',
    (resolver) => {
      const make = (): unknown => batch(resolver as never);
      expect(make).toThrow(TypeError);
      expect(make).toThrow(/expected its resolver to be a function from keys to results; got/);
      expect(make).toThrow(`(${typeof resolver}).`);
    },
  );
});

describe('a batch function', () => {
  const nameOf: BatchFunction<unknown, string> = batch<unknown, string>(() => [], { name: 'nameOf', cache: true });

  it.each([undefined, null])('throws a TypeError for the key %p at the call, with the name of the batch', (key) => {
    expect(() => nameOf(key)).toThrow(TypeError);
    expect(() => nameOf(key)).toThrow(`batch "nameOf": expected its key to be given; got ${String(key)}`);
  });

  it('throws a TypeError for a call without a key', () => {
    expect(() => (nameOf as unknown as () => unknown)()).toThrow(TypeError);
  });

  it.each([undefined, null])('throws a TypeError for the key %p among the keys of many', (key) => {
    expect(() => nameOf.many([1, key, 2])).toThrow(TypeError);
    expect(() => nameOf.many([1, key, 2])).toThrow(/"nameOf".*key.* to be given/);
  });

  it('throws a TypeError for a hole in the array of many', () => {
    expect(() => nameOf.many(new Array<number>(2))).toThrow(TypeError);
  });

  it.each([undefined, null, 5, 'abc', {}, new Set([1]), new Map()])(
    'throws a TypeError for many(%p), which is not an array',
    (keys) => {
      expect(() => nameOf.many(keys as never)).toThrow(TypeError);
      expect(() => nameOf.many(keys as never)).toThrow(/"nameOf".*many to be an array; got/);
    },
  );

  it.each([undefined, null])('throws a TypeError for the key %p of prime', (key) => {
    expect(() => nameOf.prime(key, 'none')).toThrow(TypeError);
  });

  it('accepts every other key: 0, the empty string, false, NaN, symbols, functions, objects', async () => {
    const echo = batch((keys: readonly unknown[]) => [...keys]);
    const keys = [0, '', false, NaN, Symbol('key'), () => 1, {}, [], 10n];
    expect(await echo.many(keys)).toEqual(keys);
  });

  it('is not thenable, if it is awaited without a call', async () => {
    expect(await (nameOf as unknown)).toBe(nameOf);
  });
});

describe('a resolver that returns', () => {
  class Rows {
    readonly length = 2;
  }
  const wrongResults: readonly (readonly [name: string, answer: unknown, inMessage: string])[] = [
    ['undefined', undefined, 'undefined'],
    ['null', null, 'null'],
    ['a number', 5, '5'],
    ['a string as long as its array of keys', 'ab', '"ab"'],
    ['true', true, 'true'],
    ['a symbol', Symbol('rows'), 'Symbol(rows)'],
    ['a function', function rows() {}, 'function rows'],
    ['an object', { 1: 'one', 2: 'two' }, '{"1":"one","2":"two"}'],
    ['a class instance with a length', new Rows(), 'an instance of Rows'],
    ['a Set', new Set(['one', 'two']), 'an instance of Set'],
    ['a WeakMap', new WeakMap(), 'an instance of WeakMap'],
    ['a typed array', new Uint8Array(2), 'an instance of Uint8Array'],
    ['an Error', new RangeError('no rows'), 'RangeError: no rows'],
    ['an array that is too short', ['one'], 'an array of 1'],
    ['an array that is too long', ['one', 'two', 'three'], 'an array of 3'],
  ];

  it.each(wrongResults)(
    '%s fails all keys with a BatchResultError that names the result',
    async (_name, answer, inMessage) => {
      const nameOf = batch((() => answer) as Resolver<number, string>, { name: 'nameOf' });
      const promised = batch((() => Promise.resolve(answer)) as Resolver<number, string>, { name: 'nameOf' });
      for (const load of [nameOf, promised]) {
        for (const result of await allSettled([load(1), load(2)])) {
          expect(result).toMatchObject({ status: 'rejected', reason: { batch: 'nameOf', keys: [1, 2] } });
          const reason: unknown = 'reason' in result ? result.reason : undefined;
          expect(reason).toBeInstanceOf(BatchResultError);
          expect(String(reason)).toContain(inMessage);
          expect(String(reason)).toMatch(
            /^BatchResultError: Batch "nameOf" requested 2 key\(s\), 1, 2, and its resolver returned /,
          );
        }
      }
    },
  );

  it('a generator object fails its keys with an error that names it', async () => {
    const generating = function* (ids: readonly number[]): Generator<string> {
      yield* ids.map(userName);
    };
    const nameOf = batch(generating as unknown as Resolver<number, string>);
    await expect(nameOf(1)).rejects.toMatchObject({
      message: expect.stringContaining('returned a generator object') as string,
    });
  });

  it('an array with holes gives undefined as the value of each hole', async () => {
    const nameOf = batch<number, string | undefined>(() => new Array<string>(2));
    expect(await nameOf.many([1, 2])).toEqual([undefined, undefined]);
  });

  it('a promise of a promise is awaited, but not a promise inside of an object', async () => {
    const nested = batch((ids: readonly number[]) => Promise.resolve(Promise.resolve([...ids])));
    expect(await nested(1)).toBe(1);
    const promises = batch((ids: readonly number[]) => ids.map((id) => ({ promise: Promise.resolve(id) })));
    expect(await (await promises(1)).promise).toBe(1);
  });

  it('an object whose getter `then` throws fails its keys', async () => {
    const broken = {
      get then(): never {
        throw new Error('broken then');
      },
    };
    const nameOf = batch(() => broken);
    await expect(nameOf(1)).rejects.toThrow('broken then');
  });

  it('an object whose method `subscribe` throws fails its keys', async () => {
    const broken = {
      subscribe: () => {
        throw new Error('broken subscribe');
      },
    };
    const nameOf = batch((() => broken) as unknown as Resolver<number, string>);
    await expect(nameOf(1)).rejects.toBeInstanceOf(Error);
  });

  it('a Map whose method `has` throws fails its keys', () => {
    class Broken extends Map<number, string> {
      override has(): never {
        throw new Error('broken map');
      }
    }
    for (const answer of [() => new Broken(), () => of(new Broken())]) {
      runVirtual(({ flush }) => {
        const nameOf = batch<number, string>(answer, { concurrency: 1 });
        const recordings = [listen(nameOf(1)), listen(nameOf(2))];
        flush();
        expect(recordings.map(({ errors }) => errors)).toEqual([[new Error('broken map')], [new Error('broken map')]]);
      });
    }
  });
});

describe('errors of another realm', () => {
  it('fail their keys', async () => {
    const { runInNewContext } = await import('node:vm');
    const foreign: unknown = runInNewContext('new RangeError("foreign")');
    const nameOf = batch((ids: readonly number[]) => ids.map((id) => (id === 1 ? (foreign as Error) : userName(id))));
    expect(await allSettled([nameOf(1), nameOf(2)])).toEqual([
      { status: 'rejected', reason: foreign },
      { status: 'fulfilled', value: 'user 2' },
    ]);
  });
});

describe('a resolver that throws a value that is not an Error', () => {
  it.each([undefined, null, 'text', 0])('fails its keys with %p unchanged', async (thrown) => {
    const throwing = batch<number, string>(() => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- the value under test
      throw thrown;
    });
    const rejecting = batch<number, string>(() => Promise.resolve().then(() => Future.fail(thrown)));
    expect(await allSettled([throwing(1), rejecting(1)])).toEqual([
      { status: 'rejected', reason: thrown },
      { status: 'rejected', reason: thrown },
    ]);
  });
});

describe('an AsyncValue that is set by hand while its batch is in flight', () => {
  it('does not affect the other keys of the batch', () => {
    runVirtual(({ flush }) => {
      const nameOf = batch(recorder().resolve);
      const started = nameOf(1).start();
      const other = listen(nameOf(2));
      started.set('by hand');
      flush();
      expect(started.value).toBe('by hand');
      expect(other.values).toEqual(['user 2']);
    });
  });
});
