/**
 * A trace in numbers: what is counted of batch functions, tasks and pools.
 */
import fc from 'fast-check';
import { from, Subject } from 'rxjs';
import type { TraceEvent } from 'sluice/trace';
import { Histogram } from '../../src/core/histogram';
import { metrics, type Metrics, type MetricsSnapshot } from '../../src/trace/metrics/metrics';
import { pooledCall, sharedFlush } from './event-samples';

const counted = (events: Iterable<TraceEvent>): MetricsSnapshot => {
  const numbers = metrics();
  from(events).subscribe(numbers);
  return numbers.snapshot();
};

const land = (id: number, outcome: 'succeeded' | 'failed' | 'cancelled', at: number): TraceEvent => ({
  type: 'batch-land',
  id,
  outcome,
  at,
});

const always = (value: number, count = 1): object => ({
  count,
  sum: value * count,
  ...{ min: value, max: value, p50: value, p95: value, p99: value },
});
const never = { count: 0, sum: 0, min: undefined, max: undefined, p50: undefined, p95: undefined, p99: undefined };

describe('metrics', () => {
  it('of a batch function are its keys, flushes, reasons, times and ends', () => {
    const recall: TraceEvent = { type: 'batch-recall', batch: 'nameOf', key: '7', at: 50 };
    expect(counted([...sharedFlush, recall]).batches).toEqual({
      nameOf: {
        asks: 3,
        joins: 1,
        recalls: 1,
        flushes: 1,
        reasons: { quiescent: 1, window: 0, full: 0, 'hold-elapsed': 0, forced: 0 },
        size: always(2),
        gathering: always(3),
        flight: always(10),
        landed: { succeeded: 1, failed: 0, cancelled: 0 },
        failedKeys: 0,
        left: 0,
      },
    });
  });

  it('of a task are how many began, how they ended, and how long they took', () => {
    expect(counted(sharedFlush).tasks).toEqual({
      page: { begun: 1, ended: { succeeded: 0, failed: 1, cancelled: 0 }, duration: always(20) },
      author: { begun: 1, ended: { succeeded: 1, failed: 0, cancelled: 0 }, duration: always(16) },
    });
  });

  it('of a pool are its calls, their time in the queue and on a thread', () => {
    expect(counted(pooledCall).pools).toEqual({
      images: {
        calls: 1,
        ended: { succeeded: 1, failed: 0, cancelled: 0 },
        queued: always(3),
        ran: always(6),
      },
    });
  });

  it('count failed and cancelled flights separately from batches whose keys were all cancelled', () => {
    const flush = (id: number): TraceEvent[] => [
      { type: 'batch-open', id, batch: 'nameOf', scheduler: 'main', at: 0 },
      { type: 'batch-flush', id, batch: 'nameOf', keys: ['1'], reason: 'full', tasks: [], at: 1 },
    ];
    const { batches } = counted([
      ...[...flush(1), land(1, 'failed', 3)],
      ...[...flush(2), land(2, 'cancelled', 3)],
      ...[...flush(3).slice(0, 1), land(3, 'cancelled', 3)],
    ]);
    expect(batches['nameOf']).toMatchObject({
      flushes: 2,
      reasons: { full: 2 },
      landed: { succeeded: 0, failed: 1, cancelled: 1 },
      left: 1,
      flight: always(2, 2),
    });
  });

  it('count a call that was never sent to a thread', () => {
    const end: TraceEvent = { type: 'call-end', id: 21, outcome: 'cancelled', at: 103 };
    expect(counted([...pooledCall.slice(0, 2), end]).pools['images']).toMatchObject({
      ended: { cancelled: 1 },
      queued: never,
      ran: never,
    });
  });

  it('count the flight of a batch that opened before the trace, but no task and no call that began before it', () => {
    const { batches, tasks, pools } = counted([...sharedFlush.slice(8), ...pooledCall.slice(2)]);
    expect(batches['nameOf']).toMatchObject({ flushes: 1, gathering: never, flight: always(10) });
    expect([tasks, pools]).toEqual([{}, {}]);
  });

  it('are a snapshot of plain data', () => {
    const events$ = new Subject<TraceEvent>();
    const numbers: Metrics = metrics();
    events$.subscribe(numbers);
    const before = numbers.snapshot();
    for (const event of sharedFlush) events$.next(event);
    expect(before).toEqual({ batches: {}, tasks: {}, pools: {} });
    const now = numbers.snapshot();
    for (const event of sharedFlush) events$.next(event);
    expect(now.batches['nameOf']?.asks).toBe(3);
    expect(numbers.snapshot().batches['nameOf']?.asks).toBe(6);
    expect(JSON.parse(JSON.stringify(now))).toMatchObject({ batches: { nameOf: { asks: 3 } } });
  });

  it('remain after the trace completes or fails', () => {
    for (const end of ['complete', 'error'] as const) {
      const events$ = new Subject<TraceEvent>();
      const numbers = metrics();
      events$.subscribe(numbers);
      for (const event of sharedFlush) events$.next(event);
      events$[end](undefined);
      expect(numbers.snapshot().batches['nameOf']?.flushes).toBe(1);
    }
  });

  it('support names such as __proto__', () => {
    expect(Object.keys(counted([{ type: 'task-begin', id: 1, name: '__proto__', at: 0 }]).tasks)).toEqual([
      '__proto__',
    ]);
  });
});

describe('a histogram', () => {
  const numbers = fc.oneof(fc.nat(20), fc.double({ min: 0, max: 1e9, noNaN: true }));

  it('has quantiles with an error of at most 5 %', () => {
    fc.assert(
      fc.property(
        fc.array(numbers, { minLength: 1, maxLength: 200 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, q) => {
          const histogram = new Histogram();
          for (const value of values) histogram.add(value);
          const exact =
            [...values].sort((one, other) => one - other)[Math.max(1, Math.ceil(q * values.length)) - 1] ?? NaN;
          expect(Math.abs((histogram.quantile(q) ?? NaN) - exact)).toBeLessThanOrEqual(exact * 0.05);
        },
      ),
    );
  });

  it('is exact for small whole numbers', () => {
    const histogram = new Histogram();
    for (let n = 0; n <= 20; n++) histogram.add(n);
    expect(
      Array.from({ length: 21 }, (_, n) => Math.round((histogram.quantile((n + 1) / 21) ?? NaN) * 1e9) / 1e9),
    ).toEqual(Array.from({ length: 21 }, (_, n) => n));
    expect(histogram.distribution).toMatchObject({ count: 21, sum: 210, min: 0, max: 20, p50: 10 });
  });

  it('counts a negative duration as 0', () => {
    const histogram = new Histogram();
    histogram.add(-5);
    expect(histogram.distribution).toEqual(always(0));
  });

  it('has no quantiles without values', () => {
    expect(new Histogram().distribution).toEqual(never);
  });
});
