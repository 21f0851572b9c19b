/**
 * The list of all schedulers is complete and keeps no scheduler alive.
 */
import { batchScheduler, BatchScheduler } from 'sluice';
import { allSchedulers } from '../../src/scheduler/batch-scheduler';
import { runAlone } from '../support/process';

describe('allSchedulers()', () => {
  it('lists each scheduler from its creation on, in order of creation, the default one first', () => {
    const [one, other] = [new BatchScheduler({ name: 'one' }), new BatchScheduler({ name: 'other' })];
    const all = allSchedulers();
    expect(all[0]).toBe(batchScheduler);
    expect(all.indexOf(one)).toBeGreaterThan(0);
    expect(all.indexOf(other)).toBe(all.indexOf(one) + 1);
  });

  it('lists any number of schedulers, each once', () => {
    const many = Array.from({ length: 1_000 }, () => new BatchScheduler());
    const all = allSchedulers();
    expect(new Set(all).size).toBe(all.length);
    expect(many.every((scheduler) => all.includes(scheduler))).toBe(true);
  });

  it('does not list a scheduler whose constructor threw', () => {
    const before = allSchedulers().length;
    expect(() => new BatchScheduler({ name: 7 as unknown as string })).toThrow(TypeError);
    expect(allSchedulers()).toHaveLength(before);
  });

  it('no longer lists a scheduler that was garbage-collected', () => {
    const ended = runAlone(
      `
      const { BatchScheduler } = require('sluice');
      const { allSchedulers } = require('./dist/scheduler/batch-scheduler.cjs');
      const kept = new BatchScheduler({ name: 'kept' });
      for (let left = 1_000; left > 0; left--) new BatchScheduler({ name: 'gone' });
      const look = (turns) => {
        gc();
        const names = allSchedulers().map(({ name }) => name);
        if (names.includes('gone') && turns > 0) return setTimeout(look, 1, turns - 1);
        console.log(names.join());
        console.log(kept.name);
      };
      setTimeout(look, 1, 100);
      `,
      { flags: ['--expose-gc'] },
    );
    expect(ended).toEqual({ lines: ['batchScheduler,kept', 'kept'], stderr: '', hasEndedWell: true });
  });

  it('uses no memory for garbage-collected schedulers, also if it is never called', () => {
    const ended = runAlone(
      `
      const { BatchScheduler } = require('sluice');
      const { WeakRef: Genuine } = globalThis;
      // Only few weak references may remain.
      const round = (left) => {
        for (let count = 1_000; count > 0; count--) new BatchScheduler();
        gc();
        if (left > 0) return setTimeout(round, 1, left - 1);
        let references = 0;
        const { add } = Set.prototype;
        Set.prototype.add = function (value) {
          if (value instanceof Genuine) references = this.size;
          return add.call(this, value);
        };
        new BatchScheduler();
        Set.prototype.add = add;
        console.log(references < 5_000);
      };
      round(20);
      `,
      { flags: ['--expose-gc'] },
    );
    expect(ended).toEqual({ lines: ['true'], stderr: '', hasEndedWell: true });
  });
});
