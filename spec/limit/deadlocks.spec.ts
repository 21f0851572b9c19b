/** A call inside of another one that needs a slot which the outer one holds: an error, where both would wait for ever. */
import { NEVER, of, timer } from 'rxjs';
import { all, Future, Limiter, LimiterDeadlockError, task } from 'sluice';
import { failureOf } from '../support/failure-of';
import { testScheduler } from '../support/virtual-time';

const inner = (limiter: Limiter, key: unknown = 'a'): Future<number> => limiter.run(key, Future.of(1));

describe('a task in a limiter that calls the same limiter', () => {
  it('fails with an error that names the limiter, the key and the task', async () => {
    const limiter = new Limiter({ name: 'api', concurrency: 1 });
    const page = task(function* page() {
      return yield* inner(limiter, 'b');
    });
    const error = await failureOf(limiter.run('a', page()));
    expect(error).toBeInstanceOf(LimiterDeadlockError);
    expect(error).toMatchObject({ limiter: 'api', key: 'b', holder: 'task "page"', code: 'SLUICE_LIMITER_DEADLOCK' });
    expect(String(error)).toBe(
      'LimiterDeadlockError: A call of limiter "api" for key "b" cannot start: task "page" holds a slot that the call ' +
        'needs, and waits for the call. A call inside of another call takes a slot of its own, and all slots are held ' +
        'by calls that wait. Make the inner call outside of the outer one, use a second limiter for it, or raise `concurrency`.',
    );
    expect(limiter.stats).toMatchObject({ running: 0, waiting: 0 });
  });

  it('fails for the concurrency of the key too, and names the call where it has a name', async () => {
    const limiter = new Limiter({ perKey: { concurrency: 1 } });
    const page = task(function* () {
      return yield* inner(limiter);
    });
    expect(await failureOf(limiter.run('a', page(), { name: 'outer' }))).toMatchObject({ holder: 'call "outer"' });
    expect(await limiter.run('b', page())).toBe(1);
  });

  it('fails for the key NaN as for every other key', () => {
    const limiter = new Limiter({ perKey: { concurrency: 1 } });
    expect(() => limiter.run(NaN, () => inner(limiter, NaN)).block()).toThrow(LimiterDeadlockError);
  });

  it('fails when the function of the work calls it', async () => {
    const limiter = new Limiter({ concurrency: 1 });
    expect(await failureOf(limiter.run('a', () => inner(limiter)))).toBeInstanceOf(LimiterDeadlockError);
  });

  it('can handle the error and go on', async () => {
    const limiter = new Limiter({ concurrency: 1 });
    const page = task(function* () {
      try {
        return yield* inner(limiter);
      } catch {
        return -1;
      }
    });
    expect(await limiter.run('a', page())).toBe(-1);
  });

  it('runs where another slot is free, or comes free', () => {
    testScheduler().run(({ flush }) => {
      const limiter = new Limiter({ concurrency: 2 });
      const page = task(function* () {
        return yield* inner(limiter);
      });
      const values: unknown[] = [];
      limiter.run('x', timer(10)).subscribe();
      limiter.run('a', page()).subscribe((value) => values.push(value));
      flush();
      expect(values).toEqual([1]);
    });
  });

  it('is searched for by one look at each holder while slots are left', () => {
    testScheduler().run(({ flush }) => {
      const limiter = new Limiter({ concurrency: 1_010 });
      const page = task(function* () {
        yield timer(1);
        return yield* limiter.run('b', () => timer(1));
      });
      let ended = 0;
      for (let call = 0; call < 1_000; call++) limiter.run('a', page()).subscribe(() => ended++);
      flush();
      expect(ended).toBe(1_000);
    });
  });

  it('fails one of two that wait for each other to give back a slot, and the other one ends', () => {
    testScheduler().run(({ flush }) => {
      const limiter = new Limiter({ concurrency: 2 });
      const page = task(function* page() {
        yield timer(1);
        return yield* inner(limiter);
      });
      const outcomes: unknown[] = [];
      for (const key of 'ab') {
        const record = (outcome: unknown): void => void outcomes.push(outcome);
        limiter.run(key, page()).subscribe({ next: record, error: record });
      }
      flush();
      expect(outcomes).toEqual([expect.any(LimiterDeadlockError), 1]);
    });
  });

  it('fails where two limiters wait for each other', () => {
    testScheduler().run(({ flush }) => {
      const [one, other] = [
        new Limiter({ name: 'one', concurrency: 1 }),
        new Limiter({ name: 'other', concurrency: 1 }),
      ];
      const through = (first: Limiter, second: Limiter): Future<number> =>
        first.run(
          'a',
          task(function* () {
            yield timer(1);
            return yield* inner(second);
          })(),
        );
      const outcomes: unknown[] = [];
      const record = (outcome: unknown): void => void outcomes.push(outcome);
      through(one, other).subscribe({ next: record, error: record });
      through(other, one).subscribe({ next: record, error: record });
      flush();
      expect(outcomes).toEqual([expect.objectContaining({ limiter: 'one' }), 1]);
    });
  });

  it('fails with as many inner calls as the slots that are left do not suffice for', () => {
    const limiter = new Limiter({ concurrency: 3 });
    const page = task(function* () {
      return yield* limiter.run('a', Future.of(1), { cost: 2 });
    });
    expect(() => limiter.run('a', page(), { cost: 2 }).block()).toThrow(LimiterDeadlockError);
    expect(limiter.run('a', all([page(), page()])).block()).toEqual([1, 1]);
  });
});

describe('a call inside of another one that waits already', () => {
  const outcomesOf = (limiter: Limiter, whileItWaits: () => void): unknown[] =>
    testScheduler().run(({ flush }) => {
      const outcomes: unknown[] = [];
      const record = (outcome: unknown): void => void outcomes.push(outcome);
      const page = task(function* () {
        yield timer(1);
        return yield* inner(limiter);
      });
      limiter.run('a', page()).subscribe({ next: record, error: record });
      whileItWaits();
      flush();
      return outcomes;
    });
  const after = (ms: number, act: () => void): void => void timer(ms).subscribe(act);

  it('fails when the last slot for it is taken away', () => {
    const rate = { count: 1, per: 10 };
    const all = new Limiter({ concurrency: 2, rate });
    expect(outcomesOf(all, () => after(2, () => all.set({ concurrency: 1 })))).toEqual([
      expect.any(LimiterDeadlockError),
    ]);
    const keyed = new Limiter({ rate });
    const lower = (): void => keyed.key('a').set({ concurrency: 1 });
    expect(outcomesOf(keyed, () => after(2, lower))).toEqual([expect.any(LimiterDeadlockError)]);
  });

  it('goes on when a lowered bound leaves a slot for it', () => {
    const limiter = new Limiter({ concurrency: 3, rate: { count: 1, per: 10 } });
    expect(outcomesOf(limiter, () => after(2, () => limiter.set({ concurrency: 2 })))).toEqual([1]);
  });

  it.each(['a', 'b'])('fails behind a call that needs the slot of the outer one, of key %p', (key) => {
    const limiter = new Limiter({ concurrency: 2 });
    const done: string[] = [];
    const big = (): void => void limiter.run(key, () => of('big'), { slots: 2 }).subscribe((value) => done.push(value));
    expect(outcomesOf(limiter, big)).toEqual([expect.any(LimiterDeadlockError)]);
    expect(done).toEqual(['big']);
  });
});

describe('a call that is not inside of the holder', () => {
  it('waits, though it is made while another task holds the slot', () => {
    testScheduler().run(({ flush }) => {
      const limiter = new Limiter({ concurrency: 1 });
      const outcomes: unknown[] = [];
      const page = task(function* () {
        // The task does not wait for this call.
        inner(limiter).subscribe((value) => outcomes.push(value));
        yield timer(10);
        return 'page';
      });
      limiter.run('a', page()).subscribe((value) => outcomes.push(value));
      inner(limiter, 'sibling').subscribe((value) => outcomes.push(value));
      flush();
      expect(outcomes).toEqual(['page', 1, 1]);
    });
  });

  it('waits for a rate or a pause, which end by themselves', () => {
    testScheduler().run(({ flush }) => {
      const limiter = new Limiter({ concurrency: 2, rate: { count: 1, per: 10 } });
      const page = task(function* () {
        return yield* inner(limiter);
      });
      const values: unknown[] = [];
      limiter.run('a', page()).subscribe((value) => values.push(value));
      flush();
      expect(values).toEqual([1]);
    });
  });

  it('is named as waiting by a block that cannot go on', () => {
    const limiter = new Limiter({ name: 'api', concurrency: 1 });
    limiter.run('a', NEVER).subscribe();
    expect(() => limiter.run('a', () => of(1)).block()).toThrow('1 call(s) that wait in limiter "api"');
  });
});
