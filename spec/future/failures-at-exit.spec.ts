/** Failures that no consumer has received by the time the process exits. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

interface Exit {
  readonly code: number | null;
  readonly lines: readonly string[];
  readonly stderr: string;
}

/** Runs `program`, plain JavaScript with `rx` and the exports of sluice in scope, in a separate process. */
function exitOf(program: string): Exit {
  const source = `
    const rx = require('rxjs');
    const { AsyncList, AsyncValue, batch, run, Scope, scoped, task } = require('sluice');
    const no = () => new Error('the disk is full');
    const save = batch(async () => { throw no(); }, { name: 'save' });
    const fails = task(function* () { yield rx.timer(1); throw no(); });
    ${program}`;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--require', require.resolve('tsx/cjs'), '--input-type=commonjs', '--eval', source],
    { cwd: join(__dirname, '..', '..'), encoding: 'utf8', timeout: 20_000, killSignal: 'SIGKILL' },
  );
  return { code: status, lines: stdout.split('\n').filter(Boolean), stderr };
}

const reportedOnce = /^sluice: unhandled failure of [^\n]*Error: the disk is full(?![^]*sluice: unhandled)/;

describe('a failure that no consumer received is reported when the process exits', () => {
  it.each([
    ['of a started key', 'save(1).start();'],
    ['of a started task', 'fails().start();'],
    ['of an AsyncValue that is failed by hand', 'globalThis.value = new AsyncValue(); value.fail(no());'],
    ['of a run', 'run([fails()]);'],
    ['of a list, once only', 'globalThis.list = new AsyncList([fails()]);'],
    ['of work of a scope that is never closed', 'globalThis.scope = new Scope(); scope.start(fails());'],
    ['of a closed scope whose end is not awaited', 'const s = new Scope(); s.start(fails()); s.close();'],
    [
      'of a clean-up in a scope that is never closed',
      `globalThis.scope = new Scope({ errorMode: 'continue' });
       const failing = task(function* () { try { yield rx.NEVER; } finally { throw no(); } });
       scope.start(function* () { const left = failing().subscribe(); yield rx.timer(1); left.unsubscribe(); });`,
    ],
    ['of a program that calls process.exit', 'fails().start(); setTimeout(() => process.exit(), 20);'],
  ])('%s', (_, program) => {
    const { code, stderr } = exitOf(program);
    expect(stderr).toMatch(reportedOnce);
    expect(code).toBe(1);
  });
  it('to config.onUnhandledError if that is set, without a change of the exit code', () => {
    const { code, lines, stderr } = exitOf(`
      rx.config.onUnhandledError = (error) => console.log('reported', error.message);
      save(1).start();`);
    expect([code, lines, stderr]).toEqual([0, ['reported the disk is full'], '']);
  });
  it('without a change of an exit code that the program has set', () => {
    expect(exitOf('save(1).start(); process.exitCode = 7;').code).toBe(7);
  });
  it('for each of several failures', () => {
    const { stderr } = exitOf('save(1).start(); fails().start();');
    expect(stderr.match(/sluice: unhandled/g)).toHaveLength(2);
  });
});

describe('nothing is reported when the process exits', () => {
  it.each([
    ['of a failure that was received', 'fails().start().then(null, () => {});'],
    ['of a failure that was received later', 'const v = fails().start(); setTimeout(() => v.error, 20);'],
    ['of a cancellation', 'const v = task(() => rx.NEVER)().start(); v.cancel();'],
    [
      'of a scope whose failure was received',
      'const s = new Scope(); s.start(fails()); s.close().then(null, () => {});',
    ],
  ])('%s', (_, program) => {
    expect(exitOf(program)).toEqual({ code: 0, lines: [], stderr: '' });
  });
  it('and no exit listener is registered while no failure is unreceived', () => {
    const { lines } = exitOf(`
      const before = process.listenerCount('exit');
      fails().start().then(null, () => console.log(process.listenerCount('exit') - before));`);
    expect(lines).toEqual(['0']);
  });
});
