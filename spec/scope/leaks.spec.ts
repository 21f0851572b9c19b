/** Closed scopes release listeners, child scopes and tasks; each spec runs in a process of its own. */
import { runAlone } from '../support/process';

/** `collect` runs the garbage collector repeatedly. */
const alone = (program: string): ReturnType<typeof runAlone> =>
  runAlone(`
    const { Scope, scoped, boundTo } = require('sluice');
    const { getEventListeners } = require('node:events');
    require('node:v8').setFlagsFromString('--expose-gc');
    const gc = require('node:vm').runInNewContext('gc');
    const collect = async () => {
      for (let round = 0; round < 5; round++) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        gc();
      }
    };
    (async () => { ${program} })();
  `);

describe('an AbortSignal', () => {
  it('keeps no listener of ten thousand closed scopes', () => {
    const { lines, stderr } = alone(`
      const { signal } = new AbortController();
      const scopes = Array.from({ length: 10_000 }, () => new Scope({ signal }));
      await Promise.all(scopes.map((scope) => scope.close()));
      console.log(getEventListeners(signal, 'abort').length);
    `);
    expect(lines).toEqual(['0']);
    expect(stderr).toBe('');
  });

  it('keeps no listener of scopes that were cancelled, failed, or ran a body', () => {
    const { lines } = alone(`
      const { signal } = new AbortController();
      const [cancelled, failed] = [new Scope({ signal }), new Scope({ signal })];
      cancelled.cancel();
      failed.start(() => Promise.reject(new Error('no')));
      const closed = [cancelled.close(), failed.close(), scoped(() => 1, { signal })];
      await Promise.allSettled(closed);
      console.log(getEventListeners(signal, 'abort').length);
    `);
    expect(lines).toEqual(['0']);
  });
});

describe('a process', () => {
  it('exits when a scope with a deadline has closed', () => {
    const ended = alone(`
      const scope = new Scope({ timeout: 3_600_000, grace: 3_600_000 });
      scope.start(async () => {});
      scope.start(rx.NEVER).cancel();
      await scope.close();
      console.log('closed');
    `);
    expect(ended).toEqual({ lines: ['closed'], stderr: '', hasEndedWell: true });
  });
});

describe('a scope that has closed', () => {
  it('is removed from its parent', () => {
    const { lines } = alone(`
      const parent = new Scope();
      const children = await (async () => {
        const forked = Array.from({ length: 100 }, () => parent.fork());
        for (const child of forked) child.start(async () => {});
        await Promise.all(forked.map((child) => child.close()));
        return forked.map((child) => new WeakRef(child));
      })();
      await collect();
      console.log(children.filter((child) => child.deref()).length);
      await parent.close();
    `);
    expect(lines).toEqual(['0']);
  });

  it('is not reported', () => {
    const ended = alone(`
      await (async () => void (await new Scope().close()))();
      await collect();
    `);
    expect(ended).toEqual({ lines: [], stderr: '', hasEndedWell: true });
  });
});

describe('a scope that is collected while it is open', () => {
  it('is reported by its name, and does not end the process', () => {
    const { stderr, hasEndedWell } = alone(`
      (() => void new Scope({ name: 'forgotten' }))();
      await collect();
    `);
    expect(stderr).toMatch(/Scope "forgotten" was collected while it was open/);
    expect(hasEndedWell).toBe(true);
  });

  it('is reported to config.onUnhandledError if that is set', () => {
    const { lines, stderr } = alone(`
      rx.config.onUnhandledError = ({ message }) => console.log(message);
      (() => void new Scope({ name: 'forgotten' }))();
      await collect();
    `);
    expect(lines).toEqual([expect.stringMatching(/^Scope "forgotten" was collected while it was open/)]);
    expect(stderr).toBe('');
  });
});

describe('the failure of a scope without a waiter', () => {
  it('is reported once, on collection, and does not end the process', () => {
    const { lines } = alone(`
      rx.config.onUnhandledError = ({ errors }) => console.log(errors.length);
      (() => {
        const scope = new Scope();
        scope.start(() => Promise.reject(new Error('no')));
        scope.close();
      })();
      await collect();
      await collect();
    `);
    expect(lines).toEqual(['1']);
  });
});

describe('half a million tasks through one scope', () => {
  /** Growth of memory in MB between a hundred thousand and half a million tasks. */
  const growth = (work: string, config = '{}'): number => {
    const { lines, stderr } = alone(`
      const scope = new Scope(${config});
      const batchOf = async (count) => {
        const values = Array.from({ length: count }, () => scope.start(${work}));
        await values.at(-1).then(undefined, () => {});
        for (const value of values) value.error; // counts as received
      };
      const used = async () => { await collect(); return process.memoryUsage().heapUsed / 2 ** 20; };
      for (let round = 0; round < 10; round++) await batchOf(10_000);
      const before = await used();
      for (let round = 0; round < 40; round++) await batchOf(10_000);
      console.log(await used() - before);
      await scope.close();
    `);
    expect(stderr).toBe('');
    return Number(lines[0]);
  };

  it('leave no memory in use', () => expect(growth('() => 1')).toBeLessThan(3));
  it('leave no memory in use when each fails and is handled', () => {
    const fails = '() => { throw fault; }';
    expect(growth(fails, `(globalThis.fault = new Error('no'), { errorMode: 'continue' })`)).toBeLessThan(3);
  });
});

describe('an error that the program keeps', () => {
  it('does not keep the task that caught it', () => {
    const { lines } = alone(`
      const kept = [];
      const keyOf = batch((keys) => keys.map((key) => new Error('no ' + key)), { name: 'keyOf' });
      const inner = task(function* inner() {
        return yield* keyOf(1);
      });
      const outer = task(function* outer(argument) {
        try {
          yield* inner();
        } catch (error) {
          kept.push(error);
        }
      });
      const failing = () => {
        const held = { of: 'the task' };
        return [new WeakRef(held), outer(held).then(() => undefined)];
      };
      const [held, ended] = failing();
      await ended;
      await collect();
      console.log(kept.length, kept[0].stack.includes('at task inner'), held.deref() === undefined);
    `);
    expect(lines).toEqual(['1 true true']);
  });
});

describe('scopes that are collected while open are reported once, as the outermost scope:', () => {
  it.each([
    ['nested scopes', 'let s = new Scope({ name: "root" }); for (let i = 0; i < 9; i++) s = s.fork();', 1],
    ['a cancelled scope with a finaliser that has not run', 'const s = new Scope(); s.ensure(() => 1); s.cancel();', 1],
    ['no report for a cancelled empty scope', 'new Scope().cancel();', 0],
    [
      'no report for a cancelled scope whose task has ended',
      'const s = new Scope(); s.start(rx.timer(1)); s.cancel();',
      0,
    ],
    [
      'no report for a cancelled scope whose task took time to end',
      `const s = new Scope();
      s.start(function* () { try { yield rx.NEVER; } finally { yield Promise.resolve(); } });
      setTimeout(() => s.cancel());`,
      0,
    ],
    [
      'no report for a cancelled scope with only nested empty scopes',
      'const r = new Scope(); let s = r; for (let i = 0; i < 9; i++) s = s.fork(); r.cancel();',
      0,
    ],
    [
      'no report for a cancelled scope whose bound subscription has ended',
      'const s = new Scope(); rx.NEVER.pipe(boundTo(s)).subscribe({ error() {} }); s.cancel();',
      0,
    ],
    ['a cancelled scope with a shielded child', 'const s = new Scope(); s.fork({ shield: true }); s.cancel();', 1],
    [
      'a cancelled scope whose child has a finaliser that has not run',
      'const s = new Scope(); s.fork().ensure(() => 1); s.fork(); s.cancel();',
      1,
    ],
  ])('%s', (_, open, count) => {
    const { lines } = alone(`
      rx.config.onUnhandledError = ({ message }) => console.log(message);
      (() => { ${open} })();
      await collect();
    `);
    expect(lines).toHaveLength(count);
  });
});
