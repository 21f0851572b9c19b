/**
 * Chrome's trace of spans: what its viewers ask of a document, for any spans there may be.
 */
import fc from 'fast-check';
import type { Span } from 'sluice/trace';
import { toChromeTrace } from '../../src/trace/chrome/chrome-trace';
import type { ChromeEvent, ChromeTrace } from '../../src/trace/chrome/chrome-event';
import { spansOf } from '../../src/trace/spans/spans';
import { cancelledScope, crowd, pooledCall, sharedFlush } from './event-samples';

const slicesOf = ({ traceEvents }: ChromeTrace): ChromeEvent[] => traceEvents.filter(({ ph }) => ph === 'X');
const named = (trace: ChromeTrace, name: string): ChromeEvent | undefined =>
  slicesOf(trace).find((event) => event.name === name);

/** The name of a process or a track. */
const nameOf = ({ traceEvents }: ChromeTrace, what: 'process' | 'thread', event: ChromeEvent | undefined): unknown =>
  traceEvents.find(
    ({ name, pid, tid }) => name === `${what}_name` && pid === event?.pid && (what === 'process' || tid === event.tid),
  )?.args?.['name'];

/** In whole ns, as Perfetto reads it. */
const nanoseconds = (microseconds: number): number => Math.round(microseconds * 1_000);

/** Pairs on one track of which each begins within the other, or before it, and ends after it. */
function overlapping(trace: ChromeTrace): (readonly [ChromeEvent, ChromeEvent])[] {
  const found: (readonly [ChromeEvent, ChromeEvent])[] = [];
  const tracks = new Map<number, { event: ChromeEvent; end: number }[]>();
  const sorted = slicesOf(trace).sort((one, other) => one.ts - other.ts || (other.dur ?? 0) - (one.dur ?? 0));
  for (const event of sorted) {
    const open = tracks.get(event.tid) ?? [];
    tracks.set(event.tid, open);
    const [start, end] = [nanoseconds(event.ts), nanoseconds(event.ts) + nanoseconds(event.dur ?? 0)];
    while ((open.at(-1)?.end ?? Infinity) <= start) open.pop();
    const around = open.at(-1);
    if (around && end > around.end) found.push([around.event, event]);
    open.push({ event, end });
  }
  return found;
}

/** All that a viewer asks for. */
function expectValid(trace: ChromeTrace): void {
  expect(JSON.parse(JSON.stringify(trace))).toBeInstanceOf(Object);
  for (const { ph, ts, dur, pid, tid } of trace.traceEvents) {
    for (const number of [ts, pid, tid, ...(ph === 'X' ? [dur] : [])]) {
      expect(number).toBeGreaterThanOrEqual(0);
      expect(number).toBeLessThan(Infinity);
    }
  }
  for (const slice of slicesOf(trace)) {
    expect(nameOf(trace, 'process', slice)).toEqual(expect.any(String));
    expect(nameOf(trace, 'thread', slice)).toEqual(expect.any(String));
  }
  expect(overlapping(trace)).toEqual([]);
  const arrows = (ph: string): ChromeEvent[] => trace.traceEvents.filter((event) => event.ph === ph);
  expect(arrows('f').map(({ id }) => id)).toEqual(arrows('s').map(({ id }) => id));
  expect(new Set(arrows('s').map(({ id }) => id)).size).toBe(arrows('s').length);
  arrows('s').forEach((start, index) => {
    expect(start.ts).toBeLessThanOrEqual(arrows('f')[index]?.ts ?? -1);
  });
  // Each end lies on a slice of its track.
  for (const { tid, ts } of [...arrows('s'), ...arrows('f')]) {
    expect(
      slicesOf(trace).some(
        (slice) =>
          slice.tid === tid &&
          nanoseconds(slice.ts) <= nanoseconds(ts) &&
          nanoseconds(ts) <= nanoseconds(slice.ts) + nanoseconds(slice.dur ?? 0),
      ),
    ).toBe(true);
  }
}

/** Spans at any time of any kind, with parents and served tasks of any kind. */
const anySpans: fc.Arbitrary<Span[]> = fc
  .array(
    fc.record({
      // Most are tasks, which nest.
      kind: fc.oneof(
        { weight: 2, arbitrary: fc.constant('task' as const) },
        { weight: 1, arbitrary: fc.constantFrom('batch', 'flight', 'scope', 'work', 'call', 'thread', 'limited') },
      ),
      start: fc.oneof(fc.nat(20), fc.double({ min: 0, max: 20, noNaN: true })),
      length: fc.oneof(fc.nat(10), fc.double({ min: 0, max: 10, noNaN: true })),
      queued: fc.double({ min: 0, max: 1, noNaN: true }),
      parent: fc.option(fc.nat(8), { nil: undefined }),
      serves: fc.array(fc.nat(30), { maxLength: 3 }),
      name: fc.constantFrom('a', 'b'),
      thread: fc.option(fc.nat(2), { nil: undefined }),
      outcome: fc.constantFrom('succeeded', 'failed', 'cancelled', undefined),
    }),
    { maxLength: 30 },
  )
  .map((all) =>
    all.map(({ length, queued, ...span }, id): Span => ({
      ...span,
      id,
      end: span.start + length,
      waits: [{ start: span.start, end: span.start + length * queued, for: 'it' }],
      serves: span.kind === 'flight' ? [...new Set(span.serves)] : [],
      thread: span.kind === 'thread' ? (span.thread ?? 0) : span.thread,
      pool: span.kind === 'call' || span.kind === 'thread' ? 'pool' : undefined,
      error: undefined,
      calledAt: undefined,
      keys: [],
      reason: undefined,
      heldFor: [],
      split: undefined,
      limiter: span.kind === 'limited' ? 'limiter' : undefined,
    })),
  );

describe('a Chrome trace', () => {
  it('shows the wait of a limited call apart from its run, and only the wait of one that never started', () => {
    const slices = slicesOf(
      toChromeTrace(
        spansOf([
          { type: 'limit-queue', id: 1, name: 'get', limiter: 'api', key: '"a"', for: 'a slot', at: 10 },
          { type: 'limit-queue', id: 2, name: 'get', limiter: 'api', key: '"b"', for: 'a slot', at: 10 },
          { type: 'limit-start', id: 1, at: 30 },
          { type: 'limit-end', id: 2, outcome: 'cancelled', at: 40 },
          { type: 'limit-end', id: 1, outcome: 'succeeded', at: 50 },
        ]),
      ),
    );
    expect(slices.map(({ name, ts, dur }) => [name, ts, dur])).toEqual([
      ['get waits', 0, 30_000],
      ['get waits', 0, 20_000],
      ['get', 20_000, 20_000],
    ]);
  });

  it.each([
    ['of a shared flush', sharedFlush],
    ['of a call', pooledCall],
    ['of a scope', cancelledScope],
    ['of nothing', []],
    ['of all at once', [...sharedFlush, ...pooledCall, ...cancelledScope]],
    ['that was cut', sharedFlush.slice(4, 11)],
  ])('%s is one that viewers take', (_, events) => expectValid(toChromeTrace(spansOf(events))));

  it('satisfies the rules of trace viewers for any spans', () => {
    fc.assert(
      fc.property(anySpans, (spans) => expectValid(toChromeTrace(spans))),
      { numRuns: 300 },
    );
  });

  it('keeps spans nested that differ by fractions of a ms, at times far from the epoch', () => {
    const at = 1_795_000_000_000.123;
    const events = [
      { type: 'task-begin', id: 1, name: 'outer', at: at },
      { type: 'task-begin', id: 2, name: 'inner', at: at + 0.0012, parent: 1 },
      { type: 'task-end', id: 2, outcome: 'succeeded', at: at + 0.7 },
      { type: 'task-end', id: 1, outcome: 'succeeded', at: at + 0.7 },
    ] as const;
    const trace = toChromeTrace(spansOf(events));
    expectValid(trace);
    expect(named(trace, 'inner')?.tid).toBe(named(trace, 'outer')?.tid);
  });

  it('has times in µs since the first span', () => {
    const trace = toChromeTrace(spansOf(sharedFlush));
    expect(named(trace, 'page')).toMatchObject({ ph: 'X', cat: 'task', ts: 0, dur: 20_000 });
    expect(named(trace, 'nameOf')).toMatchObject({ cat: 'flight', ts: 5_000, dur: 10_000 });
    expect(trace).toMatchObject({ displayTimeUnit: 'ms', otherData: { producer: 'sluice', spans: 4, origin: 10 } });
  });

  it('draws a task below its parent, and a concurrent task on another track', () => {
    const trace = toChromeTrace(
      spansOf([
        { type: 'task-begin', id: 1, name: 'page', at: 0 },
        { type: 'task-begin', id: 2, name: 'left', at: 1, parent: 1 },
        { type: 'task-begin', id: 3, name: 'right', at: 2, parent: 1 },
        { type: 'task-end', id: 2, outcome: 'succeeded', at: 5 },
        { type: 'task-end', id: 3, outcome: 'succeeded', at: 6 },
        { type: 'task-begin', id: 4, name: 'next', at: 7, parent: 1 },
        { type: 'task-end', id: 4, outcome: 'succeeded', at: 8 },
        { type: 'task-end', id: 1, outcome: 'succeeded', at: 9 },
        { type: 'task-begin', id: 5, name: 'later', at: 10 },
      ]),
    );
    const tracks = ['page', 'left', 'right', 'next'].map((name) => nameOf(trace, 'thread', named(trace, name)));
    expect(tracks).toEqual(['tasks', 'tasks', 'tasks · 2', 'tasks']);
    const used = new Set(slicesOf(trace).map(({ tid }) => tid));
    expect(used.size).toBe(2);
  });

  it('draws a span that starts at the end of another on the same track', () => {
    const trace = toChromeTrace(
      spansOf([
        { type: 'task-begin', id: 1, name: 'page', at: 0 },
        { type: 'task-begin', id: 2, name: 'first', at: 1, parent: 1 },
        { type: 'task-end', id: 2, outcome: 'succeeded', at: 5 },
        { type: 'task-begin', id: 3, name: 'second', at: 5, parent: 1 },
        { type: 'task-end', id: 3, outcome: 'succeeded', at: 8 },
        { type: 'task-end', id: 1, outcome: 'succeeded', at: 9 },
        { type: 'task-begin', id: 4, name: 'next page', at: 9 },
      ]),
    );
    expect(new Set(slicesOf(trace).map(({ tid }) => tid)).size).toBe(1);
  });

  it('draws no span below a running task that is not its parent', () => {
    const trace = toChromeTrace(
      spansOf([
        { type: 'task-begin', id: 1, name: 'page', at: 0 },
        { type: 'task-begin', id: 2, name: 'inner', at: 1, parent: 1 },
        { type: 'task-end', id: 2, outcome: 'succeeded', at: 2 },
        { type: 'task-begin', id: 3, name: 'other', at: 3 },
        { type: 'task-end', id: 3, outcome: 'succeeded', at: 4 },
        { type: 'task-end', id: 1, outcome: 'succeeded', at: 9 },
      ]),
    );
    expect(named(trace, 'other')?.tid).not.toBe(named(trace, 'page')?.tid);
  });

  it('has a process for tasks, for batches, for scopes and for each pool, in this order', () => {
    const trace = toChromeTrace(spansOf([...pooledCall, ...cancelledScope, ...sharedFlush]));
    const processes = trace.traceEvents.filter(({ name }) => name === 'process_name');
    expect(processes.map(({ args }) => args?.['name'])).toEqual(['tasks', 'batches', 'scopes', 'pool images']);
  });

  it('draws a call in the queue, and then within its thread', () => {
    const trace = toChromeTrace(spansOf(pooledCall));
    expect(named(trace, 'resize waits')).toMatchObject({ ts: 1_000, dur: 3_000 });
    expect(nameOf(trace, 'thread', named(trace, 'resize waits'))).toBe('queue');
    expect(named(trace, 'resize')).toMatchObject({ ts: 4_000, dur: 6_000, tid: named(trace, 'images 1')?.tid });
    expect(nameOf(trace, 'thread', named(trace, 'resize'))).toBe('thread 1');
  });

  it('leads an arrow from each task to the flight that served it, from when it began to wait', () => {
    const trace = toChromeTrace(spansOf(sharedFlush));
    const starts = trace.traceEvents.filter(({ ph }) => ph === 's');
    expect(starts.map(({ ts }) => ts).sort()).toEqual([2_000, 4_000]);
    const ends = trace.traceEvents.filter(({ ph }) => ph === 'f');
    expect(ends.map(({ ts, tid, bp }) => ({ ts, tid, bp }))).toEqual(
      ends.map(() => ({ ts: 5_000, tid: named(trace, 'nameOf')?.tid, bp: 'e' })),
    );
  });

  it('has the names of the functions that a flight was held for', () => {
    const events = sharedFlush.map((event) =>
      event.type === 'batch-flush' ? { ...event, heldFor: ['authorOf'] } : event,
    );
    expect(named(toChromeTrace(spansOf(events)), 'nameOf')?.args).toMatchObject({ heldFor: ['authorOf'] });
    expect(named(toChromeTrace(spansOf(sharedFlush)), 'nameOf')?.args).toMatchObject({ heldFor: undefined });
  });

  it('has keys, flush reason, errors and call site as arguments', () => {
    const trace = toChromeTrace(spansOf(sharedFlush));
    expect(named(trace, 'nameOf')?.args).toMatchObject({ keys: ['7', '8'], size: 2, reason: 'quiescent', tasks: 2 });
    expect(named(trace, 'page')).toMatchObject({
      cname: 'terrible',
      args: {
        error: 'Error: no such page',
        outcome: 'failed',
        calledAt: 'at page.ts:1',
        waits: ['14.000 ms for 2 futures'],
      },
    });
  });

  it('has the split reason of a batch as an argument', () => {
    const split = { because: 'full', from: 3, detail: 'the other had 2 keys' } as const;
    const later = { type: 'batch-open', id: 9, batch: 'nameOf', scheduler: 'main', split, at: 40 } as const;
    const trace = toChromeTrace(spansOf([...sharedFlush, later]));
    expect(slicesOf(trace).flatMap(({ args }) => args?.['split'] ?? [])).toEqual(['full: the other had 2 keys']);
  });

  it('lists at most a hundred keys, and their number', () => {
    const args = named(toChromeTrace(spansOf(crowd(250))), 'nameOf')?.args;
    expect(args).toMatchObject({ size: 250 });
    expect(args?.['keys']).toHaveLength(100);
  });

  it('handles a hundred thousand concurrent tasks', () => {
    const trace = toChromeTrace(spansOf(crowd(100_000)));
    expect(new Set(slicesOf(trace).map(({ tid }) => tid)).size).toBe(100_001);
    expect(overlapping(trace)).toEqual([]);
  });
});
