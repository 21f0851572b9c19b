/** Where spans are drawn: groups, their lanes, and the rows of these. */
import { layOut, type TimelineGroup } from '../../src/trace/timeline/layout/layout';
import { relationsOf } from '../../src/trace/timeline/relations';
import { serviceSpans, span } from '../services/timeline-spans';
import type { Span } from 'sluice/trace';

const laidOut = (spans: readonly Span[]): readonly TimelineGroup[] => layOut(spans, relationsOf(spans).parents);

/** By title and label, the ids in each row. */
function idsOf(spans: readonly Span[]): Record<string, Record<string, readonly (readonly number[])[]>> {
  const ids = (row: readonly number[]): number[] => row.map((index) => spans[index]?.id ?? NaN);
  return Object.fromEntries(
    laidOut(spans).map(({ title, lanes }) => [
      title,
      Object.fromEntries(lanes.map(({ label, rows }) => [label, rows.map(ids)])),
    ]),
  );
}

describe('the layout', () => {
  it('stacks concurrent tasks, and puts consecutive tasks in one row', () => {
    const tasks = [
      span('task', 1, { name: 'page', start: 0, end: 4 }),
      span('task', 2, { name: 'page', start: 1, end: 6 }),
      span('task', 3, { name: 'page', start: 5, end: 7 }),
    ];
    expect(idsOf(tasks)).toEqual({ Tasks: { page: [[1, 3], [2]] } });
  });

  it('has a lane for each name of a root task, with the awaited tasks below', () => {
    const tasks = [
      span('task', 3, { name: 'name', parent: 2 }),
      span('task', 1, { name: 'page' }),
      span('task', 2, { name: 'feed' }),
      span('task', 4, { name: 'page', parent: 99 }),
    ];
    expect(idsOf(tasks)).toEqual({ Tasks: { page: [[1], [4]], feed: [[2], [3]] } });
  });

  it('joins names if there are too many, and keeps a lane for each of the most frequent', () => {
    const names = [...Array.from({ length: 100 }, (_, at) => `page ${String(at)}`), 'feed', 'feed'];
    const [group] = laidOut(names.map((name, id) => span('task', id, { name, start: id, end: id + 1 })));
    expect(group?.lanes).toHaveLength(24);
    expect(group?.lanes.at(-1)).toMatchObject({ label: 'other tasks', count: 78 });
    expect(group?.lanes.map(({ label }) => label)).toContain('feed');
  });

  it('has a lane for the batches and one for the flights of each batch function', () => {
    const spans = [
      span('batch', -1, { name: 'nameOf', end: 1 }),
      span('flight', 1, { name: 'nameOf', start: 1, end: 5 }),
      span('flight', 2, { name: 'nameOf', start: 2, end: 5 }),
      span('flight', 3, { name: 'ageOf', start: 2, end: 5 }),
    ];
    expect(idsOf(spans)).toEqual({ Batches: { nameOf: [[-1]] }, Flights: { nameOf: [[1], [2]], ageOf: [[3]] } });
  });

  it('puts the work and the child scopes of a scope below it', () => {
    const spans = [
      span('scope', 1, { name: 'report', end: 9 }),
      span('work', 2, { parent: 1, start: 1, end: 4 }),
      span('scope', 3, { name: 'inner', parent: 2, start: 2, end: 3 }),
    ];
    expect(idsOf(spans)).toEqual({ Scopes: { report: [[1], [2], [3]] } });
  });

  it('shows a call in the queue until it is sent, and on its thread from then on', () => {
    const pool = { pool: 'p', thread: 1 };
    const spans = [
      span('thread', -0.5, { ...pool, end: 9 }),
      span('call', 1, { ...pool, start: 0, end: 4, waits: [{ start: 0, end: 1, for: 'a thread' }] }),
      span('call', 2, { ...pool, start: 0, end: 8, waits: [{ start: 0, end: 4, for: 'a thread' }] }),
    ];
    expect(idsOf(spans)).toEqual({ Threads: { 'p · queue': [[1], [2]], 'p · thread 1': [[-0.5], [1, 2]] } });
  });

  it('shows a call that was never sent in the queue until its end', () => {
    const waits = [{ start: 0, end: 3, for: 'a thread' }];
    expect(idsOf([span('call', 1, { pool: 'p', end: 5, outcome: 'cancelled', waits })])).toEqual({
      Threads: { 'p · queue': [[1]] },
    });
  });

  it('has a lane for each limiter, where calls that overlap are stacked', () => {
    const spans = [
      span('limited', 1, { limiter: 'api', end: 4 }),
      span('limited', 2, { limiter: 'api', end: 2 }),
      span('limited', 3, { limiter: 'other' }),
      span('limited', 4, { limiter: 'api', start: 2, end: 3 }),
    ];
    expect(idsOf(spans)).toEqual({ Limiters: { api: [[1], [2, 4]], other: [[3]] } });
  });

  it('puts tasks first, or last if they would hide the rest', () => {
    const titles = (spans: readonly Span[]): string[] => laidOut(spans).map(({ title }) => title);
    expect(titles(serviceSpans(10))).toEqual(['Tasks', 'Batches', 'Flights']);
    expect(titles(serviceSpans(200))).toEqual(['Scopes', 'Threads', 'Batches', 'Flights', 'Tasks']);
    expect(titles(serviceSpans(10_000))).toEqual(['Scopes', 'Batches', 'Flights', 'Tasks', 'Threads']);
  });

  it('draws each span once, in a row without overlaps', () => {
    const spans = serviceSpans(1_000);
    const drawn = new Set<number>();
    for (const { lanes } of laidOut(spans)) {
      for (const { rows, part } of lanes) {
        for (const row of rows) {
          row.forEach((index, at) => {
            drawn.add(index);
            const before = spans[row[at - 1] ?? -1];
            const one = spans[index];
            if (before && part === 'whole') expect(one?.start).toBeGreaterThanOrEqual(before.end);
          });
        }
      }
    }
    expect(drawn.size).toBe(spans.length);
  });

  it('is empty without spans', () => {
    expect(laidOut([])).toEqual([]);
  });
});

describe('the relations of spans', () => {
  it('are found by ids: the batch of a flight, the earlier batch, the tasks served, and the waiting task', () => {
    const split = { because: 'full', from: 5, detail: 'it was full' } as const;
    const spans = [
      span('task', 1, {}),
      span('task', 2, { parent: 1 }),
      span('batch', -5, {}),
      span('flight', 5, { serves: [2, 1, 77], parent: 2 }),
      span('batch', -6, { split }),
      span('batch', -7, { split: { ...split, from: 70 } }),
    ];
    expect(relationsOf(spans)).toEqual({
      parents: [undefined, 0, undefined, 1, undefined, undefined],
      batches: [undefined, undefined, undefined, 2, 2, undefined],
      serves: [[], [], [], [1, 0], [], []],
    });
  });
});
