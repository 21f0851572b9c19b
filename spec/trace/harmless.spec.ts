/**
 * What looking on, or failing, never does to a program: it runs, fails and warns as it would have.
 */
import fc from 'fast-check';
import { timer } from 'rxjs';
import { all, batch, debug, allSettled, task, type BatchFunction } from 'sluice';
import { trace$ } from 'sluice/trace';
import { Item } from '../../src/batch/item';
import { perform, type Account } from '../support/perform';
import { runAlone } from '../support/process';
import { programs, type Program } from '../support/program';

let warn: jest.SpyInstance<void, [string]>;

beforeEach(() => {
  warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined) as typeof warn;
});
afterEach(() => {
  debug(false);
  warn.mockRestore();
});

/** What a process prints whose one task fails with `mine`, which another catches. */
const saidAfter = (beforehand: string): { readonly lines: readonly string[]; readonly stderr: string } => {
  const { lines, stderr } = runAlone(`
    const { debug } = require('sluice');
    const inner = task(function* inner() { yield rx.timer(0); throw new RangeError('mine'); });
    const outer = task(function* outer() { try { return yield* inner(); } catch (error) { return error.message; } });
    process.on('uncaughtException', (error) => console.log('uncaught ' + error.message));
    ${beforehand}
    outer().then((value) => console.log('value ' + value), (error) => console.log('failed ' + error.message));
  `);
  return { lines, stderr };
};

describe('whatever the program is', () => {
  const anyProgram = programs('at once', 'by Observable', 'key by key');
  const traced = (program: Program): Account => {
    const watching = trace$.subscribe();
    try {
      return perform(program);
    } finally {
      watching.unsubscribe();
    }
  };

  it('it does the same under a trace, and with debugging on', () => {
    fc.assert(
      fc.property(anyProgram, (program) => {
        const alone = perform(program);
        expect(traced(program)).toEqual(alone);
        using _on = debug();
        expect(traced(program)).toEqual(alone);
      }),
      { numRuns: 200 },
    );
  });
});

describe('debugging keeps no failure from whoever waits', () => {
  it.each([
    ['gives the frames as a list', '(_, sites) => sites'],
    ['gives nothing', '() => undefined'],
    ['gives what is no text', '() => ({ split: 7 })'],
  ])('where Error.prepareStackTrace %s', (_, prepare) => {
    expect(saidAfter(`debug(); Error.prepareStackTrace = ${prepare};`)).toEqual({ lines: ['value mine'], stderr: '' });
  });

  it('where Error.prepareStackTrace throws', () => {
    // Node itself may fall over it as well.
    const { lines } = saidAfter('debug(); Error.prepareStackTrace = () => { throw new Error("no stack today"); };');
    expect(lines).toContain('value mine');
  });

  it('nor anybody from asking, where Error.stackTraceLimit cannot be written', () => {
    const frozen = 'Object.defineProperty(Error, "stackTraceLimit", { value: 10, writable: false });';
    expect(saidAfter(`${frozen} debug();`)).toEqual({ lines: ['value mine'], stderr: '' });
  });
});

describe('results that throw as they are read', () => {
  it('fail their batch, with debugging on as with debugging off', () => {
    const said = (isOn: boolean): readonly string[] =>
      runAlone(`
        const { debug } = require('sluice');
        debug(${String(isOn)});
        process.on('uncaughtException', (error) => console.log('uncaught ' + error.message));
        let reads = 0;
        const lazy = { get: () => { reads++; throw new Error('lazy'); } };
        const ask = batch((keys) => Object.defineProperty(keys.map(() => 1), 0, lazy));
        ask(1).then(console.log, (error) => console.log('failed ' + error.message, reads));
      `).lines;
    expect(said(false)).toEqual([expect.stringMatching(/^failed/)]);
    expect(said(true)).toEqual(said(false));
  });
});

describe('a key that nobody can put into words', () => {
  const SERVICE = `
    class Service { static name = Symbol('service'); }
    process.on('uncaughtException', (error) => console.log('uncaught ' + error.message));`;

  it('is told of all the same', () => {
    const { lines } = runAlone(`${SERVICE}
      require('sluice/trace').trace$.subscribe();
      const make = batch((keys) => keys.map((Key) => new Key()), { name: 'make' });
      make(Service).then(() => console.log('made'));
    `);
    expect(lines).toEqual(['made']);
  });

  it('fails as any other does', () => {
    const { lines } = runAlone(`${SERVICE}
      const make = batch(() => { throw new Error('down'); }, { name: 'make' });
      make(Service).then(() => console.log('made'), (error) => console.log('failed ' + error.message));
    `);
    expect(lines).toEqual(['failed down']);
  });

  it('is not put into words where what it fails with has no stack to write that on', async () => {
    let calls = 0;
    const key = { id: 1, toJSON: () => (calls++, { id: 1 }) };
    const ask = batch<typeof key, never>(() => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- it is what this is about
      throw 'down';
    });
    await expect(ask(key)).rejects.toBe('down');
    expect(calls).toBe(0);
  });
});

describe('what a task fails with', () => {
  const failedWith = (error: unknown): PromiseLike<unknown> =>
    task(function* inner() {
      yield timer(0);
      throw error;
    })().then(undefined, (thrown: unknown) => thrown);

  it('stays as it is where it is no error, also if it has a stack of its own', async () => {
    const thrown = { status: 404, stack: 'MERN' };
    expect(await failedWith(thrown)).toBe(thrown);
    expect(thrown).toEqual({ status: 404, stack: 'MERN' });
  });

  it.each([
    ['a DOMException', () => new DOMException('x', 'AbortError')],
    ['sealed', () => Object.seal(new Error('sealed'))],
    ['not extensible', () => Object.preventExtensions(new Error('closed'))],
    ['an AggregateError', () => new AggregateError([new Error('one')], 'many')],
  ])('gets a line on its stack and nothing else, and can be cloned: %s', async (_, make) => {
    const error = make();
    expect(await failedWith(error)).toBe(error);
    expect(error.stack).toContain('at task inner');
    expect(Object.keys(error)).toEqual([]);
    expect(() => structuredClone(error)).not.toThrow();
  });

  it('shows no more of itself than before, also where it inherits its stack', async () => {
    const error = Object.create(new Error('base')) as Error;
    await failedWith(error);
    expect(Object.keys(error)).toEqual([]);
  });
});

describe('the doctor says nothing', () => {
  it('of results that name each other, but not by an id', async () => {
    debug();
    const partners = new Map([
      [1, 2],
      [2, 1],
    ]);
    const spouseOf = batch((ids: readonly number[]) => ids.map((id) => ({ spouseId: partners.get(id) })));
    await all([spouseOf(1), spouseOf(2)]);
    expect(warn.mock.calls).toEqual([]);
  });

  it.each(['id', '_id', 'key', 'uuid'])('unless what is in another order is %s', async (name) => {
    debug();
    const rowOf = batch((ids: readonly number[]) => [...ids].reverse().map((id) => ({ [name]: id })));
    await all([rowOf(1), rowOf(2)]);
    expect(warn.mock.calls).toHaveLength(1);
  });

  it('of a batch function that is made when it is first needed, and kept', async () => {
    debug();
    let kept: BatchFunction<number, number> | undefined;
    const names = (): BatchFunction<number, number> =>
      (kept ??= batch((ids: readonly number[]) => ids, { name: 'names' }));
    const visit = task(function* visit() {
      return yield* names()(1);
    });
    await visit();
    await visit();
    expect(warn.mock.calls).toEqual([]);
  });
});

describe('a failure that all of a flight share', () => {
  /** How often it was asked whether somebody still waits for a key, while so many of them fail. */
  async function questionsOf(count: number): Promise<number> {
    const shared = new Error('shared');
    const inner = batch<number, never>(() => {
      throw shared;
    });
    const helper = task(function* helper(id: number) {
      return yield* inner(id);
    });
    const outer = batch<number, number>(
      task(function* resolve(ids, flush) {
        for (const id of ids.slice(0, -1)) flush.succeed(id, id);
        yield* allSettled(ids.map((id) => helper(id)));
        return ids;
      }),
    );
    const asked = jest.spyOn(Item.prototype, 'isWanted', 'get');
    try {
      await allSettled(Array.from({ length: count }, (_, id) => outer(id)));
      return asked.mock.calls.length;
    } finally {
      asked.mockRestore();
    }
  }

  it('costs each key the same, however many there are', async () => {
    const [few, many] = [await questionsOf(100), await questionsOf(1000)];
    expect(few).toBeGreaterThan(100);
    expect(many).toBeLessThan(12 * few);
  });
});
