/** An argument that cannot be sent fails its own task through `error`, never by a throw, and no other task. */
import { defer, type Observable } from 'rxjs';
import { Future } from 'sluice';
import { TransferError, WorkerPool } from 'sluice/pool';
import { expectInvariants, expectInvariantsAndClose, type Recorder } from './pool-invariants';
import { fillPrefetchWindows } from './record-notifications';

const pool = new WorkerPool({ size: 1, name: 'arguments' });
afterAll(() => expectInvariantsAndClose(pool, () => undefined));

const identity = pool.task((value: unknown) => value, { name: 'identity' });

/** Expects that the call itself does not throw. */
const expectNoThrow = <T>(record: Recorder, ask: () => Observable<T>) => {
  let source: Observable<T> | undefined;
  expect(() => (source = ask())).not.toThrow();
  let recorded: ReturnType<typeof record<T>> | undefined;
  expect(() => (recorded = record(source ?? defer(ask)))).not.toThrow();
  return recorded;
};

const throwing = {
  get loud(): never {
    throw new RangeError('a getter that throws');
  },
};

describe('an argument that cannot be cloned', () => {
  const refused: [string, unknown, string][] = [
    ['a function', () => 1, 'args[0]'],
    ['a Symbol', Symbol('symbol'), 'args[0]'],
    ['a function deep in it', { list: [1, { run: () => 1 }] }, 'args[0].list[1].run'],
    ['a WeakMap', { cache: new WeakMap() }, 'args[0].cache'],
    ['a Proxy', { wrapped: new Proxy({}, {}) }, 'args[0].wrapped'],
    ['a promise', Promise.resolve(1), 'args[0]'],
    ['a getter that throws', throwing, 'args[0].loud'],
    ['a function in a Map', new Map([['run', () => 1]]), 'args[0]'],
    ['a port that is not moved', new MessageChannel().port1, 'args[0]'],
  ];

  it.each(refused)('fails its task with the path of the argument: %s', (_, value, path) =>
    expectInvariants(pool, async (record) => {
      const recorded = await expectNoThrow(record, () => identity(value));
      expect(recorded).toMatchObject({ items: [], ends: 1, isError: true });
      expect(recorded?.error).toBeInstanceOf(TransferError);
      expect(recorded?.error).toMatchObject({ code: 'SLUICE_TRANSFER', task: 'identity' });
      expect((recorded?.error as TransferError).path).toContain(path);
    }),
  );

  it.each(refused)('fails a job in the same way: %s', (_, value) =>
    expectInvariants(pool, async (record) => {
      const recorded = await expectNoThrow(record, () => pool.do((given: unknown) => given, value));
      expect(recorded?.error).toBeInstanceOf(TransferError);
    }),
  );

  const hostile: [string, () => unknown][] = [
    [
      'a Proxy that refuses everything',
      () =>
        new Proxy(
          {},
          Object.fromEntries(
            Reflect.ownKeys(Reflect).map((trap) => [
              trap,
              () => {
                throw new Error('a trap');
              },
            ]),
          ),
        ),
    ],
    [
      'a Proxy that was revoked',
      () => {
        const { proxy, revoke } = Proxy.revocable({}, {});
        revoke();
        return proxy;
      },
    ],
    [
      'nested too deep',
      () => {
        let value: unknown = () => 1;
        for (let depth = 0; depth < 100_000; depth++) value = [value];
        return value;
      },
    ],
  ];

  it.each(hostile)('fails its task although every access to it throws: %s', (_, make) =>
    expectInvariants(pool, async (record) => {
      const value = make();
      const recorded = await Promise.all([
        expectNoThrow(record, () => identity(value)),
        expectNoThrow(record, () => pool.do((given: unknown) => typeof given, value)),
      ]);
      for (const each of recorded) expect(each).toMatchObject({ items: [], ends: 1, isError: true });
    }),
  );

  it('keeps no slot: the other tasks of its batch run, and so do thousands after them', () =>
    expectInvariants(pool, async (record) => {
      await fillPrefetchWindows(pool);
      const recorded = await Promise.all(
        Array.from({ length: 3_000 }, (_, index) => record(identity(index % 3 === 0 ? () => index : index))),
      );
      recorded.forEach(({ items, error }, index) => {
        if (index % 3 === 0) expect(error).toBeInstanceOf(TransferError);
        else expect(items).toEqual([index]);
      });
    }));

  it('fails its task also if it was awaited first', () =>
    expectInvariants(pool, async (record) => {
      const call = pool.task((value: unknown) => value)(Future.of<unknown>(() => 1));
      expect((await record(call)).error).toBeInstanceOf(TransferError);
    }));

  it('fails its task before the task starts, if it is a future that fails', () =>
    expectInvariants(pool, async (record) => {
      const call = pool.task((value: number) => value)(Future.fail(new RangeError('no argument')));
      expect((await record(call)).error).toEqual(new RangeError('no argument'));
    }));
});

describe('an argument that can be cloned', () => {
  it('is cloned with the holes of an array', () =>
    expectInvariants(pool, async () => {
      // eslint-disable-next-line no-sparse-arrays -- it is what this is about
      const holey = [1, , 3];
      const seen = await pool.do((list: unknown[]) => [list.length, 1 in list, Object.keys(list)], holey);
      expect(seen).toEqual([3, false, ['0', '2']]);
    }));

  it('may be undefined, and is counted in arguments.length', () =>
    expectInvariants(pool, async () => {
      const count = (...args: unknown[]): unknown => [args.length, args];
      expect(await pool.do(count)).toEqual([0, []]);
      expect(await pool.do(count, undefined, null)).toEqual([2, [undefined, null]]);
    }));

  it('is cloned with its cycles, and with objects that two arguments share', () =>
    expectInvariants(pool, async () => {
      const cyclic: { self?: unknown } = {};
      cyclic.self = cyclic;
      const isSame = (one: { self?: unknown }, other: unknown): boolean => one.self === one && one === other;
      expect(await pool.do(isSame, cyclic, cyclic)).toBe(true);
    }));

  it.each([0, -0, NaN, '', false, null, undefined, 10n, new Date(0), /a/g, new Error('error')])(
    'arrives as it is: %p',
    (value) =>
      expectInvariants(pool, async () => {
        expect(await pool.do((given: unknown) => given, value)).toEqual(value);
      }),
  );
});
