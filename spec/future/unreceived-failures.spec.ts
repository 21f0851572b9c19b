/** Failures that no consumer received: each is reported once, when the value is collected, and never ends the process. */
import { runAlone, type ProcessResult } from '../support/process';

/** Runs `work` in a separate process, then collects all garbage. Its lines are the reports. */
const reportsOf = (
  work: string,
  onUnhandledError = "(error) => console.log('reported:', String(error))",
): ProcessResult =>
  runAlone(`
    const { AsyncList, run, Scope } = require('sluice');
    require('node:v8').setFlagsFromString('--expose_gc');
    const gc = require('node:vm').runInNewContext('gc');
    rx.config.onUnhandledError = ${onUnhandledError};
    const failed = (error) => { const value = new AsyncValue(); value.fail(error); return value; };
    const no = () => new Error('no');
    const fails = task(function* () { yield rx.timer(1); throw no(); });
    const work = async () => { ${work} };
    (async () => {
      await work();
      for (let round = 0; round < 5; round++) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        gc();
      }
      console.log('over');
    })();
  `);

describe('a failure that no consumer received is reported', () => {
  it.each([
    ['of an AsyncValue without work', 'failed(no());'],
    ['of started work', 'fails().start();'],
    ['of a run', 'run([fails()]);'],
    ['of a list, once only', 'new AsyncList([fails(), Future.of(1)]);'],
    [
      'after calls of `wait` and `isError` only',
      'const value = failed(no()); value.wait(); value.wait(5); value.isError;',
    ],
    ['after a wait whose time limit was over', 'const value = fails().start(); value.get(0); value.wait(0);'],
    [
      'after its only subscriber has unsubscribed',
      'const value = fails().start(); value.subscribe({ error() {} }).unsubscribe();',
    ],
    [
      'of a list input whose error the list does not pass on',
      'await new AsyncList([failed(new Error("first")), failed(no())]).then(null, () => {});',
    ],
  ])('%s', (_, work) => {
    expect(reportsOf(work)).toEqual({ lines: ['reported: Error: no', 'over'], stderr: '', hasEndedWell: true });
  });

  it('on the console and by the exit code, if config.onUnhandledError is not set', () => {
    const { lines, stderr, hasEndedWell } = reportsOf('failed(no());', 'null');
    expect([lines, hasEndedWell]).toEqual([['over'], false]);
    expect(stderr).toMatch(/^sluice: unhandled failure of an AsyncValue. Error: no/);
  });

  it('on the console if config.onUnhandledError throws, and the process continues', () => {
    const { lines, stderr, hasEndedWell } = reportsOf('failed(no());', "() => { throw new Error('fault'); }");
    expect([lines, hasEndedWell]).toEqual([['over'], true]);
    expect(stderr).toMatch(/^sluice: unhandled failure of an AsyncValue. Error: no/);
    expect(stderr).toMatch(/config.onUnhandledError.*Error: fault/);
  });
});

describe('a failure is not reported', () => {
  it.each([
    ['that a waiter received', 'await fails().start().then(null, () => {});'],
    ['that a late subscriber received', 'failed(no()).subscribe({ error() {} });'],
    ['whose `error` was read', 'failed(no()).error;'],
    ['that `value` threw', 'try { failed(no()).value } catch {}'],
    ['that `get` threw', 'try { failed(no()).get(0) } catch {}'],
    ['that `block` threw', 'try { task(() => { throw no(); })().start().block() } catch {}'],
    ['that a task caught', 'task(function* () { try { yield* failed(no()); } catch {} })().subscribe();'],
    [
      'that a list passed on',
      'await new AsyncList([failed(no()), failed(no)]).then(null, (error) => { if (!(error instanceof Error)) throw error; });'.replace(
        'failed(no)]',
        'Future.of(1)]',
      ),
    ],
    [
      'that is the same error object as the one a list passed on',
      'const same = no(); await new AsyncList([failed(same), failed(same)]).then(null, () => {});',
    ],
    [
      'that arrived during a block while a subscriber waited',
      'const value = batch((keys) => { throw no(); })(1).start(); value.subscribe({ error() {} }); value.wait();',
    ],
    [
      'that is a cancellation',
      'const work = fails().start(); work.cancel(no()); new AsyncValue().cancel(no()); run([rx.NEVER]).cancel();',
    ],
  ])('%s', (_, work) => {
    expect(reportsOf(work)).toEqual({ lines: ['over'], stderr: '', hasEndedWell: true });
  });
});
