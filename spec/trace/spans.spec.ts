/**
 * Spans from events: what began is put together with how it ended, also where the trace began or ended midway.
 */
import { concat, from, NEVER, of, Subject, take, toArray } from 'rxjs';
import type { Span, TraceEvent } from 'sluice/trace';
import { spansOf, toSpans } from '../../src/trace/spans/spans';
import { cancelledScope, crowd, pooledCall, sharedFlush } from './event-samples';

const collected = (events: Iterable<TraceEvent>): Span[] => {
  const spans: Span[] = [];
  from(events)
    .pipe(toSpans())
    .subscribe((span) => spans.push(span));
  return spans;
};

const spanOf = (events: Iterable<TraceEvent>, id: number): Span | undefined =>
  spansOf(events).find((span) => span.id === id);

const nothingElse = {
  outcome: 'succeeded',
  error: undefined,
  parent: undefined,
  serves: [],
  waits: [],
  calledAt: undefined,
  keys: [],
  reason: undefined,
  heldFor: [],
  split: undefined,
  pool: undefined,
  thread: undefined,
};

describe('a span', () => {
  it('of a task has its parent, its waits and its error', () => {
    expect(spanOf(sharedFlush, 1)).toEqual({
      ...nothingElse,
      id: 1,
      kind: 'task',
      name: 'page',
      start: 10,
      end: 30,
      outcome: 'failed',
      error: 'Error: no such page',
      waits: [{ start: 14, end: 28, for: '2 futures' }],
      calledAt: 'at page.ts:1',
    });
    expect(spanOf(sharedFlush, 2)).toMatchObject({ parent: 1, waits: [{ start: 12, end: 26, for: 'nameOf(7)' }] });
  });

  it('of a batch has the negated id, and ends at the flush', () => {
    expect(spanOf(sharedFlush, -3)).toEqual({
      ...nothingElse,
      id: -3,
      kind: 'batch',
      name: 'nameOf',
      start: 12,
      end: 15,
      keys: ['7', '8'],
      calledAt: 'at author.ts:2',
    });
  });

  it('of a flight has the id of its batch in the events, and the tasks it served', () => {
    expect(spanOf(sharedFlush, 3)).toEqual({
      ...nothingElse,
      id: 3,
      kind: 'flight',
      name: 'nameOf',
      start: 15,
      end: 25,
      keys: ['7', '8'],
      reason: 'quiescent',
      serves: [2, 1],
    });
  });

  it('of a call has its time in the queue, and the thread it ran on', () => {
    expect(spanOf(pooledCall, 21)).toEqual({
      ...nothingElse,
      id: 21,
      kind: 'call',
      name: 'resize',
      start: 101,
      end: 110,
      waits: [{ start: 101, end: 104, for: 'a thread' }],
      pool: 'images',
      thread: 1,
    });
  });

  it('of a thread has a unique id', () => {
    expect(spansOf(pooledCall)[0]).toEqual({
      ...nothingElse,
      id: -0.5,
      kind: 'thread',
      name: 'images 1',
      start: 100,
      end: 120,
      pool: 'images',
      thread: 1,
    });
  });

  it('of a thread has failed if an uncaught error was thrown', () => {
    const fault: TraceEvent = { type: 'thread-fault', pool: 'images', thread: 1, detail: 'Error: late', at: 111 };
    expect(spansOf([...pooledCall.slice(0, 4), fault, ...pooledCall.slice(4)])[0]).toMatchObject({
      outcome: 'failed',
      error: 'Error: late',
    });
  });

  it('of a thread is shared by two pools of one name, and ends once', () => {
    const [spawn] = pooledCall;
    expect(spawn && spansOf([spawn, ...pooledCall])).toMatchObject([
      { kind: 'thread', outcome: 'succeeded' },
      { kind: 'call' },
    ]);
  });

  it('of work has its scope as its parent', () => {
    expect(spansOf(cancelledScope)).toMatchObject([
      { id: 31, kind: 'scope', start: 200, end: 207, outcome: 'cancelled' },
      { id: 32, kind: 'work', start: 201, end: 206, outcome: 'cancelled', parent: 31 },
    ]);
  });

  it('of a batch has its split reason', () => {
    const split = { because: 'already-flushed', from: 3, detail: 'it had gone' } as const;
    const later: TraceEvent = { type: 'batch-open', id: 9, batch: 'nameOf', scheduler: 'main', split, at: 40 };
    expect(spanOf([...sharedFlush, later], -9)?.split).toBe(split);
  });
});

describe('a batch', () => {
  it('whose keys were all cancelled before the flush has no flight', () => {
    const events: TraceEvent[] = [
      ...sharedFlush.slice(2, 4),
      { type: 'batch-land', id: 3, outcome: 'cancelled', at: 20 },
    ];
    expect(spansOf(events)).toMatchObject([{ id: -3, kind: 'batch', end: 20, outcome: 'cancelled', keys: ['7'] }]);
  });

  it('has no keys that were cancelled before the flush', () => {
    const flush: TraceEvent = {
      ...{ type: 'batch-flush', id: 3, batch: 'nameOf', reason: 'full', at: 15 },
      ...{ keys: ['8'], tasks: [] },
    };
    expect(spanOf([...sharedFlush.slice(2, 7), flush], -3)?.keys).toEqual(['8']);
  });
});

describe('a task that began before the trace', () => {
  it('has no span', () => {
    expect(spansOf([...sharedFlush.slice(-4), ...pooledCall.slice(2), ...cancelledScope.slice(2)])).toEqual([]);
    expect(spansOf(sharedFlush.slice(3, 8))).toEqual([]);
  });

  it('does not hide a flight, which has a span from its flush on', () => {
    expect(spansOf(sharedFlush.slice(8, 10))).toMatchObject([{ id: 3, kind: 'flight', start: 15, end: 25 }]);
  });
});

describe('a span that is open when the trace completes', () => {
  it('is emitted without an outcome, and ends at the last event', () => {
    expect(spansOf(sharedFlush.slice(0, 9))).toMatchObject([
      { id: 1, end: 15, outcome: undefined, waits: [{ start: 14, end: 15 }] },
      { id: 2, end: 15, outcome: undefined },
      { id: -3, outcome: 'succeeded' },
      { id: 3, start: 15, end: 15, outcome: undefined },
    ]);
  });

  it('is emitted after the ended ones, in the order of the starts', () => {
    expect(collected(sharedFlush.slice(0, 9)).map(({ id }) => id)).toEqual([-3, 1, 2, 3]);
  });

  it('never ends before its start, even if the clock was set back', () => {
    const [begin] = sharedFlush;
    expect(begin && spansOf([begin, { type: 'task-end', id: 1, outcome: 'succeeded', at: 3 }])).toMatchObject([
      { start: 10, end: 10 },
    ]);
    expect(spansOf([...sharedFlush.slice(0, 1), { type: 'task-resume', id: 99, at: 3 }])).toMatchObject([
      { start: 10, end: 10, outcome: undefined },
    ]);
  });
});

describe('toSpans', () => {
  it('emits each span when it ends', () => {
    const events$ = new Subject<TraceEvent>();
    const ended: number[] = [];
    events$.pipe(toSpans()).subscribe(({ id }) => ended.push(id));
    const seen = sharedFlush.map((event) => {
      events$.next(event);
      return ended.length;
    });
    expect(seen).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 2, 3, 3, 4]);
    expect(ended).toEqual([-3, 3, 2, 1]);
  });

  it('has separate state for each subscriber', () => {
    const spans$ = from(sharedFlush).pipe(toSpans(), toArray());
    const seen: Span[][] = [];
    spans$.subscribe((spans) => seen.push(spans));
    spans$.subscribe((spans) => seen.push(spans));
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[0]).toHaveLength(4);
  });

  it('unsubscribes from the source with its subscriber', () => {
    const events$ = new Subject<TraceEvent>();
    events$.pipe(toSpans(), take(1)).subscribe();
    for (const event of sharedFlush) events$.next(event);
    expect(events$.observed).toBe(false);
  });

  it('passes on an error', () => {
    const seen: unknown[] = [];
    const failing = new Subject<TraceEvent>();
    failing.pipe(toSpans()).subscribe({ error: (error: unknown) => seen.push(error) });
    failing.error(new Error('lost'));
    expect(seen).toEqual([new Error('lost')]);
  });

  it('emits nothing for an empty source', () => {
    expect(collected([])).toEqual([]);
    expect(spansOf([])).toEqual([]);
  });

  it('handles events that arrive while it emits a span', () => {
    const events$ = new Subject<TraceEvent>();
    const seen: number[] = [];
    events$.pipe(toSpans()).subscribe(({ id }) => {
      seen.push(id);
      if (id !== 1) return;
      events$.next({ type: 'task-begin', id: 50, name: 'inner', at: 40 });
      events$.next({ type: 'task-end', id: 50, outcome: 'succeeded', at: 41 });
    });
    for (const event of sharedFlush) events$.next(event);
    events$.complete();
    expect(seen).toEqual([-3, 3, 2, 1, 50]);
  });

  it('keeps no more than ten thousand waits of one task that never ends', () => {
    const waits = Array.from({ length: 10_050 }, (_, index): TraceEvent[] => [
      { type: 'task-wait', id: 1, for: 'a timer', at: index },
      { type: 'task-resume', id: 1, at: index },
    ]);
    const [span] = spansOf([{ type: 'task-begin', id: 1, name: 'poll', at: 0 }, ...waits.flat()]);
    expect(span?.waits).toHaveLength(10_000);
  });

  it('emits no open span before the source completes', () => {
    const seen: Span[] = [];
    concat(of(...sharedFlush.slice(0, 3)), NEVER)
      .pipe(toSpans())
      .subscribe((span) => seen.push(span))
      .unsubscribe();
    expect(seen).toEqual([]);
  });
});

describe('spansOf', () => {
  it('sorts by start, then longest first', () => {
    const events: TraceEvent[] = [
      { type: 'task-begin', id: 1, name: 'outer', at: 0 },
      { type: 'task-begin', id: 2, name: 'inner', at: 0 },
      { type: 'task-begin', id: 3, name: 'innermost', at: 0 },
      { type: 'task-end', id: 3, outcome: 'succeeded', at: 0 },
      { type: 'task-end', id: 2, outcome: 'succeeded', at: 1 },
      { type: 'task-end', id: 1, outcome: 'succeeded', at: 1 },
    ];
    expect(spansOf(events).map(({ id }) => id)).toEqual([1, 2, 3]);
  });

  it('handles a hundred thousand tasks', () => {
    expect(spansOf(crowd(100_000))).toHaveLength(100_002);
  });
});
