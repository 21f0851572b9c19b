/** Failures that nobody ever received: told of when the value is collected, each once; and never the end of the process. */
import { runAlone, type Ended } from '../support/process';

/** Does what it is given, forgets it, and collects all garbage. What it is told of are the lines. */
const forgetting = (work: string, onUnhandledError = "(error) => console.log('told:', String(error))"): Ended =>
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

describe('a failure that nobody received is told of', () => {
  it.each([
    ['of a cell', 'failed(no());'],
    ['of started work', 'fails().start();'],
    ['of a run', 'run([fails()]);'],
    ['of a list, once', 'new AsyncList([fails(), Future.of(1)]);'],
    [
      'of which it was only asked whether it had come',
      'const value = failed(no()); value.wait(); value.wait(5); value.isError;',
    ],
    ['whose time was over for one who waited', 'const value = fails().start(); value.get(0); value.wait(0);'],
    [
      'for which one had waited, and left',
      'const value = fails().start(); value.subscribe({ error() {} }).unsubscribe();',
    ],
    [
      'of the rest of a list, which it does not pass on',
      'await new AsyncList([failed(new Error("first")), failed(no())]).then(null, () => {});',
    ],
  ])('%s', (_, work) => {
    expect(forgetting(work)).toEqual({ lines: ['told: Error: no', 'over'], stderr: '', hasEndedWell: true });
  });

  it('by the console, where nobody looks after such errors, and by the exit code', () => {
    const { lines, stderr, hasEndedWell } = forgetting('failed(no());', 'null');
    expect([lines, hasEndedWell]).toEqual([['over'], false]);
    expect(stderr).toMatch(/^sluice: nobody received the failure of an AsyncValue. Error: no/);
  });

  it('and if he who looks after them throws, it is told of by the console, and is not the end of the process', () => {
    const { lines, stderr, hasEndedWell } = forgetting('failed(no());', "() => { throw new Error('fault'); }");
    expect([lines, hasEndedWell]).toEqual([['over'], true]);
    expect(stderr).toMatch(/^sluice: nobody received the failure of an AsyncValue. Error: no/);
    expect(stderr).toMatch(/config.onUnhandledError.*Error: fault/);
  });
});

describe('a failure is not told of', () => {
  it.each([
    ['that one was told of who waits', 'await fails().start().then(null, () => {});'],
    ['that one was told of who came late', 'failed(no()).subscribe({ error() {} });'],
    ['that was looked at', 'failed(no()).error;'],
    ['that was thrown by value', 'try { failed(no()).value } catch {}'],
    ['that was thrown by get', 'try { failed(no()).get(0) } catch {}'],
    ['that was thrown by block', 'try { task(() => { throw no(); })().start().block() } catch {}'],
    ['that a task caught', 'task(function* () { try { yield* failed(no()); } catch {} })().subscribe();'],
    [
      'that a list passed on',
      'await new AsyncList([failed(no()), failed(no)]).then(null, (error) => { if (!(error instanceof Error)) throw error; });'.replace(
        'failed(no)]',
        'Future.of(1)]',
      ),
    ],
    [
      'that is one with what a list passed on',
      'const same = no(); await new AsyncList([failed(same), failed(same)]).then(null, () => {});',
    ],
    [
      'that came while one blocked and others waited',
      'const value = batch((keys) => { throw no(); })(1).start(); value.subscribe({ error() {} }); value.wait();',
    ],
    [
      'that is a cancellation',
      'const work = fails().start(); work.cancel(no()); new AsyncValue().cancel(no()); run([rx.NEVER]).cancel();',
    ],
  ])('%s', (_, work) => {
    expect(forgetting(work)).toEqual({ lines: ['over'], stderr: '', hasEndedWell: true });
  });
});
