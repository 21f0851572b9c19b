/**
 * `feedersFirst` holds a batch while another batch may still add keys to it.
 */
import { delay, mergeMap, of, Subject } from 'rxjs';
import {
  all,
  batch,
  BatchScheduler,
  feedersFirst,
  flushAll,
  largestFirst,
  task,
  type BatchConfig,
  type BatchFunction,
  type FlushEvent,
  type FlushPolicy,
  type Future,
  type SchedulerEvent,
} from 'sluice';
import { layeredPrograms, performLayered } from '../support/layered-program';
import { runAlone } from '../support/process';
import { unhandledErrorsOf } from '../support/unhandled';
import { virtualScheduler } from '../support/virtual-time';

type Load = BatchFunction<string, string>;

interface Program {
  /** A batch function with flights of 10 ms, unless `takes` says otherwise. */
  readonly make: (name: string, config?: BatchConfig<string> & { readonly takes?: number }) => Load;
  /** Starts a task, on its own, that loads the keys one after the other. */
  readonly load: (...steps: readonly Future<unknown>[]) => void;
  readonly scheduler: BatchScheduler;
}

/** Runs a program on virtual time, and returns its events. */
function eventsOf(program: (parts: Program) => void, policy: FlushPolicy = feedersFirst): SchedulerEvent[] {
  const { clock, scheduler } = virtualScheduler({ policy });
  const events: SchedulerEvent[] = [];
  scheduler.events$.subscribe((event) => events.push(event));
  const make: Program['make'] = (name, { takes = 10, ...config } = {}) =>
    batch((keys: readonly string[]) => of(keys.map((key) => key)).pipe(delay(takes, clock)), { name, ...config });
  const sequence = task(function* (steps: readonly Future<unknown>[]) {
    for (const step of steps) yield* step;
  });
  const load: Program['load'] = (...steps) => void sequence(steps).subscribe();
  scheduler.schedule(() => program({ make, load, scheduler }));
  clock.flush();
  return events;
}

const isFlush = (event: SchedulerEvent): event is FlushEvent => event.type === 'flush';

const flushesOf = (program: (parts: Program) => void, policy?: FlushPolicy): string[] =>
  eventsOf(program, policy)
    .filter(isFlush)
    .map(({ batch: name, keys, at, reason, heldFor }) => {
      const why = reason === 'quiescent' ? '' : ` ${reason}`;
      return `${at} ${name}(${keys.join('')})${why}${heldFor ? ` for ${heldFor.join()}` : ''}`;
    });

describe('feedersFirst', () => {
  it('flushes a partly cached list in two flushes', () => {
    const { clock, scheduler } = virtualScheduler({ policy: feedersFirst });
    const flushes: string[] = [];
    scheduler.events$.subscribe((event) => isFlush(event) && flushes.push(`${event.batch} ${event.keys.join()}`));
    const authorOf = batch((ids: readonly number[]) => ids.map((id) => id * 10), { name: 'authors', cache: true });
    const nameOf = batch((ids: readonly number[]) => ids.map((id) => `name ${id}`), { name: 'names' });
    const authorName = task(function* (answer: number) {
      return yield* nameOf(yield* authorOf(answer));
    });
    authorOf.on(scheduler).prime(1, 10);
    const names: string[][] = [];
    scheduler.schedule(() => all([authorName(1), authorName(2)]).subscribe((values) => names.push(values)));
    clock.flush();
    expect(flushes).toEqual(['authors 2', 'names 10,20']);
    expect(names).toEqual([['name 10', 'name 20']]);
  });

  it('holds a batch while a learned feeder is open, and while it is in flight', () => {
    const flushes = flushesOf(({ make, load, scheduler }) => {
      const [a, b] = [make('a'), make('b')];
      load(a('1'), b('1'));
      scheduler.schedule(() => {
        load(b('2'));
        load(a('2'), b('3'));
      }, 100);
      scheduler.schedule(() => load(b('4')), 105);
    });
    expect(flushes).toEqual(['0 a(1)', '10 b(1)', '100 a(2)', '110 b(243) for a']);
  });

  it('holds a batch for a feeder of its feeders', () => {
    const flushes = flushesOf(({ make, load, scheduler }) => {
      const [a, b, c] = [make('a'), make('b'), make('c')];
      load(a('1'), b('1'), c('1'));
      scheduler.schedule(() => {
        load(c('2'));
        load(a('2'), b('2'), c('3'));
      }, 100);
    });
    expect(flushes).toEqual(['0 a(1)', '10 b(1)', '20 c(1)', '100 a(2)', '110 b(2)', '120 c(23) for a,b']);
  });

  it('flushes the two sides of a diamond together, and its end once', () => {
    const flushes = flushesOf(({ make, load, scheduler }) => {
      const [top, left, right, end] = [make('top'), make('left'), make('right'), make('end')];
      load(top('1'), left('1'), end('1'));
      load(top('1'), right('1'), end('2'));
      scheduler.schedule(() => {
        load(end('3'));
        load(top('2'), left('2'), end('4'));
        load(top('3'), right('2'), end('5'));
      }, 100);
    });
    expect(flushes.slice(-4)).toEqual([
      '100 top(23)',
      '110 left(2)',
      '110 right(2)',
      '120 end(345) for top,left,right',
    ]);
  });

  it('flushes the largest of the batches that feed each other in a cycle', () => {
    const flushes = flushesOf(({ make, load, scheduler }) => {
      const [a, b] = [make('a'), make('b')];
      load(a('1'), b('1'), a('2'));
      scheduler.schedule(() => {
        load(a('3'), b('2'));
        load(b('3'), a('4'));
        load(b('4'), a('5'));
      }, 100);
    });
    expect(flushes.slice(3)).toEqual(['100 b(34)', '110 a(345) for b', '120 b(2)']);
  });

  it('flushes the batch of the highest priority of a cycle, and the oldest of equal ones', () => {
    const cycle = (config?: BatchConfig<string>): string[] =>
      flushesOf(({ make, load, scheduler }) => {
        const [a, b] = [make('a'), make('b', config)];
        load(a('1'), b('1'), a('2'));
        scheduler.schedule(() => {
          load(a('3'));
          load(b('3'));
        }, 100);
      }).slice(3);
    expect(cycle()).toEqual(['100 a(3)', '110 b(3) for a']);
    expect(cycle({ priority: 9 })).toEqual(['100 b(3)', '110 a(3) for b']);
  });

  it('flushes batches that nothing can feed together', () => {
    const flushes = flushesOf(({ make, load, scheduler }) => {
      const [a, b, c] = [make('a'), make('b'), make('c')];
      load(a('1'), c('1'));
      load(b('1'), c('2'));
      scheduler.schedule(() => {
        load(a('2'), c('3'));
        load(b('2'), c('4'));
      }, 100);
    });
    expect(flushes.slice(-3)).toEqual(['100 a(2)', '100 b(2)', '110 c(34)']);
  });

  it('takes a function of which nothing is known to feed all others, if a task waits for it', () => {
    const flushes = flushesOf(({ make, load }) => {
      const [a, b] = [make('a'), make('b')];
      load(b('1'));
      load(a('1'), b('2'));
      load(a('2'), b('3'));
    });
    expect(flushes).toEqual(['0 a(12)', '10 b(123) for a']);
  });

  it('flushes keys that no task waits for together', () => {
    const flushes = flushesOf(({ make }) => {
      make('a')('1').subscribe();
      make('b')('1').subscribe();
    });
    expect(flushes).toEqual(['0 a(1)', '0 b(1)']);
  });

  it('learns from a task what the task that started it has received', () => {
    const flushes = flushesOf(({ make, scheduler }) => {
      const [a, b] = [make('a'), make('b')];
      const inner = task(function* (key: string) {
        yield* b(key);
      });
      const outer = task(function* (key: string) {
        yield* a(key);
        yield* all([inner(key), inner(`${key}'`)]);
      });
      outer('1').subscribe();
      scheduler.schedule(() => {
        inner('2').subscribe();
        outer('3').subscribe();
      }, 100);
    });
    expect(flushes.slice(-2)).toEqual(['100 a(3)', `110 b(233') for a`]);
  });

  it('learns what a task requests after tasks that it has started', () => {
    const flushes = flushesOf(({ make, scheduler }) => {
      const [a, b] = [make('a'), make('b')];
      const inner = task(function* (key: string) {
        yield* a(key);
      });
      const outer = task(function* (key: string) {
        yield* inner(key);
        yield* b(key);
      });
      outer('1').subscribe();
      scheduler.schedule(() => {
        b('2').subscribe();
        outer('3').subscribe();
      }, 100);
    });
    expect(flushes.slice(-2)).toEqual(['100 a(3)', '110 b(23) for a']);
  });

  it('forgets what ten flights of the feeder have not confirmed, when the next one begins', () => {
    const flushes = flushesOf(({ make, load, scheduler }) => {
      const [a, b] = [make('a'), make('b')];
      load(a('x'), b('x'));
      for (let round = 1; round <= 12; round++) {
        scheduler.schedule(() => {
          load(b('y'));
          load(a('z'));
        }, round * 100);
      }
    });
    const isHeld = flushes.filter((flush) => flush.includes('b(y)')).map((flush) => flush.endsWith('for a'));
    expect(isHeld).toEqual([...Array<boolean>(11).fill(true), false]);
  });

  it('learns again what has become true again', () => {
    const flushes = flushesOf(({ make, load, scheduler }) => {
      const [a, b] = [make('a'), make('b')];
      load(a('x'), b('x'));
      for (let round = 1; round <= 12; round++) scheduler.schedule(() => load(a('z')), round * 100);
      scheduler.schedule(() => load(a('z'), b('z')), 1_300);
      scheduler.schedule(() => {
        load(b('y'));
        load(a('z'));
      }, 1_400);
    });
    expect(flushes.slice(-2)).toEqual(['1400 a(z)', '1410 b(y) for a']);
  });

  it('learns nothing from one scheduler for another', () => {
    const [a, b] = ['a', 'b'].map((name) =>
      batch((keys: readonly string[]) => keys.map((key) => key), { name }),
    ) as unknown as readonly [Load, Load];
    const flushesAfter = (warmUp: boolean): string[] => {
      const { clock, scheduler } = virtualScheduler({ policy: feedersFirst });
      const flushes: string[] = [];
      const both = task(function* () {
        yield* b(yield* a('1'));
      });
      if (warmUp) scheduler.schedule(() => both().subscribe());
      scheduler.schedule(() => {
        scheduler.events$.subscribe((event) => isFlush(event) && flushes.push(event.batch));
        b('2').subscribe();
        a('2').subscribe();
      }, 5);
      clock.flush();
      return flushes;
    };
    expect(flushesAfter(true)).toEqual(['a', 'b']);
    expect(flushesAfter(false)).toEqual(['b', 'a']);
  });

  it('is named in the message about an invalid policy', () => {
    expect(() => new BatchScheduler({ policy: 7 as unknown as FlushPolicy })).toThrow(
      /flushAll, largestFirst, feedersFirst/,
    );
  });
});

describe('the option feeds', () => {
  it('is taken before anything is learned, also for keys that no task waits for', () => {
    const flushes = flushesOf(({ make }) => {
      const b = make('b');
      const a = make('a', { feeds: [b] });
      b('1').subscribe();
      a('1')
        .pipe(mergeMap(() => b('2')))
        .subscribe();
    });
    expect(flushes).toEqual(['0 a(1)', '10 b(12) for a']);
  });

  it('is never forgotten', () => {
    const flushes = flushesOf(({ make, scheduler }) => {
      const b = make('b');
      const a = make('a', { feeds: [b] });
      for (let round = 0; round < 20; round++) scheduler.schedule(() => a('1').subscribe(), round * 100);
      scheduler.schedule(() => all([b('1'), a('1')]).subscribe(), 2_000);
    });
    expect(flushes.slice(-2)).toEqual(['2000 a(1)', '2010 b(1) for a']);
  });

  it('that is empty says that the function feeds none', () => {
    const flushes = flushesOf(({ make, load }) => {
      const [a, b] = [make('a', { feeds: [] }), make('b', { feeds: [] })];
      load(a('1'));
      load(b('1'));
    });
    expect(flushes).toEqual(['0 a(1)', '0 b(1)']);
  });

  it('has no effect under another policy', () => {
    const flushes = flushesOf(({ make }) => {
      const b = make('b');
      b('1').subscribe();
      make('a', { feeds: [b] })('1').subscribe();
    }, flushAll);
    expect(flushes).toEqual(['0 b(1)', '0 a(1)']);
  });

  it.each([
    ['no array', 7, /`feeds` to be an array of batch functions; got 7/],
    ['a function that is no batch function', [() => 1], /feeds\[0\] to be a batch function; got function/],
  ])('that is %s throws a TypeError that names it', (_case, feeds, message) => {
    const make = () => batch((keys: readonly number[]) => keys, { name: 'users', feeds: feeds as never });
    expect(make).toThrow(TypeError);
    expect(make).toThrow(message);
  });
});

describe('hold under feedersFirst', () => {
  const heldBy = (hold: number, takes: number): string[] =>
    flushesOf(({ make }) => {
      const b = make('b', { hold });
      b('1').subscribe();
      make('a', { feeds: [b], takes })('1').subscribe();
    });

  it('limits the time for which a batch is held', () => {
    expect(heldBy(5, 10)).toEqual(['0 a(1)', '5 b(1) hold-elapsed for a']);
  });

  it('that is longer than the flights of the feeders ends with them', () => {
    expect(heldBy(50, 10)).toEqual(['0 a(1)', '10 b(1) for a']);
  });

  it('of 0 holds a batch until the flights of the feeders have ended', () => {
    expect(heldBy(0, 1_000)).toEqual(['0 a(1)', '1000 b(1) for a']);
  });

  it('limits the time also while the window of a feeder is open', () => {
    const flushes = flushesOf(({ make }) => {
      const b = make('b', { hold: 5 });
      b('1').subscribe();
      make('a', { feeds: [b], window: 20 })('1').subscribe();
    });
    expect(flushes).toEqual(['5 b(1) hold-elapsed for a', '20 a(1) window']);
  });
});

describe('a held batch', () => {
  it('waits for a feeder whose window is open', () => {
    const flushes = flushesOf(({ make }) => {
      const b = make('b');
      b('1').subscribe();
      make('a', { feeds: [b], window: 20 })('1').subscribe();
    });
    expect(flushes).toEqual(['20 a(1) window', '30 b(1) for a']);
  });

  it('waits for a feeder that is held by its own `hold`', () => {
    const flushes = flushesOf(({ make, scheduler }) => {
      const b = make('b');
      b('1').subscribe();
      make('a', { feeds: [b], hold: 20 })('1').subscribe();
      scheduler.schedule(() => undefined, 7);
    });
    expect(flushes).toEqual(['7 a(1)', '17 b(1) for a']);
  });

  it('waits for a full batch of a feeder, which waits for a slot', () => {
    const flushes = flushesOf(({ make }) => {
      const b = make('b');
      const a = make('a', { feeds: [b], maxSize: 1, concurrency: 1 });
      b('1').subscribe();
      all([a('1'), a('2')]).subscribe();
    });
    expect(flushes).toEqual(['0 a(1) full', '10 a(2) full', '20 b(1) for a']);
  });

  it('is flushed when its feeder loses its last waiter', () => {
    const flushes = flushesOf(({ make, scheduler }) => {
      const b = make('b');
      b('1').subscribe();
      const waiting = make('a', { feeds: [b] })('1').subscribe();
      scheduler.schedule(() => waiting.unsubscribe(), 5);
    });
    expect(flushes).toEqual(['0 a(1)', '5 b(1) for a']);
  });

  it('is flushed when the flight of its feeder fails', () => {
    const answer = new Subject<string[]>();
    const flushes = flushesOf(({ make, scheduler }) => {
      const b = make('b');
      b('1').subscribe();
      batch<string, string>(() => answer, { name: 'a', feeds: [b] })('1').subscribe({ error: () => undefined });
      scheduler.schedule(() => answer.error(new Error('no')), 5);
    });
    expect(flushes).toEqual(['0 a(1)', '5 b(1) for a']);
  });

  it('is flushed by flush(), although its feeder is in flight', () => {
    const flushes = flushesOf(({ make, scheduler }) => {
      const b = make('b');
      b('1').subscribe();
      make('a', { feeds: [b] })('1').subscribe();
      scheduler.schedule(() => scheduler.flush(), 5);
    });
    expect(flushes).toEqual(['0 a(1)', '5 b(1) forced for a']);
  });
});

describe('a key that a resolver requests', () => {
  it('is not held for the flight of that resolver', () => {
    const flushes = flushesOf(({ make, load }) => {
      const b = make('b');
      const a = batch((keys: readonly string[]) => b.many(keys), { name: 'a', feeds: [b] });
      load(a('1'), b('2'));
      load(b('3'));
    });
    expect(flushes).toEqual(['0 a(1)', '0 b(31) for a', '10 b(2)']);
  });

  it('is not held for the flight of that resolver after an await', async () => {
    const scheduler = new BatchScheduler({ policy: feedersFirst });
    const b = batch((keys: readonly number[]) => keys, { name: 'b' });
    const a = batch(
      async (keys: readonly number[]) => {
        await Promise.resolve();
        return b.many(keys);
      },
      { name: 'a', feeds: [b] },
    );
    const value = await scheduler.run(async () => (await b(0), a(1)));
    expect(value).toBe(1);
  });
});

describe('a policy that reads feeders', () => {
  it('gets what the scheduler has learned since the first time', () => {
    const seen = new Set<string>();
    const policy: FlushPolicy = (open) => {
      for (const { name, feeders } of open) seen.add(`${name} < ${feeders.map((feeder) => feeder.name).join()}`);
      return open.filter(({ feeders }) => feeders.length === 0);
    };
    const flushes = flushesOf(({ make, load, scheduler }) => {
      const [a, b] = [make('a'), make('b')];
      load(a('1'), b('1'));
      scheduler.schedule(() => {
        load(b('2'));
        load(a('2'), b('3'));
      }, 100);
    }, policy);
    expect([...seen]).toEqual(['a < ', 'b < ', 'b < a']);
    expect(flushes.slice(-2)).toEqual(['100 a(2)', '110 b(23) for a']);
  });

  it('flushes something if it holds all for each other', () => {
    const policy: FlushPolicy = (open) => open.filter(({ feeders }) => feeders.length === 0);
    const flushes = flushesOf(({ make, load }) => {
      const [a, b] = [make('a'), make('b')];
      load(a('1'), b('1'), a('2'));
      load(b('2'), a('3'));
    }, policy);
    expect(flushes).not.toHaveLength(0);
    expect(flushes.join()).toContain('a(');
  });
});

describe('the feeders of a batch', () => {
  it('keep neither a batch function nor a scheduler alive', () => {
    const ended = runAlone(
      `
      const { BatchScheduler, feedersFirst } = require('sluice');
      const scheduler = new BatchScheduler({ policy: feedersFirst });
      const kept = batch((keys) => keys, { name: 'kept' });
      const references = [];
      const both = task(function* (one, other) {
        yield* one(1);
        yield* other(2);
        yield* one(3);
      });
      const use = async () => {
        const gone = batch((keys) => keys, { name: 'gone' });
        const other = new BatchScheduler({ policy: feedersFirst });
        references.push(new WeakRef(gone), new WeakRef(other));
        await scheduler.run(() => both(kept, gone));
        await other.run(() => both(kept, gone));
      };
      const look = (turns) => {
        gc();
        if (references.some((reference) => reference.deref()) && turns > 0) return setTimeout(look, 1, turns - 1);
        console.log(references.filter((reference) => reference.deref()).length);
        console.log(scheduler.name, typeof kept);
      };
      use().then(() => setTimeout(look, 1, 100));
      `,
      { flags: ['--expose-gc'] },
    );
    expect(ended).toEqual({ lines: ['0', 'BatchScheduler function'], stderr: '', hasEndedWell: true });
  });
});

describe('300 random programs', () => {
  const programs = layeredPrograms(300, 20);
  const sumUnder = (policy: FlushPolicy): { trips: number; rounds: number; results: readonly unknown[] } => {
    const accounts = programs.map((program) => performLayered(program, policy));
    return {
      trips: accounts.reduce((sum, { trips }) => sum + trips, 0),
      rounds: accounts.reduce((sum, { rounds }) => sum + rounds, 0),
      results: accounts.map(({ result }) => result),
    };
  };

  it('take fewer trips under feedersFirst than under both others, in fewer rounds than under largestFirst', () => {
    const [inRounds, oneByOne, feeding] = [flushAll, largestFirst, feedersFirst].map(sumUnder);
    expect(feeding?.results).toEqual(inRounds?.results);
    expect(feeding?.results).toEqual(oneByOne?.results);
    expect(feeding?.trips).toBeLessThan(inRounds?.trips ?? 0);
    expect(feeding?.trips).toBeLessThan(oneByOne?.trips ?? 0);
    expect(feeding?.rounds).toBeLessThan(oneByOne?.rounds ?? 0);
  });

  it('report no unhandled error', () => {
    expect(unhandledErrorsOf(() => void sumUnder(feedersFirst))).toEqual([]);
  });
});
