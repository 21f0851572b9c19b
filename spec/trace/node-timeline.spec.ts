/**
 * Recordings to files: their contents, the time of writing, and the result of a failed write.
 */
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Subject } from 'rxjs';
import { all, batch, task } from 'sluice';
import type { TraceEvent } from 'sluice/trace';
import type { ChromeTrace } from '../../src/trace/chrome/chrome-event';
import { recordChromeTrace } from '../../src/trace/recording/node-record-chrome-trace';
import { recordTimeline } from '../../src/trace/recording/node-record-timeline';
import { runAlone } from '../support/process';
import { sharedFlush } from './event-samples';

let folder: string;
const inFolder = (name: string): string => join(folder, name);
const read = (name: string): string => readFileSync(inFolder(name), 'utf8');
const slicesIn = (name: string): string[] =>
  (JSON.parse(read(name)) as ChromeTrace).traceEvents.flatMap((event) => (event.ph === 'X' ? [event.name] : []));

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'sluice-timeline-'))));
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

/** A source that tells these events when it is asked to. */
function played(events: readonly TraceEvent[]): { readonly source: Subject<TraceEvent>; readonly play: () => void } {
  const source = new Subject<TraceEvent>();
  return {
    source,
    play: () => {
      for (const event of events) source.next(event);
    },
  };
}

const tasksFrom = (first: number, count: number): TraceEvent[] =>
  Array.from({ length: count }, (_, index): TraceEvent[] => [
    { type: 'task-begin', id: first + index, name: `visit ${String(first + index)}`, at: first + index },
    { type: 'task-end', id: first + index, outcome: 'succeeded', at: first + index },
  ]).flat();

describe('recordTimeline', () => {
  it('writes a page of all spans until it was stopped, and returns its path', () => {
    const { source, play } = played(sharedFlush);
    const recording = recordTimeline(inFolder('out.html'), { source, title: 'GET /answers' });
    play();
    expect(existsSync(inFolder('out.html'))).toBe(false);
    expect(recording.stop()).toBe(inFolder('out.html'));
    expect(read('out.html')).toMatch(/^<!doctype html>/);
    expect(read('out.html')).toContain('<title>GET /answers</title>');
    expect(read('out.html')).toContain('nameOf');
  });

  it('records the trace of this process', async () => {
    const nameOf = batch((ids: readonly number[]) => ids.map((id) => `user ${String(id)}`), { name: 'nameOf' });
    const greet = task(function* greet(id: number) {
      return yield* nameOf(id);
    });
    const recording = recordTimeline(inFolder('out.html'));
    const traced = recordChromeTrace(inFolder('out.json'));
    await all([greet(1), greet(2)]);
    recording.stop();
    traced.stop();
    await greet(3);
    expect(read('out.html')).toContain('greet');
    expect(slicesIn('out.json').sort()).toEqual(['greet', 'greet', 'nameOf', 'nameOf gathers']);
  });

  it('accepts a relative path and a URL', () => {
    const { source } = played([]);
    const path = inFolder('out.html');
    expect(recordTimeline(relative(process.cwd(), path), { source }).stop()).toBe(path);
    expect(recordTimeline(pathToFileURL(path), { source }).stop()).toBe(path);
  });

  it('includes open spans', () => {
    const { source, play } = played(sharedFlush.slice(0, 1));
    const recording = recordChromeTrace(inFolder('out.json'), { source });
    play();
    recording.stop();
    expect(slicesIn('out.json')).toEqual(['page']);
  });

  it('is stopped by using at the end of a block', () => {
    const { source, play } = played(sharedFlush);
    {
      using recording = recordTimeline(inFolder('out.html'), { source });
      play();
      expect(recording.path).toBe(inFolder('out.html'));
    }
    expect(read('out.html')).toContain('nameOf');
  });

  it('writes once, however often it is stopped', () => {
    const recording = recordTimeline(inFolder('out.html'), { source: played([]).source });
    recording.stop();
    rmSync(inFolder('out.html'));
    expect(recording.stop()).toBe(inFolder('out.html'));
    recording[Symbol.dispose]();
    expect(existsSync(inFolder('out.html'))).toBe(false);
  });

  it('leaves neither the source nor the process a listener', () => {
    const { source } = played([]);
    const listeners = process.listenerCount('exit');
    const recording = recordTimeline(inFolder('out.html'), { source });
    expect([source.observed, process.listenerCount('exit')]).toEqual([true, listeners + 1]);
    recording.stop();
    expect([source.observed, process.listenerCount('exit')]).toEqual([false, listeners]);
  });

  it('replaces the file of an earlier recording only when it writes', () => {
    writeFileSync(inFolder('out.html'), 'earlier');
    const recording = recordTimeline(inFolder('out.html'), { source: played([]).source });
    expect(read('out.html')).toBe('earlier');
    recording.stop();
    expect(read('out.html')).toMatch(/^<!doctype html>/);
  });
});

describe('the file of a recording', () => {
  const modeOf = (name: string): number => statSync(inFolder(name)).mode & 0o777;
  const source = played([]).source;
  /** From here on, what lies in the folder is of another user, and all users write to it. */
  const shareFolder = (): void => {
    chmodSync(folder, 0o1777);
    jest.spyOn(process, 'getuid').mockReturnValue(statSync(folder).uid + 1);
  };

  it('is readable and writable only by its owner if it is new', () => {
    recordTimeline(inFolder('out.html'), { source }).stop();
    recordChromeTrace(inFolder('out.json'), { source }).stop();
    expect([modeOf('out.html'), modeOf('out.json')]).toEqual([0o600, 0o600]);
  });

  it('is readable only by its owner also if it is created through a link', () => {
    symlinkSync(inFolder('there.html'), inFolder('out.html'));
    recordTimeline(inFolder('out.html'), { source }).stop();
    expect(modeOf('there.html')).toBe(0o600);
    expect(lstatSync(inFolder('out.html')).isSymbolicLink()).toBe(true);
  });

  it('keeps the mode of an existing file', () => {
    writeFileSync(inFolder('out.html'), 'earlier');
    chmodSync(inFolder('out.html'), 0o640);
    recordTimeline(inFolder('out.html'), { source }).stop();
    expect(modeOf('out.html')).toBe(0o640);
  });

  it.each([
    ['a link of another user', (path: string) => symlinkSync(inFolder('secret'), path)],
    ['a file of another user', (path: string) => writeFileSync(path, 'theirs')],
    ['a link that leads nowhere yet', (path: string) => symlinkSync(inFolder('new'), path)],
  ])('is refused at once in a folder of all users where %s lies', (_, put) => {
    writeFileSync(inFolder('secret'), 'kept');
    put(inFolder('out.html'));
    shareFolder();
    expect(() => recordTimeline(inFolder('out.html'), { source })).toThrow(
      'the file belongs to another user, in a folder that all users can write to',
    );
    expect([read('secret'), existsSync(inFolder('new'))]).toEqual(['kept', false]);
  });

  it('is not written through a link that another user has put there meanwhile', () => {
    writeFileSync(inFolder('secret'), 'kept');
    const recording = recordTimeline(inFolder('out.html'), { source });
    symlinkSync(inFolder('secret'), inFolder('out.html'));
    shareFolder();
    expect(() => recording.stop()).toThrow('could not be written');
    expect(read('secret')).toBe('kept');
    rmSync(inFolder('out.html'));
    recording.stop();
    expect(modeOf('out.html')).toBe(0o600);
  });

  it('is written in a folder of all users where it is the own one', () => {
    chmodSync(folder, 0o1777);
    writeFileSync(inFolder('out.html'), 'earlier');
    recordTimeline(inFolder('out.html'), { source }).stop();
    expect(read('out.html')).toMatch(/^<!doctype html>/);
  });
});

describe('a recording of more than it keeps', () => {
  it('has the latest spans, and warns of the number of dropped spans', () => {
    const warned = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    const { source, play } = played(tasksFrom(1, 25));
    const [page, traced] = [
      recordTimeline(inFolder('out.html'), { source, max: 10, title: 'visits' }),
      recordChromeTrace(inFolder('out.json'), { source, max: 10 }),
    ];
    play();
    page.stop();
    traced.stop();
    expect(slicesIn('out.json')).toEqual(Array.from({ length: 10 }, (_, index) => `visit ${String(index + 16)}`));
    expect(read('out.html')).toContain('<title>visits (without the first 15 spans)</title>');
    expect(warned.mock.calls.map(([said]) => said as string)).toEqual(
      ['out.html', 'out.json'].map(
        (name) =>
          `sluice: ${inFolder(name)} has the last 10 spans; 15 earlier spans were dropped. Increase the option \`max\` to keep more.`,
      ),
    );
  });

  it('prints no warning if no span was dropped', () => {
    const warned = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    const { source, play } = played(tasksFrom(1, 10));
    const recording = recordChromeTrace(inFolder('out.json'), { source, max: 10 });
    play();
    recording.stop();
    expect(slicesIn('out.json')).toHaveLength(10);
    expect(warned).not.toHaveBeenCalled();
  });
});

describe('a path that cannot be written to', () => {
  it('is rejected at once, and nothing is recorded', () => {
    const { source } = played([]);
    const listeners = process.listenerCount('exit');
    for (const path of [inFolder('none/out.html'), folder]) {
      expect(() => recordTimeline(path, { source })).toThrow(`recordTimeline: cannot write to ${path}: Error: E`);
      expect(() => recordTimeline(path, { source })).toThrow('Pass the path of a writable file in an existing folder');
    }
    expect([source.observed, process.listenerCount('exit')]).toEqual([false, listeners]);
  });

  it('is checked without leaving a file behind', () => {
    const recording = recordTimeline(inFolder('out.html'), { source: played([]).source });
    expect(readdirSync(folder)).toEqual([]);
    recording.stop();
  });

  it('at the end only loses nothing: stop() throws, and may be called again', () => {
    const { source, play } = played(sharedFlush);
    mkdirSync(inFolder('inner'));
    const recording = recordChromeTrace(inFolder('inner/out.json'), { source });
    play();
    rmSync(inFolder('inner'), { recursive: true });
    expect(() => recording.stop()).toThrow(
      `recordChromeTrace: the recording could not be written to ${inFolder('inner/out.json')}: Error: ENOENT`,
    );
    mkdirSync(inFolder('inner'));
    recording.stop();
    expect(slicesIn('inner/out.json')).toHaveLength(4);
  });
});

describe('a process that records', () => {
  const program = (path: string, then: string): string => `
    const { recordChromeTrace } = require('sluice/trace');
    const recording = recordChromeTrace(${JSON.stringify(path)});
    const greet = task(function greet() { return 1; });
    greet().subscribe(() => { ${then} });`;

  it('writes the file when it ends', () => {
    expect(runAlone(program(inFolder('out.json'), ''))).toMatchObject({ hasEndedWell: true, stderr: '' });
    expect(slicesIn('out.json')).toEqual(['greet']);
  });

  it('writes the file when it calls process.exit, with its exit code', () => {
    expect(runAlone(program(inFolder('out.json'), 'process.exit(0)'))).toMatchObject({ hasEndedWell: true });
    expect(slicesIn('out.json')).toEqual(['greet']);
  });

  it('writes the file when an error ends it', () => {
    const ended = runAlone(program(inFolder('out.json'), "throw new RangeError('the end')"));
    expect(ended.hasEndedWell).toBe(false);
    expect(ended.stderr).toContain('RangeError: the end');
    expect(slicesIn('out.json')).toEqual(['greet']);
  });

  it('logs an error if it cannot write, and keeps its exit code', () => {
    mkdirSync(inFolder('inner'));
    const gone = `require('node:fs').rmSync(${JSON.stringify(inFolder('inner'))}, { recursive: true });`;
    const ended = runAlone(program(inFolder('inner/out.json'), gone));
    expect(ended.hasEndedWell).toBe(true);
    expect(ended.stderr).toContain(
      'sluice: recordChromeTrace: the recording is lost, because it could not be written to',
    );
    expect(ended.stderr).toContain('ENOENT');
  });
});

describe('misuse of recordTimeline', () => {
  it.each([undefined, null, 5, '', {}])('a path that is %p is refused', (path) => {
    expect(() => recordTimeline(path as never)).toThrow(TypeError);
    expect(() => recordTimeline(path as never)).toThrow(
      'recordTimeline: expected `path` to be the path of a file, or its URL; got',
    );
  });

  it.each([
    [null, 'recordTimeline: expected its config to be an object of options; got null'],
    [5, 'recordTimeline: expected its config to be an object of options; got 5'],
    [{ max: 0 }, 'recordTimeline: expected `max` to be a whole number, 1 or more, or Infinity; got 0'],
    [{ max: '5' }, 'recordTimeline: expected `max` to be a whole number, 1 or more, or Infinity; got "5"'],
    [{ max: NaN }, 'recordTimeline: expected `max` to be'],
    [{ source: [] }, 'recordTimeline: expected `source` to be an Observable of trace events; got'],
    [{ title: 5 }, 'recordTimeline: expected `title` to be a string; got 5'],
  ])('a config that is %p is refused', (config, message) => {
    expect(() => recordTimeline(inFolder('out.html'), config as never)).toThrow(TypeError);
    expect(() => recordTimeline(inFolder('out.html'), config as never)).toThrow(message);
  });
});
