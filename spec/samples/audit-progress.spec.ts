/** Progress of the audit: a bar on a terminal, a line every ten seconds in a log. */
import { progressOn } from '../../samples/audit/progress';

const screen = (isTTY: boolean): { readonly isTTY: boolean; written: string; write: (text: string) => boolean } => ({
  isTTY,
  written: '',
  write(text) {
    this.written += text;
    return true;
  },
});

const { TERM } = process.env;
beforeEach(() => {
  jest.useFakeTimers();
  process.env['TERM'] = 'xterm';
});
afterEach(() => {
  jest.useRealTimers();
  if (TERM === undefined) delete process.env['TERM'];
  else process.env['TERM'] = TERM;
});

it('on a terminal is a bar, which is removed at the end', () => {
  const terminal = screen(true);
  const progress = progressOn(terminal);
  progress.show('loading');
  expect(terminal.written).toContain('loading [');
  progress.show('one query at a time', 0, 126_000);
  jest.advanceTimersByTime(1_000);
  progress.show('one query at a time', 5_000, 126_000);
  jest.advanceTimersByTime(1_000);
  expect(terminal.written).toContain('5000 of 126000');
  progress.end();
  // eslint-disable-next-line no-control-regex -- the sequence that clears the line
  expect(terminal.written).toMatch(/\x1b\[2K$/);
  expect(jest.getTimerCount()).toBe(0);
});

it('on a terminal leaves Ctrl-C to the process', () => {
  const listeners = process.listenerCount('SIGINT');
  const progress = progressOn(screen(true));
  progress.show('loading');
  expect(process.listenerCount('SIGINT')).toBe(listeners);
  progress.end();
});

it.each(['a log', 'a dumb terminal'])('on %s is a line every ten seconds, and none before', (kind) => {
  const log = screen(kind === 'a dumb terminal');
  process.env['TERM'] = 'dumb';
  const progress = progressOn(log);
  progress.show('loading');
  jest.advanceTimersByTime(9_000);
  progress.show('warming up');
  expect(log.written).toBe('');
  jest.advanceTimersByTime(1_000);
  for (const done of [70, 71, 72]) progress.show('one query at a time', done, 126_000);
  expect(log.written).toBe('audit: one query at a time, 70 of 126000, 10 s\n');
  jest.advanceTimersByTime(10_000);
  progress.show('warming up');
  progress.end();
  expect(log.written).toMatch(/\naudit: warming up, 20 s\n$/);
});
