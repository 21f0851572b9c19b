/**
 * Behaviour of a batch function with any options: one flush for all keys that are requested before a task must wait.
 */
import { from, mergeMap, of, repeat, retry, throwError } from 'rxjs';
import { all, batch, BatchScheduler, Future, task } from 'sluice';
import { listen, recorder, runVirtual, userName } from './virtual-run';

describe('a batch function', () => {
  it('returns a Future, which loads nothing before its first subscription', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      expect(batch(resolve)(1)).toBeInstanceOf(Future);
      flush();
      expect(asked).toEqual([]);
    });
  });

  it('emits one value and completes', () => {
    runVirtual(({ flush }) => {
      const recording = listen(batch(recorder().resolve)(1));
      flush();
      expect(recording).toMatchObject({ values: ['user 1'], errors: [], isComplete: true });
    });
  });

  it('loads all keys of one turn in one flush, in the order of their first request', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve);
      [3, 1, 2].forEach((id) => nameOf(id).subscribe());
      flush();
      expect(asked).toEqual([[3, 1, 2]]);
    });
  });

  it('loads equal keys once, and delivers to all waiters in the order of their requests', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve);
      const order: string[] = [];
      for (const who of ['first', 'second', 'third']) {
        nameOf(7).subscribe((name) => order.push(`${who}: ${name}`));
      }
      flush();
      expect(asked).toEqual([[7]]);
      expect(order).toEqual(['first: user 7', 'second: user 7', 'third: user 7']);
    });
  });

  it('compares keys as a Map does: 0 is not "0", and NaN is NaN', () => {
    runVirtual(({ flush }) => {
      const asked: unknown[] = [];
      const echo = batch((keys: readonly unknown[]) => {
        asked.push(...keys);
        return [...keys];
      });
      all([0, '0', false, '', NaN, NaN, -0].map((key) => echo(key))).subscribe();
      flush();
      expect(asked).toEqual([0, '0', false, '', NaN]);
    });
  });

  it('without a cache loads a key anew for each later subscription', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const name = batch(resolve)(1);
      name.pipe(repeat(2)).subscribe();
      flush();
      expect(asked).toEqual([[1], [1]]);
    });
  });

  it('loads a failed key again for retry', () => {
    runVirtual(({ flush }) => {
      let attempts = 0;
      const flaky = batch((ids: readonly number[]) =>
        ++attempts < 3 ? throwError(() => new Error('down')) : of(ids.map(userName)),
      );
      const recording = listen(flaky(1).pipe(retry(2)));
      flush();
      expect(recording.values).toEqual(['user 1']);
      expect(attempts).toBe(3);
    });
  });

  it('collects the keys of tasks at different depths into one flush', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve);
      const shallow = task(() => nameOf(1));
      const deep = task(function* () {
        yield* shallow();
        return yield* all([nameOf(2), nameOf(3)]);
      });
      const deeper = task(function* () {
        yield* Future.of('nothing');
        return yield* deep();
      });
      all([deeper(), shallow(), nameOf(4)]).subscribe();
      flush();
      expect(asked).toEqual([
        [1, 4],
        [2, 3],
      ]);
    });
  });

  it('collects the keys of operators and async functions at different depths of the microtask queue into one flush', async () => {
    const { asked, resolve } = recorder();
    const nameOf = batch(resolve);
    const after = async (hops: number, id: number): Promise<string> => {
      for (let hop = 0; hop < hops; hop++) await Promise.resolve();
      return nameOf(id);
    };
    const names = await Promise.all([after(0, 1), after(5, 2), after(40, 3), nameOf(4)]);
    expect(names).toEqual(['user 1', 'user 2', 'user 3', 'user 4']);
    expect(asked).toHaveLength(1);
  });

  it('flushes different batch functions separately, oldest batch first', () => {
    runVirtual(({ flush }) => {
      const order: string[] = [];
      const recorded = (name: string) =>
        batch((ids: readonly number[]) => {
          order.push(`${name} ${ids.join()}`);
          return ids.map(userName);
        });
      const [older, younger] = [recorded('older'), recorded('younger')];
      all([older(1), younger(2), older(3)]).subscribe();
      flush();
      expect(order).toEqual(['older 1,3', 'younger 2']);
    });
  });

  it('has isolated batches on each scheduler', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve, { cache: true });
      for (const scheduler of [new BatchScheduler(), new BatchScheduler()]) {
        scheduler.schedule(() => void nameOf(1).subscribe());
      }
      flush();
      expect(asked).toEqual([[1], [1]]);
    });
  });

  it('loads keys that are requested after a result in the next flush', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve);
      from([1, 2])
        .pipe(mergeMap((id) => nameOf(id).pipe(mergeMap(() => nameOf(id + 10)))))
        .subscribe();
      flush();
      expect(asked).toEqual([
        [1, 2],
        [11, 12],
      ]);
    });
  });

  it('an error thrown by one subscriber does not affect the others', () => {
    const nameOf = batch(recorder().resolve);
    const received: string[] = [];
    expect(() =>
      runVirtual(({ flush }) => {
        nameOf(1).subscribe(() => {
          throw new Error('mine');
        });
        nameOf(1).subscribe((name) => received.push(name));
        nameOf(2).subscribe((name) => received.push(name));
        flush();
      }),
    ).toThrow('mine');
    expect(received).toEqual(['user 1', 'user 2']);
  });
});

describe('many', () => {
  it('returns the values in the order of the keys, in one flush', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const recording = listen(batch(resolve).many([3, 1, 2]));
      flush();
      expect(recording.values).toEqual([['user 3', 'user 1', 'user 2']]);
      expect(asked).toEqual([[3, 1, 2]]);
    });
  });

  it('loads a duplicate key once, and returns its value at each position', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const recording = listen(batch(resolve).many([1, 2, 1]));
      flush();
      expect(recording.values).toEqual([['user 1', 'user 2', 'user 1']]);
      expect(asked).toEqual([[1, 2]]);
    });
  });

  it('returns an empty array for no keys, without a flush', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const recording = listen(batch(resolve).many([]));
      flush();
      expect(recording).toMatchObject({ values: [[]], isComplete: true });
      expect(asked).toEqual([]);
    });
  });

  it('fails with the failure of one key', () => {
    runVirtual(({ flush }) => {
      const recording = listen(
        batch((ids: readonly number[]) => ids.map((id) => (id > 1 ? new Error('no') : id))).many([1, 2]),
      );
      flush();
      expect(recording.errors).toEqual([new Error('no')]);
    });
  });

  it('copies the array of keys', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const ids = [1, 2];
      const names = batch(resolve).many(ids);
      ids.push(3);
      names.subscribe();
      flush();
      expect(asked).toEqual([[1, 2]]);
    });
  });

  it('shares a flush with other callers', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve);
      all([nameOf.many([1, 2]), nameOf(3), nameOf.many([2, 4])]).subscribe();
      flush();
      expect(asked).toEqual([[1, 2, 3, 4]]);
    });
  });
});
