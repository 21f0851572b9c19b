/** A loop: a scheduler and a scope that stay open for several runs, and the ways to close them. */
import { config, NEVER, timer, VirtualTimeScheduler } from 'rxjs';
import { batchScheduler, CancelledError, Future, loop, run, ScopeClosedError, task, type AsyncValue } from 'sluice';
import { nextTurn } from '../support/recording-observer';
import { runAlone } from '../support/process';

const no = new Error('no');
const slowCleanUp = (log: string[]) =>
  task(function* () {
    try {
      yield NEVER;
    } finally {
      yield timer(2);
      log.push('cleaned');
    }
  })();

describe('a loop', () => {
  it('has its own scheduler, created with its options', () => {
    const clock = new VirtualTimeScheduler();
    using named = loop({ clock, name: 'requests' });
    using plain = loop();
    expect(named.scheduler).toMatchObject({ clock, name: 'requests' });
    expect(plain.scheduler).toMatchObject({ name: 'loop' });
    expect(plain.scheduler).not.toBe(batchScheduler);
  });

  it('uses the time of its clock', () => {
    const clock = new VirtualTimeScheduler();
    const open = loop({ clock });
    const ends: unknown[] = [];
    open.run([timer(1_000, clock)]).subscribe((results) => ends.push(results));
    open.close().subscribe(() => ends.push('closed'));
    clock.flush();
    expect(ends).toEqual([[0], 'closed']);
    expect(clock.frame).toBe(1_000);
  });

  it('runs several lists, and the failure of one does not affect the others', async () => {
    await using open = loop();
    const fails = open.run([Future.fail(no)]);
    const waits = open.run([timer(2)]);
    await expect(fails).rejects.toBe(no);
    expect(await waits).toEqual([0]);
    expect(await open.run([Future.of(1)])).toEqual([1]);
  });

  it('closes when its runs have ended', async () => {
    const open = loop();
    const running = open.run([timer(2)]);
    await open.close();
    expect(running.isSet).toBe(true);
  });

  it('closes once: close returns the same AsyncValue, also after Symbol.dispose', () => {
    const open = loop();
    expect(open.close()).toBe(open.close());
    open[Symbol.dispose]();
    expect(open.close().isSet).toBe(true);
  });

  it('refuses a run with a ScopeClosedError after it has closed', async () => {
    const open = loop({ name: 'requests' });
    await open.close();
    expect(() => open.run([Future.of(1)])).toThrow(ScopeClosedError);
    expect(() => open.run([Future.of(1)])).toThrow('"requests"');
  });
});

describe('leaving the block of a loop', () => {
  const logOf = async (block: (log: string[]) => Promise<unknown>): Promise<unknown[]> => {
    const log: string[] = [];
    try {
      await block(log);
    } catch (error) {
      return [...log, error];
    }
    return log;
  };

  it('by a throw with await using cancels its runs, and waits for their clean-up', async () => {
    let running: AsyncValue<unknown> | undefined;
    const log = await logOf(async (log) => {
      await using open = loop();
      running = open.run([slowCleanUp(log)]);
      await nextTurn();
      throw no;
    });
    expect(log).toEqual(['cleaned', no]);
    expect(running?.error).toBeInstanceOf(CancelledError);
  });

  it('by a throw with using cancels its runs, and does not wait for their clean-up', async () => {
    let running: AsyncValue<unknown> | undefined;
    const cleaned: string[] = [];
    const log = await logOf(async () => {
      using open = loop();
      running = open.run([slowCleanUp(cleaned)]);
      await nextTurn();
      throw no;
    });
    expect(log).toEqual([no]);
    expect(running?.isSet).toBe(false);
    await expect(running).rejects.toBeInstanceOf(CancelledError);
    expect(cleaned).toEqual(['cleaned']);
  });

  it('normally has nothing to wait for', async () => {
    expect(
      await logOf(async (log) => {
        await using open = loop();
        log.push(String(await open.run([Future.of(1)])));
      }),
    ).toEqual(['1']);
  });
});

describe('a loop keeps nothing of its runs', () => {
  it('after runs that succeed, fail or are cancelled', async () => {
    await using open = loop();
    const fails = task(function* () {
      yield timer(1);
      throw no;
    });
    await open.run([timer(1)]);
    await expect(open.run([fails(), slowCleanUp([])])).rejects.toBe(no);
    const cancelled = open.run([slowCleanUp([])]);
    await nextTurn();
    cancelled.cancel();
    await expect(cancelled).rejects.toBeInstanceOf(CancelledError);
    expect(open.scheduler.state.describeExternalWaits()).toEqual([]);
    expect(open.scheduler.state.openBatches.isEmpty).toBe(true);
    // An empty loop closes before `close` returns.
    expect(open.close().isSet).toBe(true);
  });

  it('after a call of run with a wrong argument', async () => {
    const reported: unknown[] = [];
    config.onUnhandledError = (error) => reported.push(error);
    await using open = loop();
    expect(() => open.run([5 as never])).toThrow(TypeError);
    expect(open.close().isSet).toBe(true);
    config.onUnhandledError = null;
    expect(reported).toEqual([]);
  });

  it('that would keep the process alive, and is reported if it is collected while it is open', () => {
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
      rx.config.onUnhandledError = (error) => console.log('reported:', error.message);
      (async () => {
        await run([rx.timer(1), Future.of(1)]);
        await run([Future.fail(new Error('no'))]).then(null, () => {});
        try { run([5]); } catch {}
        try { run([], { returnErrors: 5 }); } catch {}
        try { loop(null); } catch {}
        const requests = loop(); await requests.run([Future.of(1)]); await requests[Symbol.asyncDispose]();
        await collect();
        console.log('nothing reported');
        loop({ name: 'forgotten' });
        await collect();
        console.log('over');
      })();
    `);
    expect(stderr).toBe('');
    expect(lines).toEqual([
      'nothing reported',
      expect.stringMatching(/^reported: .*"forgotten".*while it was open/),
      'over',
    ]);
    expect(hasEndedWell).toBe(true);
  });
});

describe('wrong use of run and loop is a TypeError', () => {
  it.each([[5], [undefined], [null], ['ab'], [Future.of(1)]])('run with %p as its list', (list) => {
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
  ])('run with %s in its list, before anything starts', async (_, list) => {
    expect(() => run(list as never)).toThrow(TypeError);
    expect(() => run(list as never)).toThrow(/at \[1\], to be a future, an Observable or a promise; got/);
    await nextTurn();
    expect(log).toEqual([]);
  });

  class NoError {
    readonly message = 'not an Error';
  }
  it.each([[5], ['RangeError'], [NoError], [[RangeError, 5]], [null], [{}]])(
    'run with returnErrors %p, before anything starts',
    async (returnErrors) => {
      const start = () => run([first], { returnErrors: returnErrors as never });
      expect(start).toThrow(TypeError);
      expect(start).toThrow(/expected `returnErrors` to be an error class, an array of them, or a predicate; got/);
      await nextTurn();
      expect(log).toEqual([]);
    },
  );

  it.each([[5], [null], ['ab'], [RangeError]])('run or loop with %p as its config', (wrong) => {
    expect(() => run([], wrong as never)).toThrow(/^run: expected its config to be an object of options; got/);
    expect(() => loop(wrong as never)).toThrow(/^loop: expected its config to be an object of options; got/);
  });
});
