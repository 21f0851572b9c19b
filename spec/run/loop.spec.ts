/** A world that stays open for several runs, and how it is left. */
import { config, NEVER, timer, VirtualTimeScheduler } from 'rxjs';
import { batchScheduler, CancelledError, Future, loop, run, ScopeClosedError, task, type AsyncValue } from 'sluice';
import { nextTurn } from '../support/recording-observer';
import { runAlone } from '../support/process';

const no = new Error('no');
const slow = (log: string[]) =>
  task(function* () {
    try {
      yield NEVER;
    } finally {
      yield timer(2);
      log.push('cleaned');
    }
  })();

describe('a loop', () => {
  it('has a scheduler of its own, with the options it is given', () => {
    const clock = new VirtualTimeScheduler();
    using mine = loop({ clock, name: 'mine' });
    using plain = loop();
    expect(mine.scheduler).toMatchObject({ clock, name: 'mine' });
    expect(plain.scheduler).toMatchObject({ name: 'loop' });
    expect(plain.scheduler).not.toBe(batchScheduler);
  });

  it('runs on the time of its clock', () => {
    const clock = new VirtualTimeScheduler();
    const world = loop({ clock });
    const ends: unknown[] = [];
    world.run([timer(1_000, clock)]).subscribe((results) => ends.push(results));
    world.close().subscribe(() => ends.push('closed'));
    clock.flush();
    expect(ends).toEqual([[0], 'closed']);
    expect(clock.frame).toBe(1_000);
  });

  it('does several runs, of which one that fails leaves the others alone', async () => {
    await using world = loop();
    const fails = world.run([Future.fail(no)]);
    const waits = world.run([timer(2)]);
    await expect(fails).rejects.toBe(no);
    expect(await waits).toEqual([0]);
    expect(await world.run([Future.of(1)])).toEqual([1]);
  });

  it('closes when its runs are over', async () => {
    const world = loop();
    const running = world.run([timer(2)]);
    await world.close();
    expect(running.isSet).toBe(true);
  });

  it('closes once, however often it is told to', () => {
    const world = loop();
    expect(world.close()).toBe(world.close());
    world[Symbol.dispose]();
    expect(world.close().isSet).toBe(true);
  });

  it('refuses to run anything once it is closed, with a ScopeClosedError', async () => {
    const world = loop({ name: 'mine' });
    await world.close();
    expect(() => world.run([Future.of(1)])).toThrow(ScopeClosedError);
    expect(() => world.run([Future.of(1)])).toThrow('"mine"');
  });
});

describe('leaving a loop', () => {
  const leaving = async (leave: (log: string[]) => Promise<unknown>): Promise<unknown[]> => {
    const log: string[] = [];
    try {
      await leave(log);
    } catch (error) {
      return [...log, error];
    }
    return log;
  };

  it('by a throw ends what runs in it, clean-up and all, with await using', async () => {
    let running: AsyncValue<unknown> | undefined;
    const log = await leaving(async (log) => {
      await using world = loop();
      running = world.run([slow(log)]);
      await nextTurn();
      throw no;
    });
    expect(log).toEqual(['cleaned', no]);
    expect(running?.error).toBeInstanceOf(CancelledError);
  });

  it('by a throw cancels what runs in it, and does not wait, with using', async () => {
    let running: AsyncValue<unknown> | undefined;
    const cleaned: string[] = [];
    const log = await leaving(async () => {
      using world = loop();
      running = world.run([slow(cleaned)]);
      await nextTurn();
      throw no;
    });
    expect(log).toEqual([no]);
    expect(running?.isSet).toBe(false);
    await expect(running).rejects.toBeInstanceOf(CancelledError);
    expect(cleaned).toEqual(['cleaned']);
  });

  it('in peace has nothing to wait for', async () => {
    expect(
      await leaving(async (log) => {
        await using world = loop();
        log.push(String(await world.run([Future.of(1)])));
      }),
    ).toEqual(['1']);
  });
});

describe('nothing of a run stays behind', () => {
  it('in the world of a loop, however its runs ended', async () => {
    await using world = loop();
    const fails = task(function* () {
      yield timer(1);
      throw no;
    });
    await world.run([timer(1)]);
    await expect(world.run([fails(), slow([])])).rejects.toBe(no);
    const cancelled = world.run([slow([])]);
    await nextTurn();
    cancelled.cancel();
    await expect(cancelled).rejects.toBeInstanceOf(CancelledError);
    expect(world.scheduler.state.describeExternalWaits()).toEqual([]);
    expect(world.scheduler.state.openBatches.isEmpty).toBe(true);
    // With nothing in it, it closes before this returns.
    expect(world.close().isSet).toBe(true);
  });

  it('where what was to be run made no sense', async () => {
    const told: unknown[] = [];
    config.onUnhandledError = (error) => told.push(error);
    await using world = loop();
    expect(() => world.run([5 as never])).toThrow(TypeError);
    expect(world.close().isSet).toBe(true);
    config.onUnhandledError = null;
    expect(told).toEqual([]);
  });

  it('that would keep the process alive, or be collected while it is open; but a loop that is left open is told of', () => {
    const { lines, stderr, hasEndedWell } = runAlone(`
      const { run, loop, CancelledError } = require('sluice');
      require('node:v8').setFlagsFromString('--expose_gc');
      const gc = require('node:vm').runInNewContext('gc');
      const collect = async () => {
        for (let round = 0; round < 5; round++) {
          await new Promise((resolve) => setTimeout(resolve, 5));
          gc();
        }
      };
      rx.config.onUnhandledError = (error) => console.log('told:', error.message);
      (async () => {
        await run([rx.timer(1), Future.of(1)]);
        await run([Future.fail(new Error('no'))]).then(null, () => {});
        try { run([5]); } catch {}
        try { run([], { returnErrors: 5 }); } catch {}
        try { loop(null); } catch {}
        const world = loop(); await world.run([Future.of(1)]); await world[Symbol.asyncDispose]();
        await collect();
        console.log('so far so good');
        loop({ name: 'forgotten' });
        await collect();
        console.log('over');
      })();
    `);
    expect(stderr).toBe('');
    expect(lines).toEqual(['so far so good', expect.stringMatching(/^told: .*"forgotten".*while it was open/), 'over']);
    expect(hasEndedWell).toBe(true);
  });
});

describe('wrong use', () => {
  it.each([[5], [undefined], [null], ['ab'], [Future.of(1)]])('of run, with %p for a list, is a TypeError', (list) => {
    expect(() => run(list as never)).toThrow(
      /^run: expected what it runs to be an array of futures; got|^run\(\) takes one array of futures: write run\(\[a, b\]\)/,
    );
  });

  const log: string[] = [];
  const first = task(() => log.push('started'))();

  it.each<[string, unknown[]]>([
    ['a number', [first, 5]],
    ['a hole', [first, , first]], // eslint-disable-line no-sparse-arrays -- it is what is wrong
    ['a task that was not called', [first, task(() => 1)]],
    ['an array', [first, [first]]],
    ['a text', [first, 'ab']],
  ])('of run, with %s in the list, is a TypeError before anything starts', async (_, list) => {
    expect(() => run(list as never)).toThrow(TypeError);
    expect(() => run(list as never)).toThrow(/at \[1\], to be a future, an Observable or a promise; got/);
    await nextTurn();
    expect(log).toEqual([]);
  });

  class NoError {
    readonly message = 'it only looks like one';
  }
  it.each([[5], ['RangeError'], [NoError], [[RangeError, 5]], [null], [{}]])(
    'of run, with returnErrors %p, is a TypeError before anything starts',
    async (returnErrors) => {
      const start = () => run([first], { returnErrors: returnErrors as never });
      expect(start).toThrow(TypeError);
      expect(start).toThrow(/expected `returnErrors` to be an error class, an array of them, or a predicate; got/);
      await nextTurn();
      expect(log).toEqual([]);
    },
  );

  it.each([[5], [null], ['ab'], [RangeError]])('of run or loop, with %p for a config, is a TypeError', (wrong) => {
    expect(() => run([], wrong as never)).toThrow(/^run: expected its config to be an object of options; got/);
    expect(() => loop(wrong as never)).toThrow(/^loop: expected its config to be an object of options; got/);
  });
});
