/**
 * A `TestScheduler.run` aborted by a failed assertion never runs its pending work. The next user of the default scheduler,
 * on real time or in another run, must not notice the aborted run.
 *
 * Each case runs in its own process, so that a failure in one case cannot affect the next.
 */
import { runAlone } from '../support/process';

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
  ['a held batch', 'held("early").subscribe();'],
  ['a waiting task', 'task(() => rx.timer(3))().subscribe();'],
  ['scheduled work', 'batchScheduler.schedule(() => {});'],
  ['an open window', 'ofWindow("early").subscribe();'],
  ['a flight', 'oneAtATime("early").subscribe();'],
  ['a cached key', 'remembered("ask").subscribe();'],
  ['a timer', 'rx.timer(3, batchScheduler).subscribe();'],
])('after a run that was aborted with %s pending', (_what, pending) => {
  it('another run has the same events in the same frames', () => {
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

  it('work pending on real time still runs', () => {
    const { lines, hasEndedWell } = runAlone(`${setup} ${onRealTime} abortedRun(() => { ${pending} });`);
    expect(hasEndedWell).toBe(true);
    expect(lines).toEqual(['assertion', 'work', 'observed', 'ask', 'held']);
  });
});

describe('work that waits on real time, after an aborted run', () => {
  it.each([
    ['unsubscribed the wait of a held batch', 'abortedRun(() => busy.unsubscribe());'],
    ['set the value that a held batch waited for', 'abortedRun(() => cell.set(1));'],
  ])('moves that on in real time: it has %s', (_what, run) => {
    const { lines, hasEndedWell } = runAlone(`${setup}
      const cell = new AsyncValue();
      const busy = cell.subscribe();
      batch(echo, { hold: 5_000 })('held').subscribe(print);
      setTimeout(() => { ${run} ask('ask').subscribe(print); }, 5);`);
    expect(hasEndedWell).toBe(true);
    expect(lines).toEqual(['assertion', 'ask', 'held']);
  });

  it('flushes a batch in the slot of a flight that the aborted run has cancelled', () => {
    const { lines, hasEndedWell } = runAlone(`${setup}
      const one = batch((keys) => keys.includes('first') ? rx.NEVER : echo(keys), { concurrency: 1 });
      const first = one('first').subscribe();
      setTimeout(() => one('second').subscribe(print), 5);
      setTimeout(() => { abortedRun(() => first.unsubscribe()); ask('ask').subscribe(print); }, 10);`);
    expect(hasEndedWell).toBe(true);
    expect(lines).toEqual(['assertion', 'second', 'ask']);
  });

  it.each([
    ['asyncScheduler', 'rx.asyncScheduler'],
    ['asapScheduler', 'rx.asapScheduler'],
    ['queueScheduler', 'rx.queueScheduler'],
  ])('does so whatever the clock: %s', (_name, clock) => {
    const { lines, hasEndedWell } = runAlone(`${setup}
      const { BatchScheduler } = require('sluice');
      const scheduler = new BatchScheduler({ clock: ${clock} });
      const cell = new AsyncValue();
      const busy = scheduler.runQueue.drive(() => cell.subscribe());
      batch(echo, { scheduler, hold: 5_000 })('held').subscribe(print);
      setTimeout(() => { abortedRun(() => busy.unsubscribe()); batch(echo, { scheduler })('ask').subscribe(print); }, 5);`);
    expect(hasEndedWell).toBe(true);
    expect(lines).toEqual(['assertion', 'ask', 'held']);
  });
});

describe('work that waits in an aborted run, when real time goes on', () => {
  it('includes no flush of a held batch', () => {
    const { lines, hasEndedWell } = runAlone(`${setup}
      const source = new rx.Subject();
      const late = batch((keys) => { print('flushed'); return echo(keys); }, { hold: 20 });
      try {
        run(() => {
          source.pipe((it) => Future.from(it)).subscribe({ error: () => {} });
          late('early').subscribe();
          rx.timer(3).subscribe(() => { throw new Error('assertion'); });
        });
      } catch ({ message }) { print(message); }
      source.next(1);
      source.complete();
      setTimeout(() => print('over'), 40);`);
    expect(hasEndedWell).toBe(true);
    expect(lines).toEqual(['assertion', 'over']);
  });

  it('includes no flush of a full batch that waited for its concurrency', () => {
    const { lines, hasEndedWell } = runAlone(`${setup}
      const one = batch((keys) => { print(...keys); return Promise.resolve(echo(keys)); }, { concurrency: 1, maxSize: 1 });
      abortedRun(() => one.many(['first', 'second']).subscribe());
      setTimeout(() => print('over'), 20);`);
    expect(hasEndedWell).toBe(true);
    expect(lines).toEqual(['first', 'assertion', 'over']);
  });
});
