/**
 * The chain of tasks on the stack of an error does not change other errors, is bounded, and has a constant cost per task.
 */
import { timer } from 'rxjs';
import { all, batch, batchScheduler, debug, Future, task } from 'sluice';
import { retryTask } from 'sluice/tools';
import { failureOf } from '../support/failure-of';

afterEach(() => {
  debug(false);
});

const chainOf = (error: unknown): string[] =>
  ((error as Error).stack ?? '').split('\n').filter((line) => /^ +at (task \w+|batch "|… more)/.test(line));

/** A future of two nested tasks and a key, which fails with `thrown`. */
const failWith = (thrown: unknown): Future<unknown> => {
  const key = batch(
    (): never => {
      throw thrown;
    },
    { name: 'key' },
  );
  const inner = task(function* inner(): Generator<unknown, unknown> {
    return yield* key(1);
  });
  const outer = task(function* outer(): Generator<unknown, unknown> {
    return yield* inner();
  });
  return outer();
};

describe.each([
  ['off', false],
  ['on', true],
])('with debugging %s, tasks rethrow unchanged:', (_, isOn) => {
  beforeEach(() => {
    debug(isOn);
  });

  it.each<readonly [string, unknown]>([
    ['a string', 'no'],
    ['nothing', undefined],
    ['null', null],
    ['a symbol', Symbol('no')],
    ['a function', () => 'no'],
    ['a number', 7],
    ['an object without a stack', { code: 7 }],
    ['an object whose stack is no text', { stack: 7 }],
    ['an object without a prototype', Object.create(null)],
  ])('%s', async (_what, thrown) => {
    expect(await failureOf(failWith(thrown))).toBe(thrown);
  });

  it('an error that is frozen', async () => {
    const error = Object.freeze(new Error('frozen'));
    const before = error.stack;
    expect(await failureOf(failWith(error))).toBe(error);
    expect(error.stack).toBe(before);
  });

  it('an error that is frozen and inherited from', async () => {
    const frozen = Object.freeze(new Error('frozen'));
    const before = frozen.stack;
    const error: unknown = Object.create(frozen);
    expect(await failureOf(failWith(error))).toBe(error);
    expect(frozen.stack).toBe(before);
  });

  it('an error of a class that is frozen', async () => {
    class FrozenError extends Error {
      constructor() {
        super('frozen');
        Object.freeze(this);
      }
    }
    const error = new FrozenError();
    const before = error.stack;
    expect(await failureOf(failWith(error))).toBe(error);
    expect(error.stack).toBe(before);
  });

  it('an error whose stack cannot be written', async () => {
    const error = Object.defineProperty(new Error('no'), 'stack', { value: 'its own', writable: false });
    expect(await failureOf(failWith(error))).toBe(error);
    expect(error.stack).toBe('its own');
  });

  it('an error whose stack throws as it is read', async () => {
    const error = Object.defineProperty(new Error('no'), 'stack', {
      get: () => {
        throw new TypeError('not for you');
      },
    });
    expect(await failureOf(failWith(error))).toBe(error);
  });

  it('an error whose stack throws as it is written', async () => {
    const error = Object.defineProperty(new Error('no'), 'stack', {
      get: () => 'its own',
      set: () => {
        throw new TypeError('not for you');
      },
    });
    expect(await failureOf(failWith(error))).toBe(error);
    expect(error.stack).toBe('its own');
  });

  it('a Proxy that throws on each access', () => {
    const trap = (): never => {
      throw new TypeError('not for you');
    };
    const error = new Proxy({}, { get: trap, set: trap, has: trap, getPrototypeOf: trap, ownKeys: trap });
    // Not by a promise, which would ask it whether it is one.
    const seen: boolean[] = [];
    failWith(error).subscribe({ error: (thrown: unknown) => seen.push(thrown === error) });
    batchScheduler.flush();
    expect(seen).toEqual([true]);
  });
});

describe('the chain of an error that is thrown repeatedly', () => {
  const known = (): { readonly error: Error; readonly ask: (id: number) => Future<unknown> } => {
    const error = new Error('always the same');
    return { error, ask: batch(() => Promise.reject(error), { name: 'ask' }) };
  };

  it('is extended once, however often a task retries', async () => {
    const { error, ask } = known();
    const attempt = task(function* attempt(): Generator<unknown, unknown> {
      return yield* ask(1);
    });
    const stubborn = task(function* stubborn(): Generator<unknown, unknown> {
      for (let left = 50; left > 0; left--) {
        try {
          return yield* attempt();
        } catch {
          // Once more.
        }
      }
      return yield* attempt();
    });
    expect(await failureOf(stubborn())).toBe(error);
    expect(chainOf(error)).toEqual([
      expect.stringContaining('batch "ask", key 1'),
      expect.stringContaining('task attempt'),
      expect.stringContaining('task stubborn'),
    ]);
  });

  it('is not extended by each attempt of retryTask', async () => {
    const { error, ask } = known();
    const attempt = task(function* attempt(): Generator<unknown, unknown> {
      return yield* ask(1);
    });
    await failureOf(retryTask(attempt, { attempts: 9, delay: 0 })());
    expect(chainOf(error).length).toBeLessThan(6);
  });

  it('is extended once if consecutive calls fail with a constant error', async () => {
    const { error, ask } = known();
    const visit = task(function* visit(): Generator<unknown, unknown> {
      return yield* ask(1);
    });
    for (let left = 50; left > 0; left--) await failureOf(visit());
    expect(chainOf(error)).toHaveLength(2);
  });

  it('is extended once if a task throws it in a loop', async () => {
    const error = new Error('always the same');
    const thrower = task(function* thrower(): Generator<unknown, unknown> {
      yield timer(0);
      throw error;
    });
    const catcher = task(function* catcher(): Generator<unknown, unknown> {
      for (let left = 50; left > 0; left--) {
        try {
          yield* thrower();
        } catch {
          // Once more.
        }
      }
      return 'done';
    });
    expect(await catcher()).toBe('done');
    expect(chainOf(error)).toHaveLength(1);
  });
});

describe('a long chain', () => {
  const nested = task(function* level(depth: number): Generator<unknown, unknown> {
    if (depth === 0) throw new Error('at the bottom');
    return yield* nested(depth - 1);
  });

  it('is complete up to a hundred lines', async () => {
    expect(chainOf(await failureOf(nested(98)))).toHaveLength(99);
  });

  it('is cut after a hundred lines, with a note', async () => {
    const chain = chainOf(await failureOf(nested(250)));
    expect(chain).toHaveLength(100);
    expect(chain.at(-2)).toContain('task level');
    expect(chain.at(-1)).toContain('… more tasks');
  });

  it('has a constant cost for each of many tasks', async () => {
    const error = await failureOf(nested(200_000));
    expect(chainOf(error)).toHaveLength(100);
  });

  it('has a constant cost for each of many tasks that wait in all()', async () => {
    const wide = task(function* level(depth: number): Generator<unknown, unknown> {
      if (depth === 0) throw new Error('at the bottom');
      return yield* all([wide(depth - 1)]);
    });
    expect(chainOf(await failureOf(wide(100_000)))).toHaveLength(100);
  });
});
