/**
 * A `TestScheduler.run` that an assertion has ended midway takes its time with it: nothing it had pending comes any
 * more. Whoever uses the default scheduler next, on real time or in another run, must not feel it.
 *
 * Each case has a process of its own, so that what one breaks does not break the next.
 */
import { runAlone } from '../support/process';

jest.setTimeout(60_000);

const setup = `
  const echo = (keys) => [...keys];
  const ask = batch(echo);
  const ofWindow = batch(echo, { window: 5 });
  const held = batch(echo, { hold: 20 });
  const remembered = batch((keys) => rx.of(echo(keys)).pipe(rx.delay(1)), { cache: true });
  const oneAtATime = batch((keys) => rx.of(echo(keys)).pipe(rx.delay(4)), { concurrency: 1, maxSize: 1 });
  const print = (...words) => console.log(...words);
  const run = (program) => new TestScheduler(() => {}).run(program);
  const abortedRun = (program) => {
    try {
      run(() => { program(); throw new Error('assertion'); });
    } catch ({ message }) {
      print(message);
    }
  };`;

const inAnotherRun = `
  run(() => {
    const printAt = (...words) => print(...words, 'at', batchScheduler.now());
    ask('ask').subscribe(printAt);
    remembered('ask').subscribe((key) => printAt('remembered', key));
    ofWindow('window').subscribe(printAt);
    oneAtATime('flight').subscribe(printAt);
    held('held').subscribe(printAt);
    batchScheduler.schedule(() => printAt('work'));
    rx.timer(7, batchScheduler).subscribe(() => printAt('timer'));
  });`;

const onRealTime = `
  ask('ask').subscribe(print);
  held('held').subscribe(print);
  batchScheduler.schedule(() => print('work'));
  rx.of('observed').pipe(rx.observeOn(batchScheduler)).subscribe(print);`;

describe.each([
  ['nothing', ''],
  ['an open batch', 'ask("early").subscribe();'],
  ['a batch that is held', 'held("early").subscribe();'],
  ['a task that waits for others', 'task(() => rx.timer(3))().subscribe();'],
  ['scheduled work', 'batchScheduler.schedule(() => {});'],
  ['an open window', 'ofWindow("early").subscribe();'],
  ['a flight', 'oneAtATime("early").subscribe();'],
  ['a key that is remembered', 'remembered("ask").subscribe();'],
  ['a timer', 'rx.timer(3, batchScheduler).subscribe();'],
])('after a run that was aborted with %s pending', (_what, pending) => {
  it('another run goes as it would have gone, to the frame', () => {
    const { lines, hasEndedWell } = runAlone(`${setup} abortedRun(() => { ${pending} }); ${inAnotherRun}`);
    expect(hasEndedWell).toBe(true);
    expect(lines).toEqual([
      'assertion',
      'work at 0',
      'ask at 0',
      'remembered ask at 1',
      'flight at 4',
      'window at 5',
      'timer at 7',
      'held at 7',
    ]);
  });

  it('the default scheduler works on real time', () => {
    const { lines, hasEndedWell } = runAlone(`${setup} abortedRun(() => { ${pending} }); ${onRealTime}`);
    expect(hasEndedWell).toBe(true);
    expect(lines).toEqual(['assertion', 'work', 'observed', 'ask', 'held']);
  });

  it('what was pending on real time still comes', () => {
    const { lines, hasEndedWell } = runAlone(`${setup} ${onRealTime} abortedRun(() => { ${pending} });`);
    expect(hasEndedWell).toBe(true);
    expect(lines).toEqual(['assertion', 'work', 'observed', 'ask', 'held']);
  });
});
