/** Timelines and Chrome traces of invalid spans, and a recording to a dangling link. */
import { lstatSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { NEVER } from 'rxjs';
import { toChromeTrace, recordTimeline, renderTimeline, type Span } from 'sluice/trace';
import { span } from '../services/timeline-spans';
import { temporaryFolder } from '../support/temporary-folder';

const sound = span('task', 1, { name: 'sound', start: 0, end: 10 });

describe('a span without a time', () => {
  it.each<[name: string, times: Partial<Span>]>([
    ['whose start is no number', { start: NaN, end: 5 }],
    ['whose end is no number', { start: 0, end: NaN }],
    ['that is all NaN', { start: NaN, end: NaN }],
    ['that never ends', { start: 0, end: Infinity }],
    ['that never began', { start: -Infinity, end: 5 }],
  ])('is left out of both pictures, and nothing else is: one %s', (_, times) => {
    const spans = [sound, span('task', 2, { name: 'odd', ...times })];
    expect(renderTimeline(spans)).toBe(renderTimeline([sound]));
    expect(toChromeTrace(spans)).toEqual(toChromeTrace([sound]));
  });

  it('may be the only span of a picture', () => {
    const spans = [span('task', 2, { start: NaN, end: NaN })];
    expect(renderTimeline(spans)).toBe(renderTimeline([]));
    expect(toChromeTrace(spans)).toEqual(toChromeTrace([]));
  });

  it('has no arrows', () => {
    const flight = span('flight', 2, { start: 2, end: NaN, serves: [1] });
    const served = span('flight', 3, { start: 2, end: 4, serves: [4] });
    const spans = [sound, flight, served, span('task', 4, { start: NaN, end: 4 })];
    expect(toChromeTrace(spans)).toEqual(toChromeTrace([sound, served]));
  });
});

describe('a duration in a Chrome trace', () => {
  it('is never negative, also if a span ends before its start or is sent after its end', () => {
    const waits = [{ start: 0, end: 30, for: 'a thread' }];
    const { traceEvents } = toChromeTrace([
      span('task', 1, { start: 10, end: 5 }),
      span('call', 2, { start: 0, end: 20, pool: 'p', thread: 1, waits }),
    ]);
    const durations = traceEvents.flatMap(({ dur }) => dur ?? []);
    expect(durations.length).toBeGreaterThan(0);
    expect(durations.filter((duration) => duration < 0)).toEqual([]);
  });
});

describe('a path that is a link to a missing file', () => {
  const { path: folder } = temporaryFolder();

  it('stays a link, and the page is written to its target', () => {
    const [link, target] = [join(folder, 'latest.html'), join(folder, 'today.html')];
    symlinkSync(target, link);
    const recording = recordTimeline(link, { source: NEVER });
    expect(readdirSync(folder)).toEqual(['latest.html']);
    recording.stop();
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readFileSync(target, 'utf8')).toMatch(/^<!doctype html>/);
  });
});
