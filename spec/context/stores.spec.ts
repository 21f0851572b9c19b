/** A task sees the stores of `AsyncLocalStorage` of its start, also after every wait. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { NEVER, of, timer } from 'rxjs';
import { AsyncList, AsyncValue, batch, Future, loop, run, Scope, scoped, task } from 'sluice';
import { nextTurn } from '../support/recording-observer';
import { runAlone } from '../support/process';

describe('the AsyncLocalStorage stores', () => {
  const stores = new AsyncLocalStorage<string>();

  it('of a task are those of its start, before and after a shared flush; the resolver sees none', async () => {
    const seen: string[] = [];
    const see = (who: string) => seen.push(`${who} ${stores.getStore() ?? 'none'}`);
    const ask = batch(async (keys: readonly string[]) => {
      see('resolver');
      await Promise.resolve();
      see('resolver');
      return [...keys];
    });
    const work = task(function* (name: string) {
      see(name);
      yield* ask(name);
      see(name);
      yield timer(1);
      see(name);
    });
    await Promise.all([stores.run('A', async () => work('a')), stores.run('B', async () => work('b')), work('c')]);
    expect(seen.sort()).toEqual(
      ['a A', 'a A', 'a A', 'b B', 'b B', 'b B', 'c none', 'c none', 'c none', 'resolver none', 'resolver none'].sort(),
    );
  });

  it('of a task are visible in its input and in its subscriber', async () => {
    const seen: (string | undefined)[] = [];
    const gate = new AsyncValue<void>();
    const work = task(function* () {
      yield* gate;
      yield* Future.defer(() => {
        seen.push(stores.getStore());
        return of(1);
      });
    });
    const done = new Promise<void>((resolve) => {
      stores.run('A', () => {
        work().subscribe(() => {
          seen.push(stores.getStore());
          resolve();
        });
      });
    });
    stores.run('B', () => {
      gate.set();
    });
    await done;
    expect(seen).toEqual(['A', 'A']);
  });

  it('of a task do not leak to a task that was started without stores', async () => {
    const seen: (string | undefined)[] = [];
    const gate = new AsyncValue<void>();
    const waiting = task(function* () {
      yield* gate;
      seen.push(stores.getStore());
    })().start();
    stores.run('B', () => {
      gate.set();
    });
    await waiting;
    expect(seen).toEqual([undefined]);
  });

  it('are kept in started work', async () => {
    const work = task(function* () {
      yield timer(1);
      return stores.getStore();
    });
    const started = stores.run('A', () => work().start());
    expect(await started).toBe('A');
  });

  const see = task(function* () {
    const seen = [stores.getStore()];
    yield timer(1);
    seen.push(stores.getStore());
    return seen;
  });

  it('are kept in work of a scope, a run, a list, and a loop that was opened in another store', async () => {
    const scope = new Scope();
    await using inner = stores.run('opened', () => loop());
    const works = stores.run('A', () => [
      scope.start(see()),
      scope.start(async () => {
        const before = stores.getStore();
        await nextTurn();
        return [before, stores.getStore()];
      }),
      scope.start(function* () {
        return yield* see();
      }),
      run([see()]),
      inner.run([see()]),
      new AsyncList([see()]),
    ]);
    const seen = stores.run('B', () => Promise.all(works));
    expect((await seen).flat(2)).toEqual(Array.from({ length: 12 }, () => 'A'));
    await scope.close();
  });

  it('are absent in work that was started without stores, although other stores are in use', async () => {
    const scope = new Scope();
    const work = [scope.start(see()), run([see()]), see().start()];
    expect((await stores.run('B', () => Promise.all(work))).flat(2)).toEqual(
      Array.from({ length: 6 }, () => undefined),
    );
    await scope.close();
  });

  it('are kept in asynchronous clean-up, also if other work cancels', async () => {
    const seen: unknown[] = [];
    const careful = task(function* () {
      try {
        yield NEVER;
      } finally {
        seen.push(stores.getStore());
        yield timer(1);
        seen.push(stores.getStore());
      }
    });
    const work = stores.run('A', () => [careful().start(), run([careful()])]);
    await nextTurn();
    stores.run('B', () => work.forEach((value) => value.cancel()));
    await Promise.allSettled(work);
    expect(seen).toEqual(['A', 'A', 'A', 'A']);
  });

  it('are kept in the body of scoped() after the work that it started', async () => {
    const body = scoped(function* (scope) {
      const inner = yield* scope.start(see());
      return [...inner, stores.getStore()];
    });
    expect(await stores.run('A', async () => body)).toEqual(['A', 'A', 'A']);
  });

  it('may be several, and may hold a number', async () => {
    const other = new AsyncLocalStorage<number>();
    const both = task(function* () {
      yield timer(1);
      return [stores.getStore(), other.getStore()];
    });
    expect(await stores.run('A', async () => other.run(5, async () => both()))).toEqual(['A', 5]);
  });
});

it('work outside of all stores sees no store, although sluice was loaded inside one', () => {
  const { lines, stderr } = runAlone(`
    const { AsyncLocalStorage } = require('node:async_hooks');
    const stores = new AsyncLocalStorage();
    for (const name of Object.keys(require.cache)) delete require.cache[name];
    const sluice = stores.run('at load', () => require('sluice'));
    const see = sluice.task(function* () { yield rx.timer(1); return stores.getStore(); });
    const resolve = sluice.batch((keys) => keys.map(() => stores.getStore()));
    const show = (what) => (value) => console.log(what, value);
    stores.run('A', () => see().subscribe(show('inside')));
    see().subscribe(show('outside'));
    stores.run('A', () => resolve(1).subscribe(show('resolver')));
  `);
  expect(stderr).toBe('');
  expect([...lines].sort()).toEqual(['inside A', 'outside undefined', 'resolver undefined']);
});

describe('on a platform without AsyncLocalStorage, or without access to it,', () => {
  it.each([
    ['as in Node before 20.16', 'process.getBuiltinModule = undefined;'],
    [
      'as what bundlers put in the place of process',
      `const hidden = ['versions', 'getBuiltinModule', 'nextTick'];
      globalThis.process = new Proxy(process, { get: (node, name) => (hidden.includes(name) ? undefined : node[name]) });`,
    ],
    [
      'without finalisation and stack capture',
      'delete globalThis.FinalizationRegistry; delete Error.captureStackTrace;',
    ],
  ])('tasks work without stores: %s', (_, platform) => {
    const { lines, stderr, hasEndedWell } = runAlone(`
      for (const name of Object.keys(require.cache)) delete require.cache[name];
      ${platform}
      const sluice = require('sluice');
      const ask = sluice.batch(async (keys) => keys.map((key) => key * 2));
      const twice = sluice.task(function* (n) { yield rx.timer(1); return yield* ask(n); });
      const context = new (class extends sluice.TaskContext { pause() {} resume() {} })();
      sluice.run([twice(1), twice(2), sluice.within(context, twice(3))]).subscribe((results) => {
        const scope = new sluice.Scope();
        scope.start(async () => { await null; return twice(4); }).subscribe((last) => {
          console.log(...results, last);
          const failed = new sluice.AsyncValue();
          failed.fail(new Error('no'));
          if (!(failed.error instanceof Error)) process.exitCode = 2;
          scope.close();
        });
      });
    `);
    expect([lines, stderr, hasEndedWell]).toEqual([['2 4 6 8'], '', true]);
  });
});
