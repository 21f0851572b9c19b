/**
 * The events of `trace$` for tasks, keys and batches.
 */
import { config, map, NEVER, of, timer, type Subscription } from 'rxjs';
import { all, batch, BatchScheduler, debug, Future, task } from 'sluice';
import { trace$, type TraceEvent } from 'sluice/trace';
import { instrumentation } from '../../src/scheduler/instrumentation';
import { after, atOnce } from '../support/batches';
import { virtualScheduler } from '../support/virtual-time';
import { summariesOf, ofType, recordEvents, recordEventsWhile } from './record-events';

afterEach(() => {
  debug(false);
});

describe('a subscriber of trace$', () => {
  it('installs the instrumentation, which the last subscriber removes', () => {
    expect(instrumentation.current).toBeUndefined();
    const [one, other] = [trace$.subscribe(), trace$.subscribe()];
    expect(instrumentation.current).toBeDefined();
    one.unsubscribe();
    expect(instrumentation.current).toBeDefined();
    other.unsubscribe();
    expect(instrumentation.current).toBeUndefined();
  });

  it('receives the same events with the same ids as the others', () => {
    const [heard, alsoHeard]: TraceEvent[][] = [[], []];
    const one = trace$.subscribe((event) => heard?.push(event));
    const other = trace$.subscribe((event) => alsoHeard?.push(event));
    task(function* visit() {
      return yield* Future.of(1);
    })().block();
    one.unsubscribe();
    other.unsubscribe();
    expect(heard).toHaveLength(2);
    expect(heard).toEqual(alsoHeard);
  });

  it('receives no event of a task that began before the subscription', async () => {
    const ask = atOnce();
    const early = task(function* early() {
      yield timer(1);
      return yield* ask('a');
    })();
    const running = early.start();
    const recorded = await recordEventsWhile(() => running);
    expect(ofType(recorded, 'task-begin')).toEqual([]);
    expect(ofType(recorded, 'task-end')).toEqual([]);
    expect(ofType(recorded, 'batch-ask').map(({ task }) => task)).toEqual([undefined]);
  });

  it('receives the flush, and nothing earlier, of a batch that opened before the subscription', async () => {
    const ask = atOnce();
    const early = ask('a').start();
    const recorded = await recordEventsWhile(() => all([early, ask('b')]));
    expect(summariesOf(recorded)).toEqual(['batch-flush ?', 'batch-land ?']);
  });

  it('receives ids that no earlier trace has used', () => {
    const visit = task(() => 1);
    const ids = new Set<number>();
    for (let times = 3; times > 0; times--) {
      const subscription = trace$.subscribe((event) => 'id' in event && ids.add(event.id));
      visit().block();
      subscription.unsubscribe();
    }
    expect(ids.size).toBe(3);
  });

  it('may unsubscribe during an event', () => {
    const heard: string[] = [];
    const subscription = trace$.subscribe(({ type }) => {
      heard.push(type);
      subscription.unsubscribe();
    });
    expect(task(() => 7)().block()).toBe(7);
    expect(heard).toEqual(['task-begin']);
    expect(instrumentation.current).toBeUndefined();
  });
});

describe('a task', () => {
  it('has events from its first step to its last', () => {
    const ask = after(3, { name: 'upper' });
    const visit = task(function* visit(key: string) {
      const upper = yield* ask(key);
      return upper;
    });
    const recorded = recordEvents(() => visit('a').subscribe());
    expect(recorded).toEqual([
      { type: 'task-begin', id: 1, name: 'visit', at: 0 },
      { type: 'batch-open', id: 2, batch: 'upper', scheduler: 'batchScheduler', at: 0 },
      { type: 'batch-ask', id: 2, key: '"a"', isNew: true, task: 1, at: 0 },
      { type: 'task-wait', id: 1, for: 'upper', at: 0 },
      { type: 'batch-flush', id: 2, batch: 'upper', keys: ['"a"'], reason: 'quiescent', tasks: [1], at: 0 },
      { type: 'task-resume', id: 1, at: 3 },
      { type: 'batch-land', id: 2, outcome: 'succeeded', at: 3 },
      { type: 'task-end', id: 1, outcome: 'succeeded', at: 3 },
    ]);
  });

  it('has the waiting task as its parent: directly, in all(), in a record', () => {
    const leaf = task(function* leaf() {
      yield timer(1);
    });
    const root = task(function* root() {
      yield* leaf();
      yield* all([leaf(), leaf()]);
      yield { one: leaf() };
      yield* leaf().start();
    });
    const begins = ofType(
      recordEvents(() => root().subscribe()),
      'task-begin',
    );
    expect(begins.map(({ name, parent }) => [name, parent])).toEqual([
      ['root', undefined],
      ...new Array<unknown>(5).fill(['leaf', 1]),
    ]);
  });

  it('has the running task as its parent if that subscribes to it', () => {
    const leaf = task(function* leaf() {
      yield timer(1);
    });
    const root = task(function* root() {
      leaf().subscribe();
      yield timer(2);
      leaf().subscribe();
    });
    const begins = ofType(
      recordEvents(() => root().subscribe()),
      'task-begin',
    );
    expect(begins.map(({ name, parent }) => [name, parent])).toEqual([
      ['root', undefined],
      ['leaf', 1],
      ['leaf', 1],
    ]);
  });

  it('has the task that yields an Observable of it as its parent, also through operators', () => {
    const leaf = task(function* leaf() {
      yield timer(1);
    });
    const root = task(function* root() {
      yield leaf().pipe(map(() => 1));
      yield* all([leaf().pipe(map(() => 1)), of(1)]);
    });
    const begins = ofType(
      recordEvents(() => root().subscribe()),
      'task-begin',
    );
    expect(begins.map(({ name, parent }) => [name, parent])).toEqual([
      ['root', undefined],
      ['leaf', 1],
      ['leaf', 1],
    ]);
  });

  it('has the innermost task as its parent if that subscribes to it within a yielded Observable', () => {
    const leaf = task(function* leaf() {
      yield timer(1);
    });
    const middle = task(function* middle() {
      leaf().subscribe();
      yield timer(1);
    });
    const root = task(function* root() {
      yield middle().pipe(map(() => 1));
    });
    const begins = ofType(
      recordEvents(() => root().subscribe()),
      'task-begin',
    );
    expect(begins.map(({ id, name, parent }) => [id, name, parent])).toEqual([
      [1, 'root', undefined],
      [2, 'middle', 1],
      [3, 'leaf', 2],
    ]);
  });

  it('has no parent if code outside of tasks starts it while other tasks wait', () => {
    const waits = task(() => NEVER);
    const late = task(() => 1);
    const recorded = recordEvents(({ at }) => {
      waits().subscribe();
      at(1, () => void late().subscribe());
    });
    expect(ofType(recorded, 'task-begin').map(({ parent }) => parent)).toEqual([undefined, undefined]);
  });

  it('has the flight as its parent if it is a resolver', () => {
    const ask = batch(
      task(function* resolver(keys: readonly string[]) {
        return keys;
      }),
      { name: 'ask' },
    );
    const recorded = recordEvents(() => ask('a').subscribe());
    const [open] = ofType(recorded, 'batch-open');
    expect(ofType(recorded, 'task-begin').map(({ parent }) => parent)).toEqual([open?.id]);
  });

  it('has its outcome in its end event', () => {
    const recorded = recordEvents(({ at }) => {
      task(() => 1)().subscribe();
      task(() => {
        throw new RangeError('too far');
      })().subscribe({ error: () => undefined });
      const waiting = task(() => NEVER)().subscribe();
      at(4, () => waiting.unsubscribe());
    });
    expect(ofType(recorded, 'task-end')).toEqual([
      { type: 'task-end', id: 1, outcome: 'succeeded', at: 0 },
      { type: 'task-end', id: 2, outcome: 'failed', error: 'RangeError: too far', at: 0 },
      { type: 'task-end', id: 3, outcome: 'cancelled', at: 4 },
    ]);
  });

  it('names the batches and tasks that it waits for, with their number, and describes other waits', () => {
    const ask = after(1, { name: 'upper' });
    const inner = task(function* inner() {
      yield timer(1);
    });
    const root = task(function* root() {
      yield* ask('a');
      yield* all([ask('a'), ask('b'), inner()]);
      yield timer(1);
      yield* inner();
    });
    const recorded = recordEvents(() => root().subscribe());
    const waits = ofType(recorded, 'task-wait').filter(({ id }) => id === 1);
    expect(waits.map((wait) => wait.for)).toEqual([
      'upper',
      'upper × 2, inner',
      'an Observable or promise that task "root" waits for',
      'inner',
    ]);
  });

  it('has no wait event for a task that ends synchronously', () => {
    const atOnceToo = task(() => 1);
    const root = task(function* root() {
      yield* atOnceToo();
      yield* atOnceToo();
      yield timer(1);
    });
    const waits = ofType(
      recordEvents(() => root().subscribe()),
      'task-wait',
    );
    expect(waits.map((wait) => wait.for)).toEqual(['an Observable or promise that task "root" waits for']);
  });

  it('has a resume event for each wait event, also during its clean-up', () => {
    const tidy = task(function* tidy() {
      try {
        yield NEVER;
      } finally {
        yield timer(2);
      }
    });
    const recorded = recordEvents(({ at }) => {
      const running = tidy().subscribe();
      at(1, () => running.unsubscribe());
    });
    expect(recorded.map(({ type, at }) => [type, at])).toEqual([
      ['task-begin', 0],
      ['task-wait', 0],
      ['task-resume', 1],
      ['task-wait', 1],
      ['task-resume', 3],
      ['task-end', 3],
    ]);
  });

  it('says where it was asked for, with debugging on', () => {
    debug();
    const recorded = recordEvents(() => task(() => 1)().subscribe());
    expect(ofType(recorded, 'task-begin')[0]?.calledAt).toMatch(/^at .*trace\.spec\.ts:\d+:\d+/);
  });

  it('has no call site with debugging off', () => {
    const recorded = recordEvents(() => task(() => 1)().subscribe());
    expect(ofType(recorded, 'task-begin')[0]).not.toHaveProperty('calledAt');
  });
});

describe('a key', () => {
  it('is new in its first request in a batch only', () => {
    const ask = after(1, { name: 'upper' });
    const visit = task(function* visit(key: string) {
      return yield* ask(key);
    });
    const recorded = recordEvents(() => all([visit('a'), visit('b'), visit('a')]).subscribe());
    expect(ofType(recorded, 'batch-ask').map(({ key, isNew, task }) => [key, isNew, task])).toEqual([
      ['"a"', true, 1],
      ['"b"', true, 3],
      ['"a"', false, 4],
    ]);
    expect(ofType(recorded, 'batch-flush').map(({ keys, tasks }) => [keys, tasks])).toEqual([
      [
        ['"a"', '"b"'],
        [1, 4, 3],
      ],
    ]);
  });

  it('has no task if code outside of tasks requests it', () => {
    const recorded = recordEvents(() => after(1)('a').subscribe());
    expect(ofType(recorded, 'batch-ask')[0]).not.toHaveProperty('task');
    expect(ofType(recorded, 'batch-flush')[0]?.tasks).toEqual([]);
  });

  it('is new again after all its waiters have unsubscribed', () => {
    const ask = after(1);
    const recorded = recordEvents(() => {
      ask('b').subscribe();
      ask('a').subscribe().unsubscribe();
      ask('a').subscribe();
    });
    expect(ofType(recorded, 'batch-ask').map(({ key, isNew }) => [key, isNew])).toEqual([
      ['"b"', true],
      ['"a"', true],
      ['"a"', true],
    ]);
  });

  it('that is cached has a recall event instead of a request event', () => {
    const ask = after(1, { name: 'upper', cache: true });
    const visit = task(function* visit() {
      yield* ask('a');
      yield* ask('a');
    });
    const recorded = recordEvents(() => visit().subscribe());
    expect(ofType(recorded, 'batch-recall')).toEqual([
      { type: 'batch-recall', batch: 'upper', key: '"a"', task: 1, at: 1 },
    ]);
    expect(ofType(recorded, 'batch-ask')).toHaveLength(1);
  });

  it('that is cached has a recall event, also if its subscriber clears the key and requests it again', () => {
    const ask = after(1, { name: 'upper', cache: true });
    const requestAgain = (): void => {
      ask.clear('a');
      ask('a').subscribe();
    };
    const recorded = recordEvents(() => {
      ask.prime('a', 'A');
      ask('a').subscribe(requestAgain);
    });
    expect(ofType(recorded, 'batch-ask').map(({ isNew }) => isNew)).toEqual([true]);
    expect(ofType(recorded, 'batch-recall')).toHaveLength(1);
  });

  it('says where it was asked for, with debugging on', () => {
    debug();
    const ask = after(1);
    const recorded = recordEvents(() => {
      ask('a').subscribe();
      ask.many(['b']).subscribe();
    });
    const places = ofType(recorded, 'batch-ask').map(({ calledAt }) => calledAt);
    expect(places).toEqual([
      expect.stringMatching(/trace\.spec\.ts:\d+:\d+/),
      expect.stringMatching(/trace\.spec\.ts:\d+:\d+/),
    ]);
    expect(new Set(places).size).toBe(2);
  });
});

describe('a batch', () => {
  const endOf = (program: Parameters<typeof recordEvents>[0]): unknown[] =>
    ofType(recordEvents(program), 'batch-land').map(({ outcome, error, at }) => [outcome, error, at]);
  const quietly = { error: () => undefined };

  it('lands when its resolver has returned the results', () => {
    expect(endOf(() => after(5)('a').subscribe())).toEqual([['succeeded', undefined, 5]]);
  });

  it('fails with its resolver', () => {
    const broken = batch((): never => {
      throw new Error('down');
    });
    expect(endOf(() => broken('a').subscribe(quietly))).toEqual([['failed', 'Error: down', 0]]);
  });

  it('fails if each of its keys fails', () => {
    const one = batch((keys: readonly string[]) => keys.map((key) => new Error(`no ${key}`)));
    const recorded = recordEvents(() => ['a', 'b'].forEach((key) => one(key).subscribe(quietly)));
    expect(ofType(recorded, 'batch-land')).toEqual([
      expect.objectContaining({ outcome: 'failed', error: 'Error: no a', failedKeys: 2 }),
    ]);
  });

  it('fails if its resolver returns too few results', () => {
    const short = batch(() => [] as string[]);
    expect(endOf(() => short('a').subscribe(quietly))).toEqual([
      ['failed', expect.stringContaining('BatchResultError') as string, 0],
    ]);
  });

  it('succeeds if only some of its keys fail', () => {
    const one = batch((keys: readonly string[]) => keys.map((key) => (key === 'a' ? new Error('not a') : key)));
    expect(endOf(() => ['a', 'b'].forEach((key) => one(key).subscribe(quietly)))).toEqual([
      ['succeeded', '1 key(s) failed: Error: not a', 0],
    ]);
  });

  it('is cancelled when all waiters unsubscribe during its flight', () => {
    const program: Parameters<typeof recordEvents>[0] = ({ at }) => {
      const asked = after(5)('a').subscribe();
      at(3, () => asked.unsubscribe());
    };
    expect(endOf(program)).toEqual([['cancelled', undefined, 3]]);
  });

  it('is cancelled when all waiters unsubscribe before its flush', () => {
    const program: Parameters<typeof recordEvents>[0] = ({ at }) => {
      const asked = after(5, { window: 9 })('a').subscribe();
      at(3, () => asked.unsubscribe());
    };
    expect(endOf(program)).toEqual([['cancelled', undefined, 3]]);
    expect(ofType(recordEvents(program), 'batch-flush')).toEqual([]);
  });

  it('is cancelled when all waiters unsubscribe while the full batch waits for concurrency', () => {
    const recorded = recordEvents(({ at }) => {
      const ask = after(5, { maxSize: 1, concurrency: 1 });
      ask('a').subscribe();
      const asked = ask('b').subscribe();
      at(3, () => asked.unsubscribe());
    });
    expect(ofType(recorded, 'batch-land').map(({ id, outcome, at }) => [id, outcome, at])).toEqual([
      [2, 'cancelled', 3],
      [1, 'succeeded', 5],
    ]);
  });

  it('has times in frames if its scheduler has a virtual clock', () => {
    const { clock, scheduler } = virtualScheduler({ name: 'virtual' });
    const ask = after(0, { scheduler, window: 12 });
    const times: unknown[] = [];
    const subscription = trace$.subscribe(({ type, at }) => times.push([type, at]));
    scheduler.schedule(() => ask('a').subscribe());
    clock.flush();
    subscription.unsubscribe();
    expect(times).toEqual([
      ['batch-open', 0],
      ['batch-ask', 0],
      ['batch-flush', 12],
    ]);
  });

  it('has times since the epoch on real time', async () => {
    const before = performance.timeOrigin + performance.now();
    const recorded = await recordEventsWhile(() => atOnce()('a'));
    const now = performance.timeOrigin + performance.now();
    const times = recorded.map(({ at }) => at);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times.every((at) => before <= at && at <= now)).toBe(true);
  });
});

describe('the order of events', () => {
  it('is the order in which tasks and batches change', () => {
    const authorOf = after(2, { name: 'authorOf' });
    const nameOf = after(2, { name: 'nameOf' });
    const visit = task(function* visit(key: string) {
      return yield* nameOf(yield* authorOf(key));
    });
    const recorded = recordEvents(() => all([visit('a'), visit('b')]).subscribe());
    expect(summariesOf(recorded)).toEqual([
      'task-begin visit',
      'batch-open authorOf',
      'batch-ask authorOf',
      'task-wait visit',
      'task-begin visit',
      'batch-ask authorOf',
      'task-wait visit',
      'batch-flush authorOf',
      'task-resume visit',
      'task-resume visit',
      'batch-land authorOf',
      'batch-open nameOf',
      'batch-ask nameOf',
      'task-wait visit',
      'batch-ask nameOf',
      'task-wait visit',
      'batch-flush nameOf',
      'task-resume visit',
      'task-resume visit',
      'batch-land nameOf',
      'task-end visit',
      'task-end visit',
    ]);
  });

  it('is the same in each run of a program', () => {
    const program = (): void => {
      const [one, other] = [after(2, { name: 'one', maxSize: 3 }), after(1, { name: 'other', window: 1 })];
      const visit = task(function* visit(key: string) {
        const both = yield* all([one(key), other(key)]);
        return yield* one(both.join());
      });
      all(['a', 'b', 'c', 'd'].map((key) => visit(key))).subscribe();
    };
    expect(recordEvents(program)).toEqual(recordEvents(program));
  });
});

describe('an observer', () => {
  let looksOn: Subscription | undefined;
  afterEach(() => looksOn?.unsubscribe());

  it('that throws does not affect the program, and receives later events', async () => {
    const outer = config.onUnhandledError;
    const reported: unknown[] = [];
    const isReported = new Promise<void>((resolve) => {
      config.onUnhandledError = (error) => {
        reported.push((error as Error).message);
        if (reported.length === 2) resolve();
      };
    });
    const heard: string[] = [];
    const subscription = trace$.subscribe(({ type }) => {
      heard.push(type);
      throw new Error(`not ${type}`);
    });
    const value = task(() => 7)().block();
    subscription.unsubscribe();
    await isReported;
    config.onUnhandledError = outer;
    expect(value).toBe(7);
    expect(heard).toEqual(['task-begin', 'task-end']);
    expect(reported).toEqual(['not task-begin', 'not task-end']);
  });

  it('that loads a key during an event receives every event once, and the program ends', () => {
    const [asked, logged] = [after(1, { name: 'asked' }), after(1, { name: 'logged' })];
    const log = (keys: readonly string[]): void => void logged(keys.join()).subscribe();
    const heard: TraceEvent[] = [];
    const recorded = recordEvents(() => {
      looksOn = trace$.subscribe((event) => {
        heard.push(event);
        if (event.type === 'batch-flush' && event.batch === 'asked') log(event.keys);
      });
      all([asked('a'), asked('b')]).subscribe();
    });
    expect(summariesOf(recorded).sort()).toEqual(
      ['asked', 'asked', 'logged']
        .map((name) => `batch-ask ${name}`)
        .concat(['asked', 'logged'].flatMap((name) => ['flush', 'land', 'open'].map((type) => `batch-${type} ${name}`)))
        .sort(),
    );
    expect(heard).toHaveLength(recorded.length);
  });

  it('that loads a key during each task event receives every event once', () => {
    const [asked, logged] = [after(1, { name: 'asked' }), after(1, { name: 'logged' })];
    const log = (type: string): void => void logged(type).subscribe();
    const recorded = recordEvents(() => {
      looksOn = trace$.subscribe(({ type }) => {
        if (type.startsWith('task')) log(type);
      });
      task(function* visit() {
        yield* asked('a');
      })().subscribe();
    });
    const events = summariesOf(recorded);
    for (const event of ['task-begin visit', 'task-end visit', 'batch-land asked', 'task-resume visit']) {
      expect(events.filter((one) => one === event)).toHaveLength(1);
    }
  });

  it('that starts tasks does not become their parent', () => {
    const logs = task(function* logs() {
      yield timer(1);
    });
    const begin = (): void => void logs().subscribe();
    const recorded = recordEvents(() => {
      let left = 1;
      looksOn = trace$.subscribe(() => {
        if (left-- > 0) begin();
      });
      task(() => timer(1))().subscribe();
    });
    expect(ofType(recorded, 'task-begin').map(({ parent }) => parent)).toEqual([undefined, undefined]);
  });
});

describe('another scheduler', () => {
  it('is named in the events of its batches, which have the requesting task', () => {
    const recorded = recordEvents(() => {
      const scheduler = new BatchScheduler({ name: 'other' });
      const ask = after(1, { scheduler });
      task(function* visit() {
        yield* ask('a');
      })().subscribe();
    });
    expect(ofType(recorded, 'batch-open').map(({ scheduler }) => scheduler)).toEqual(['other']);
    expect(ofType(recorded, 'batch-ask').map(({ task }) => task)).toEqual([1]);
    expect(ofType(recorded, 'batch-flush').map(({ tasks }) => tasks)).toEqual([[1]]);
  });
});
