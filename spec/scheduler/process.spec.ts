/**
 * The scheduler never keeps the process alive, and is never stopped by an error of other code.
 */
import { runAlone } from '../support/process';

const HOUR = 3_600_000;

describe('a process', () => {
  it('ends by itself when all keys of a batch with a window are cancelled', () => {
    const ended = runAlone(`
      const ask = batch((keys) => keys, { window: ${HOUR} });
      const asked = all([ask('a'), ask('b')]).subscribe();
      setImmediate(() => (asked.unsubscribe(), console.log('left')));
    `);
    expect(ended).toEqual({ lines: ['left'], stderr: '', hasEndedWell: true });
  });

  it('ends by itself when all keys of a held batch are cancelled', () => {
    const ended = runAlone(`
      const ask = batch((keys) => keys, { hold: ${HOUR} });
      task(() => rx.NEVER)().subscribe();
      const asked = all([ask('a'), ask('b')]).subscribe();
      setImmediate(() => (asked.unsubscribe(), console.log('left')));
    `);
    expect(ended).toEqual({ lines: ['left'], stderr: '', hasEndedWell: true });
  });

  it('ends by itself when a full batch was flushed before its window elapsed', () => {
    const ended = runAlone(`
      const ask = batch((keys) => keys, { window: ${HOUR}, hold: ${HOUR}, maxSize: 2 });
      ask.many(['a', 'b']).subscribe((values) => console.log(...values));
    `);
    expect(ended).toEqual({ lines: ['a b'], stderr: '', hasEndedWell: true });
  });

  it('ends by itself when scheduled work was unsubscribed', () => {
    const ended = runAlone(`
      const late = batchScheduler.schedule(() => console.log('late'), ${HOUR});
      const interval = rx.interval(${HOUR}, batchScheduler).subscribe();
      setImmediate(() => (late.unsubscribe(), interval.unsubscribe(), console.log('left')));
    `);
    expect(ended).toEqual({ lines: ['left'], stderr: '', hasEndedWell: true });
  });

  it('ends by itself while a subscriber waits for a value that never arrives', () => {
    const ended = runAlone(`
      batch(() => rx.NEVER)('a').subscribe();
      new AsyncValue().subscribe();
      console.log('waiting');
    `);
    expect(ended).toEqual({ lines: ['waiting'], stderr: '', hasEndedWell: true });
  });
});

describe('an uncaught error', () => {
  /** Runs `work` in the first turn, and uses the scheduler in the next. */
  const afterErrorIn = (work: string): readonly string[] =>
    runAlone(`
      process.on('unhandledRejection', ({ message }) => console.log(message));
      process.on('uncaughtException', ({ message }) => console.log(message));
      const fail = () => { throw new Error('thrown'); };
      ${work}
      setImmediate(() => {
        batchScheduler.schedule(() => console.log('ran'));
        batch((keys) => keys)('asked').subscribe(console.log);
      });
    `).lines;

  it('in scheduled work does not stop the scheduler', () => {
    const lines = afterErrorIn('batchScheduler.schedule(fail); batchScheduler.schedule(() => console.log("dropped"));');
    expect(lines).toEqual(['thrown', 'ran', 'asked']);
  });

  it('in the work of a timer does not stop the scheduler', () => {
    const lines = afterErrorIn('batchScheduler.schedule(fail, 1);');
    expect([...lines].sort()).toEqual(['asked', 'ran', 'thrown']);
  });

  it('in unrelated work on asapScheduler does not stop the scheduler', () => {
    const lines = afterErrorIn('rx.asapScheduler.schedule(fail); batchScheduler.schedule(() => {});');
    expect(lines).toEqual(['thrown', 'ran', 'asked']);
  });

  it('in an observer does not stop the scheduler', () => {
    const lines = afterErrorIn('batch((keys) => keys)("a").subscribe(fail);');
    expect([...lines].sort()).toEqual(['asked', 'ran', 'thrown']);
  });
});
