/** Traces and debugging do not change a program: its results, failures and warnings stay the same. */
import fc from 'fast-check';
import { timer } from 'rxjs';
import { all, batch, debug, allSettled, task, type BatchFunction } from 'sluice';
import { trace$ } from 'sluice/trace';
import { PendingKey } from '../../src/batch/pending-key';
import { perform, type Account } from '../support/perform';
import { runAlone } from '../support/process';
import { programs, type Program } from '../support/program';
import { recordWarnings } from '../support/record-warnings';

const warnings = recordWarnings();
afterEach(() => {
  debug(false);
});

/** The output of a process in which a task catches the error `mine` of another task. */
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

describe('a random program', () => {
  const anyProgram = programs('at once', 'by Observable', 'key by key');
  const traced = (program: Program): Account => {
    const watching = trace$.subscribe();
    try {
      return perform(program);
    } finally {
      watching.unsubscribe();
    }
  };

  it('behaves the same under a trace and with debugging on', () => {
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

describe('debugging', () => {
  it.each([
    ['gives the frames as a list', '(_, sites) => sites'],
    ['gives nothing', '() => undefined'],
    ['gives what is no text', '() => ({ split: 7 })'],
  ])('where Error.prepareStackTrace %s', (_, prepare) => {
    expect(saidAfter(`debug(); Error.prepareStackTrace = ${prepare};`)).toEqual({ lines: ['value mine'], stderr: '' });
  });

  it('passes failures on if Error.prepareStackTrace throws', () => {
    // Node itself may fall over it as well.
    const { lines } = saidAfter('debug(); Error.prepareStackTrace = () => { throw new Error("no stack today"); };');
    expect(lines).toContain('value mine');
  });

  it('works if Error.stackTraceLimit is read-only', () => {
    const frozen = 'Object.defineProperty(Error, "stackTraceLimit", { value: 10, writable: false });';
    expect(saidAfter(`${frozen} debug();`)).toEqual({ lines: ['value mine'], stderr: '' });
  });
});

describe('results that throw when they are read', () => {
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

describe('a key that cannot be described', () => {
  const SERVICE = `
    class Service { static name = Symbol('service'); }
    process.on('uncaughtException', (error) => console.log('uncaught ' + error.message));`;

  it('appears in the trace', () => {
    const { lines } = runAlone(`${SERVICE}
      require('sluice/trace').trace$.subscribe();
      const make = batch((keys) => keys.map((Key) => new Key()), { name: 'make' });
      make(Service).then(() => console.log('made'));
    `);
    expect(lines).toEqual(['made']);
  });

  it('fails like any other key', () => {
    const { lines } = runAlone(`${SERVICE}
      const make = batch(() => { throw new Error('down'); }, { name: 'make' });
      make(Service).then(() => console.log('made'), (error) => console.log('failed ' + error.message));
    `);
    expect(lines).toEqual(['failed down']);
  });

  it('is not described if its error has no stack to extend', async () => {
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

describe('the error of a task', () => {
  const failedWith = (error: unknown): PromiseLike<unknown> =>
    task(function* inner() {
      yield timer(0);
      throw error;
    })().then(undefined, (thrown: unknown) => thrown);

  it('stays unchanged if it is not an Error, even with a stack', async () => {
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

  it('gets no new enumerable properties, also if it inherits its stack', async () => {
    const error = Object.create(new Error('base')) as Error;
    await failedWith(error);
    expect(Object.keys(error)).toEqual([]);
  });
});

describe('the doctor', () => {
  it('does not warn of results that refer to each other without an id', async () => {
    debug();
    const partners = new Map([
      [1, 2],
      [2, 1],
    ]);
    const spouseOf = batch((ids: readonly number[]) => ids.map((id) => ({ spouseId: partners.get(id) })));
    await all([spouseOf(1), spouseOf(2)]);
    expect(warnings()).toEqual([]);
  });

  it.each(['id', '_id', 'key', 'uuid'])('warns if the property in another order is %s', async (name) => {
    debug();
    const rowOf = batch((ids: readonly number[]) => [...ids].reverse().map((id) => ({ [name]: id })));
    await all([rowOf(1), rowOf(2)]);
    expect(warnings()).toHaveLength(1);
  });

  it('does not warn of a batch function that is created on first use and kept', async () => {
    debug();
    let kept: BatchFunction<number, number> | undefined;
    const names = (): BatchFunction<number, number> =>
      (kept ??= batch((ids: readonly number[]) => ids, { name: 'names' }));
    const visit = task(function* visit() {
      return yield* names()(1);
    });
    await visit();
    await visit();
    expect(warnings()).toEqual([]);
  });
});

describe('a failure that all keys of a flight share', () => {
  /** The number of checks for waiters of a key while `count` keys fail. */
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
    const asked = jest.spyOn(PendingKey.prototype, 'isWanted', 'get');
    try {
      await allSettled(Array.from({ length: count }, (_, id) => outer(id)));
      return asked.mock.calls.length;
    } finally {
      asked.mockRestore();
    }
  }

  it('has a constant cost for each key', async () => {
    const [few, many] = [await questionsOf(100), await questionsOf(1000)];
    expect(few).toBeGreaterThan(100);
    expect(many).toBeLessThan(12 * few);
  });
});
