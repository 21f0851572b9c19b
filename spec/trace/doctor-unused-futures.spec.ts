/** The doctor's warning of futures that were never run, when they are collected or the process exits. */
import { runAlone } from '../support/process';

/** The lines of the warnings that a process with this program prints until it exits. */
function saidAtExit(program: string): string[] {
  const { stderr } = runAlone(`
    const { debug, Scope } = require('sluice');
    const { retryTask } = require('sluice/tools');
    debug();
    const visit = task(function* visit(id) { return id; });
    const nameOf = batch((ids) => ids.map((id) => 'user ' + id), { name: 'nameOf', cache: true });
    ${program}
  `);
  return stderr.split('\n').filter(Boolean);
}

/** The warnings that a process prints when the garbage of this program has been collected. */
function saidWhenCollected(program: string): readonly string[] {
  const { lines } = runAlone(
    `
    const { debug } = require('sluice');
    console.warn = (text) => console.log(text.split('\\n')[0]);
    const visit = task(function* visit(id) { return id; });
    debug();
    (() => { ${program} })();
    const collect = (turns) => {
      gc();
      if (turns > 0) return setTimeout(collect, 1, turns - 1);
      console.log('collected');
      process.reallyExit(0);
    };
    setTimeout(collect, 1, 50);
    `,
    { flags: ['--expose-gc'] },
  );
  return lines;
}

const WARNING = 'sluice doctor: a call of visit returned a future that was never run,';

describe('a call whose future is never run', () => {
  it('gets a warning when it is collected', () => {
    expect(saidWhenCollected('visit(1);')).toEqual([WARNING, 'collected']);
  });

  it('gets one warning for each call site', () => {
    expect(saidWhenCollected('for (let id = 0; id < 100; id++) visit(id); visit(1);')).toEqual([
      WARNING,
      WARNING,
      'collected',
    ]);
  });

  it('gets no warning if it was run', () => {
    expect(saidWhenCollected('visit(1).subscribe(); visit(2).start(); visit(3).block();')).toEqual(['collected']);
  });

  it('gets no warning if debugging was turned off meanwhile', () => {
    expect(saidWhenCollected('visit(1); debug(false);')).toEqual(['collected']);
  });

  it('gets a warning with its call site when the process exits', () => {
    const [what, site, how, ...more] = saidAtExit('globalThis.kept = visit(1);');
    expect(what).toBe(WARNING);
    expect(site).toMatch(/^ {4}at .*:\d+:\d+\)?$/);
    expect(how).toContain('A future is cold');
    expect(more).toEqual([]);
  });

  it('gets a warning if it is the future of a key', () => {
    expect(saidAtExit('globalThis.kept = nameOf(1);')[0]).toBe(
      'sluice doctor: a call of nameOf returned a future that was never run,',
    );
  });

  it.each([
    ['subscribed to', 'visit(1).subscribe(); nameOf(1).subscribe();'],
    ['awaited', '(async () => { await visit(1); await nameOf(1); })();'],
    ['started', 'visit(1).start(); nameOf(1).start();'],
    ['blocked on', 'visit(1).block(); nameOf.block(1);'],
    ['one of many', 'nameOf.many([1, 2]).subscribe(); nameOf.many([1, 2]).subscribe();'],
    ['known', 'nameOf.prime(1, "primed"); nameOf(1).subscribe(); nameOf(1).block();'],
    ['in an all', 'all([visit(1), nameOf(1), { it: visit(2) }]).subscribe();'],
    ['yielded', 'task(function* () { yield visit(1); yield* nameOf(1); yield [visit(2)]; })().subscribe();'],
    ['returned', 'task(() => visit(1))().subscribe();'],
    ['piped', 'visit(1).pipe(rx.map((id) => id)).subscribe(); Future.from(nameOf(1)).subscribe();'],
    ['begun by operators', 'rx.of(1, 2).pipe(rx.mergeMap((id) => all([visit(id), nameOf(id)]))).subscribe();'],
    [
      'work of a scope',
      'const scope = new Scope(); scope.start(visit(1)); scope.start(() => nameOf(1)); scope.close().subscribe();',
    ],
    ['tried again', 'retryTask(visit, { attempts: 2 })(1).subscribe();'],
    ['cancelled', 'nameOf(1).subscribe().unsubscribe(); task(() => rx.NEVER)().subscribe().unsubscribe();'],
    [
      'on another scheduler',
      'const { BatchScheduler } = require("sluice"); new BatchScheduler().schedule(() => visit(1).subscribe());',
    ],
    [
      'mocked',
      'const mock = require("sluice/testing").mockTask(nameOf).returns("mock"); nameOf(1).block(); mock.restore();',
    ],
    [
      'mocked, a task',
      'const mock = require("sluice/testing").mockTask(visit).returns(1); visit(1).block(); mock.restore();',
    ],
    [
      'run, and its key fails',
      'batch((ids) => ids, { key: () => { throw new Error("no"); } })(1).subscribe({ error: () => {} });',
    ],
  ])('is not where it is %s', (_, program) => {
    expect(saidAtExit(program)).toEqual([]);
  });

  it('gets no warning if an earlier future of the same all failed at once', () => {
    expect(saidAtExit('all([Future.fail("no"), visit(1)]).subscribe({ error: () => {} });')).toEqual([]);
  });

  it('gets no warning if its scope was cancelled before it started', () => {
    expect(
      saidAtExit('const scope = new Scope(); scope.start(visit(1)); scope.cancel(); scope.close().subscribe();'),
    ).toEqual([]);
  });

  it('gets no warning while debugging is off', () => {
    expect(saidAtExit('debug(false); globalThis.kept = visit(1);')).toEqual([]);
  });

  it('gets no warning if debugging was off at the call', () => {
    expect(saidAtExit('debug(false); globalThis.kept = visit(1); debug();')).toEqual([]);
  });
});
