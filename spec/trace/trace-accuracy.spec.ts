/**
 * Programs whose events, spans or metrics were wrong once, and the invariants of every trace.
 */
import * as api from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import fc from 'fast-check';
import { mergeMap, timer } from 'rxjs';
import { all, AsyncValue, batch, Future, Scope, task } from 'sluice';
import { WorkerPool } from 'sluice/pool';
import { metrics, openTelemetry, spansOf, trace$, type TraceEvent } from 'sluice/trace';
import { after } from '../support/batches';
import { perform } from '../support/perform';
import { programs } from '../support/program';
import { warningsOf } from '../support/record-warnings';
import { testScheduler } from '../support/virtual-time';
import { ofType, recordEvents, recordEventsWhile } from './record-events';

const opensOf = (program: Parameters<typeof recordEvents>[0]): unknown[] =>
  ofType(recordEvents(program), 'batch-open').map(({ id, split }) => [id, split?.because, split?.from]);
const familyOf = (recorded: readonly TraceEvent[]): unknown[] =>
  ofType(recorded, 'task-begin').map(({ name, parent }) => [name, parent]);

describe('the wait event of a task', () => {
  const OBSERVABLE = 'an Observable or promise that task "root" waits for';
  const waitsOf = (root: () => Future<unknown>): unknown[] =>
    ofType(
      recordEvents(() => root().subscribe()),
      'task-wait',
    ).map((wait) => wait.for);

  it('leaves out keys that were answered synchronously', () => {
    const atOnce = batch((keys: readonly string[]) => keys, { maxSize: 1 });
    const root = task(function* root() {
      yield* atOnce('a');
      yield timer(1);
    });
    expect(waitsOf(root)).toEqual([OBSERVABLE]);
  });

  it('leaves out keys from which the task has unsubscribed', () => {
    const ask = after(50);
    const root = task(function* root() {
      ask('a').subscribe().unsubscribe();
      try {
        yield* all([ask('b'), Future.fail(new Error('no'))]);
      } catch {
        yield timer(1);
      }
    });
    expect(waitsOf(root)).toEqual([OBSERVABLE]);
  });
});

describe('the parent of a task', () => {
  const inner = task(() => 1);
  const blocksOnAll = task(function* one() {
    inner().block();
    all([inner(), inner()]).block();
  });

  it('is the task that blocks on the all() that contains it', () => {
    let events: readonly TraceEvent[] = [];
    warningsOf(() => {
      events = recordEvents(() => blocksOnAll().subscribe());
    });
    expect(familyOf(events)).toEqual([
      ['one', undefined],
      ['anonymous', 1],
      ['anonymous', 1],
      ['anonymous', 1],
    ]);
  });

  it('is the scope for the task that closes it', () => {
    const recorded = recordEvents(() => {
      const scope = new Scope();
      scope.start(timer(1));
      scope.close().subscribe();
    });
    const [scope] = ofType(recorded, 'scope-open');
    expect(familyOf(recorded)).toEqual([['close', scope?.id]]);
  });
});

describe('the split reason of a batch', () => {
  it('is absent after a full batch that landed long before', () => {
    const nameOf = after(2, { maxSize: 2 });
    const recorded = opensOf(({ at }) => {
      nameOf.many(['a', 'b']).subscribe();
      at(1000, () => void nameOf('c').subscribe());
    });
    expect(recorded).toEqual([
      [1, undefined, undefined],
      [2, undefined, undefined],
    ]);
  });

  it('names the full batch before it, which waits for concurrency', () => {
    const nameOf = after(2, { maxSize: 2, concurrency: 1 });
    const visit = task(function* visit() {
      yield* nameOf.many(['a', 'b', 'c', 'd', 'e']);
    });
    expect(opensOf(() => visit().subscribe())).toEqual([
      [2, undefined, undefined],
      [3, 'full', 2],
      [4, 'full', 3],
    ]);
  });

  it('is found between two batches of the partition NaN', () => {
    const nameOf = after(2, { partition: () => NaN });
    const two = task(function* two() {
      yield* nameOf('a');
      yield* nameOf('b');
    });
    expect(opensOf(() => two().subscribe())).toEqual([
      [2, undefined, undefined],
      [3, 'already-flushed', 2],
    ]);
  });

  it('ignores batches of an aborted run of virtual time', () => {
    const nameOf = batch((ids: readonly number[]) => ids, { window: 50, partition: (id) => id % 2 });
    const recorded = opensOf(() => {
      expect(() =>
        testScheduler().run(() => {
          nameOf(1).subscribe();
          throw new Error('an assertion');
        }),
      ).toThrow('an assertion');
      testScheduler().run(() => {
        nameOf(2).subscribe();
      });
    });
    expect(recorded).toEqual([
      [1, undefined, undefined],
      [2, undefined, undefined],
    ]);
  });
});

describe('a task that requests a key in flight', () => {
  const nameOf = after(10, { name: 'nameOf', cache: true });
  const visit = task(function* visit() {
    return yield* nameOf('a');
  });
  beforeEach(() => {
    nameOf.clearAll();
  });

  it('is counted once, as a recall from the cache', () => {
    const numbers = metrics();
    testScheduler().run(({ flush }) => {
      const watching = trace$.subscribe(numbers);
      nameOf('a').subscribe();
      timer(5)
        .pipe(mergeMap(() => nameOf('a')))
        .subscribe();
      flush();
      watching.unsubscribe();
    });
    expect(numbers.snapshot().batches['nameOf']).toMatchObject({ asks: 1, joins: 0, recalls: 1, flushes: 1 });
  });

  it('is listed once among the tasks that the flight serves', () => {
    const recorded = recordEvents(({ at }) => {
      visit().subscribe();
      at(5, () => void all([visit(), nameOf('a')]).subscribe());
    });
    const tasks = ofType(recorded, 'task-begin').map(({ id }) => id);
    expect(tasks).toHaveLength(2);
    expect(spansOf(recorded).find(({ kind }) => kind === 'flight')?.serves).toEqual(tasks);
  });

  it('is linked to from the flight in OpenTelemetry', () => {
    const exporter = new InMemorySpanExporter();
    const tracer = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).getTracer('spec');
    testScheduler().run(({ flush }) => {
      const watching = trace$.subscribe(openTelemetry(api, { tracer }));
      visit().subscribe();
      timer(5)
        .pipe(mergeMap(() => visit()))
        .subscribe();
      flush();
      watching.unsubscribe();
    });
    const spans = exporter.getFinishedSpans();
    const visits = spans.filter(({ name }) => name === 'visit').map((span) => span.spanContext().spanId);
    const links = spans.find(({ name }) => name === 'nameOf')?.links.map(({ context }) => context.spanId) ?? [];
    expect(links).toHaveLength(2);
    expect([...links].sort()).toEqual([...visits].sort());
  });
});

describe('on real time although a run of virtual time resumes the work, all events of', () => {
  const epoch = performance.timeOrigin;

  it('a task', async () => {
    const value = new AsyncValue<number>();
    const recorded = await recordEventsWhile(() => {
      const real = task(function* real() {
        return yield* value;
      })().start();
      testScheduler().run(() => value.set(1));
      return real;
    });
    expect(recorded.map(({ type }) => type)).toEqual(['task-begin', 'task-wait', 'task-resume', 'task-end']);
    expect(recorded.filter(({ at }) => at < epoch)).toEqual([]);
  });

  it('a flight', async () => {
    const value = new AsyncValue<number[]>();
    const ask = batch<number, number>(() => value);
    const recorded = await recordEventsWhile(async () => {
      const asked = ask(1).start();
      await new Promise(setImmediate);
      testScheduler().run(() => value.set([1]));
      await asked;
    });
    expect(recorded.map(({ type }) => type)).toEqual(['batch-open', 'batch-ask', 'batch-flush', 'batch-land']);
    expect(recorded.filter(({ at }) => at < epoch)).toEqual([]);
  });

  it('a scope and its work', async () => {
    const value = new AsyncValue<number>();
    const recorded = await recordEventsWhile(async () => {
      const scope = new Scope();
      scope.start(value);
      await new Promise(setImmediate);
      const closed = scope.close();
      testScheduler().run(() => value.set(1));
      await closed;
    });
    const types = recorded.map(({ type }) => type);
    expect(types).toEqual(expect.arrayContaining(['scope-open', 'work-begin', 'work-end', 'scope-close']));
    expect(recorded.filter(({ at }) => at < epoch)).toEqual([]);
  });
});

describe('a pool', () => {
  it('shares its metrics with all pools of its name', async () => {
    const numbers = metrics();
    const watching = trace$.subscribe(numbers);
    for (let times = 0; times < 2; times++) {
      const pool = new WorkerPool({ size: 1, name: 'brief' });
      await pool.do(() => 1);
      await pool.close();
    }
    watching.unsubscribe();
    const { pools } = numbers.snapshot();
    expect(Object.keys(pools)).toEqual(['brief']);
    expect(JSON.stringify(pools['brief'])).toContain('"succeeded":2');
  });

  it('has a failed thread span if the thread called process.exit', async () => {
    const recorded = await recordEventsWhile(async () => {
      const pool = new WorkerPool({ size: 1 });
      await pool.do(() => process.exit(3)).then(undefined, () => undefined);
      await pool.close();
    });
    const [first] = spansOf(recorded).filter(({ kind }) => kind === 'thread');
    expect(first).toMatchObject({ thread: 1, outcome: 'failed' });
  });
});

describe('in the trace of any program', () => {
  const anyProgram = programs('at once', 'by Observable', 'key by key');
  const eventsOf = (run: () => unknown): readonly TraceEvent[] => {
    const events: TraceEvent[] = [];
    const watching = trace$.subscribe((event) => events.push(event));
    run();
    watching.unsubscribe();
    return events;
  };
  /** Checks the traces of two hundred random programs. */
  const holds = (check: (events: readonly TraceEvent[]) => void): void =>
    fc.assert(
      fc.property(anyProgram, (program) => check(eventsOf(() => perform(program)))),
      { numRuns: 200 },
    );

  it('no event is earlier than the one before it', () => {
    holds((events) => {
      const times = events.map(({ at }) => at);
      expect(times).toEqual([...times].sort((a, b) => a - b));
    });
  });

  it('each task and batch ends once, and its events are between its begin and its end', () => {
    holds((events) => {
      const open = new Set<number>();
      const ever = new Set<number>();
      for (const event of events) {
        if (!('id' in event)) continue;
        const { id, type } = event;
        if (type === 'task-begin' || type === 'batch-open') {
          expect(ever).not.toContain(id);
          ever.add(id);
          open.add(id);
        }
        expect(open).toContain(id);
        if ('parent' in event) expect(open).toContain(event.parent);
        if ('tasks' in event) for (const served of event.tasks) expect(open).toContain(served);
        if (type === 'task-end' || type === 'batch-land') open.delete(id);
      }
      expect([...open]).toEqual([]);
    });
  });

  it('wait and resume events of a task alternate', () => {
    holds((events) => {
      const waiting = new Set<number>();
      for (const event of events) {
        if (event.type === 'task-wait') {
          expect(waiting).not.toContain(event.id);
          waiting.add(event.id);
        } else if (event.type === 'task-resume') expect(waiting.delete(event.id)).toBe(true);
      }
    });
  });

  it('a key is new only before the flush of its batch, and each flushed key was requested', () => {
    holds((events) => {
      const asked = new Map<number, Set<string>>();
      const gone = new Set<number>();
      const askedOf = (id: number): Set<string> => asked.get(id) ?? new Set();
      for (const event of events) {
        if (event.type === 'batch-ask') {
          if (event.isNew) expect(gone).not.toContain(event.id);
          else expect(askedOf(event.id)).toContain(event.key);
          asked.set(event.id, askedOf(event.id).add(event.key));
        } else if (event.type === 'batch-flush') {
          gone.add(event.id);
          for (const key of event.keys) expect(askedOf(event.id)).toContain(key);
        }
      }
    });
  });

  it('a span has an outcome, and its waits are within it', () => {
    holds((events) => {
      for (const { start, end, waits, outcome } of spansOf(events)) {
        expect(outcome).toBeDefined();
        const times = waits.flatMap((wait) => [wait.start, wait.end]);
        expect(Math.min(start, ...times)).toBe(start);
        expect(Math.max(end, ...times)).toBe(end);
      }
    });
  });
});
