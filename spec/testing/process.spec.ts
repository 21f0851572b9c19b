/** The tools for tests need no test runner, keep no process alive, and leak no memory. */
import { runAlone } from '../support/process';

describe('sluice/testing in a plain process', () => {
  it('mocks tasks, probes batches and runs virtual pools', () => {
    const { lines, stderr, hasEndedWell } = runAlone(`
      const { answersAfter, flushKeys, mockTask, probeBatch, restoreAllMocks, VirtualPool } = require('sluice/testing');
      if (typeof jest !== 'undefined' || typeof expect !== 'undefined') throw new Error('There is a test runner.');
      const { deepStrictEqual } = require('node:assert');

      const nameOf = batch((ids) => ids.map((id) => 'user ' + id), { name: 'nameOf' });
      const greet = task(function* greet(id) { return 'Hello ' + (yield* nameOf(id)); });
      const probe = probeBatch(nameOf);
      const mock = mockTask(nameOf).returns('Ada');
      console.log(greet(1).block(), probe.count, JSON.stringify(mock.calls));
      restoreAllMocks();
      console.log(all([greet(1), greet(2)]).block().join(), probe.keys.join());
      probe.stop();

      const pool = new VirtualPool({ size: 2, duration: 5 });
      const run = pool.task((text) => text.toUpperCase());
      new TestScheduler(deepStrictEqual).run(({ cold, expectObservable }) => {
        const ask = batch(answersAfter(3, (key) => key.toUpperCase()));
        expectObservable(flushKeys(ask)).toBe('-x', { x: ['a'] });
        expectObservable(cold('-a|').pipe(rx.mergeMap(ask))).toBe('----(A|)');
        expectObservable(cold('(abc|)').pipe(rx.mergeMap(run))).toBe('-----(AB)-(C|)');
      });
      run('d').then(console.log);
    `);
    expect(stderr).toBe('');
    expect(lines).toEqual(['Hello Ada 0 [[1]]', 'Hello user 1,Hello user 2 1,2', 'D']);
    expect(hasEndedWell).toBe(true);
  });

  it('keeps no process alive when mocks, probes and pools stay open', () => {
    const { lines, stderr, hasEndedWell } = runAlone(`
      const { mockTask, probeBatch, VirtualPool } = require('sluice/testing');
      const nameOf = batch((ids) => ids);
      mockTask(nameOf).returns(1);
      probeBatch(nameOf).next();
      const pool = new VirtualPool({ size: 0, taskTimeout: Infinity });
      pool.do(() => 1);
      pool.drain();
      new VirtualPool().close({ timeout: 60_000 });
      console.log('over');
    `);
    expect([lines, stderr, hasEndedWell]).toEqual([['over'], '', true]);
  });

  it('releases functions that were mocked and restored', () => {
    const { lines, stderr } = runAlone(
      `
      const { mockTask, VirtualPool } = require('sluice/testing');
      const refs = [];
      (() => {
        const inner = task(() => 1);
        const keys = batch((ids) => ids);
        const pool = new VirtualPool({ duration: 1 });
        const mocks = [inner, keys].map((fn) => mockTask(fn).returns(2));
        all([inner(), keys(1)]).block();
        for (const mock of mocks) mock.restore();
        refs.push(...[inner, keys, pool, ...mocks].map((it) => new WeakRef(it)));
        pool.do(() => 3);
      })();
      setTimeout(() => {
        gc();
        setTimeout(() => {
          gc();
          console.log(refs.filter((ref) => ref.deref() !== undefined).length);
        }, 20);
      }, 20);
    `,
      { flags: ['--expose-gc'] },
    );
    expect([lines, stderr]).toEqual([['0'], '']);
  });
});
