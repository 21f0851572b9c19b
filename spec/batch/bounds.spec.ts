/**
 * `maxSize`, `concurrency` and `partitionConcurrency`: bounds on the keys of a flush and on the number of flights.
 */
import { delay, map, of, timer } from 'rxjs';
import { all, batch, batchScheduler, type BatchConfig, type FlushEvent } from 'sluice';
import { listen, recorder, runVirtual, userName } from './virtual-run';

/** A resolver that takes 10 ms, and counts its simultaneous flights. */
function countingResolver() {
  const { asked, resolve } = recorder();
  const counter = {
    asked,
    inFlight: 0,
    most: 0,
    resolve: (ids: readonly number[]) => {
      counter.most = Math.max(counter.most, ++counter.inFlight);
      const names = resolve(ids);
      return timer(10).pipe(
        map(() => {
          counter.inFlight--;
          return names;
        }),
      );
    },
  };
  return counter;
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('maxSize', () => {
  it('splits the requested keys into flushes of that size, in order', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const recording = listen(batch(resolve, { maxSize: 2 }).many(range(1, 5)));
      flush();
      expect(asked).toEqual([[1, 2], [3, 4], [5]]);
      expect(recording.values).toEqual([range(1, 5).map(userName)]);
    });
  });

  it('flushes a full batch without waiting for quiescence, before batches that wait for it', () => {
    runVirtual(({ flush }) => {
      const order: string[] = [];
      const recorded = (name: string, maxSize: number) =>
        batch(
          (ids: readonly number[]) => {
            order.push(`${name} ${ids.join()}`);
            return [...ids];
          },
          { maxSize },
        );
      const [roomy, tight] = [recorded('roomy', 100), recorded('tight', 2)];
      all([roomy(1), tight.many([1, 2, 3, 4, 5]), roomy(2)]).subscribe();
      flush();
      expect(order).toEqual(['tight 1,2', 'tight 3,4', 'roomy 1,2', 'tight 5']);
    });
  });

  it('counts distinct keys', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      batch(resolve, { maxSize: 2 }).many([1, 1, 1, 2, 1]).subscribe();
      flush();
      expect(asked).toEqual([[1, 2], [1]]);
    });
  });

  it('does not count cancelled keys', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve, { maxSize: 2 });
      const recording = listen(nameOf(1));
      nameOf(2).pipe(delay(0));
      recording.stop();
      nameOf(2).subscribe();
      flush();
      expect(asked).toEqual([[2]]);
    });
  });

  it('of 1 loads every key in a separate flush', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      batch(resolve, { maxSize: 1 }).many([1, 2]).subscribe();
      flush();
      expect(asked).toEqual([[1], [2]]);
    });
  });
});

describe('concurrency', () => {
  it('left out, starts every flight at once', () => {
    runVirtual(({ flush }) => {
      const { resolve, ...seen } = countingResolver();
      batch(resolve, { maxSize: 1 }).many(range(1, 5)).subscribe();
      flush();
      expect(seen.asked).toHaveLength(5);
    });
  });

  it('bounds the number of flights, and uses every free slot', () => {
    runVirtual(({ flush, at }) => {
      const resolver = countingResolver();
      const recording = listen(batch(resolver.resolve, { maxSize: 1, concurrency: 2 }).many(range(1, 5)));
      at(5, () => expect(resolver.asked).toEqual([[1], [2]]));
      at(15, () => expect(resolver.asked).toEqual([[1], [2], [3], [4]]));
      flush();
      expect(resolver.most).toBe(2);
      expect(recording.values).toEqual([range(1, 5).map(userName)]);
    });
  });

  it('lets the open batch collect keys while no slot is free', () => {
    runVirtual(({ flush, at }) => {
      const resolver = countingResolver();
      const nameOf = batch(resolver.resolve, { concurrency: 1 });
      nameOf(1).subscribe();
      at(2, () => void nameOf(2).subscribe());
      at(4, () => void nameOf(3).subscribe());
      at(9, () => expect(resolver.asked).toEqual([[1]]));
      at(12, () => void nameOf(4).subscribe());
      flush();
      expect(resolver.asked).toEqual([[1], [2, 3], [4]]);
    });
  });

  it('queues full batches first in, first out, before the open batch', () => {
    runVirtual(({ flush, at }) => {
      const resolver = countingResolver();
      const nameOf = batch(resolver.resolve, { maxSize: 2, concurrency: 1 });
      nameOf(0).subscribe();
      at(1, () => void nameOf.many(range(1, 5)).subscribe());
      at(11, () => void nameOf(6).subscribe());
      flush();
      expect(resolver.asked).toEqual([[0], [1, 2], [3, 4], [5, 6]]);
      expect(resolver.most).toBe(1);
    });
  });

  it('frees the slot of a flight that fails or is aborted', () => {
    runVirtual(({ flush, at }) => {
      const resolver = countingResolver();
      const nameOf = batch(
        (ids: readonly number[]) => (ids[0] === 2 ? timer(1).pipe(map(() => ['too', 'many'])) : resolver.resolve(ids)),
        {
          maxSize: 1,
          concurrency: 1,
        },
      );
      const first = listen(nameOf(1));
      const rest = [2, 3].map((id) => listen(nameOf(id)));
      at(5, () => first.stop());
      at(20, () => expect(resolver.asked).toEqual([[1], [3]]));
      flush();
      expect(rest.map(({ values }) => values)).toEqual([[], ['user 3']]);
    });
  });

  it('removes a full batch from the queue when all its keys are cancelled', () => {
    runVirtual(({ flush, at }) => {
      const resolver = countingResolver();
      const nameOf = batch(resolver.resolve, { maxSize: 2, concurrency: 1 });
      nameOf.many([1, 2]).subscribe();
      const waiting = listen(nameOf.many([3, 4]));
      nameOf.many([5, 6]).subscribe();
      at(5, () => waiting.stop());
      flush();
      expect(resolver.asked).toEqual([
        [1, 2],
        [5, 6],
      ]);
    });
  });

  it('removes cancelled keys from a queued batch, and keeps the others', () => {
    runVirtual(({ flush, at }) => {
      const resolver = countingResolver();
      const nameOf = batch(resolver.resolve, { maxSize: 2, concurrency: 1 });
      nameOf.many([1, 2]).subscribe();
      const leaving = listen(nameOf(3));
      nameOf(4).subscribe();
      at(5, () => leaving.stop());
      flush();
      expect(resolver.asked).toEqual([[1, 2], [4]]);
    });
  });

  it('never starts more flights than slots when many flights land at once', () => {
    runVirtual(({ flush }) => {
      const resolver = countingResolver();
      const nameOf = batch(resolver.resolve, { maxSize: 3, concurrency: 3, partition: (id) => id % 4 });
      const recording = listen(all(range(1, 100).map((id) => nameOf(id))));
      flush();
      expect(resolver.most).toBe(3);
      expect(recording.values).toEqual([range(1, 100).map(userName)]);
    });
  });

  it('frees one slot for one flight, also when it lands at the moment its last waiter unsubscribes', () => {
    runVirtual(({ flush }) => {
      const resolver = countingResolver();
      const nameOf = batch(resolver.resolve, { maxSize: 2, concurrency: 1 });
      nameOf(1).subscribe(() => second.stop());
      const second = listen(nameOf(2));
      flush();
      nameOf.many(range(3, 10)).subscribe();
      flush();
      expect(second.values).toEqual([]);
      expect(resolver.most).toBe(1);
    });
  });

  it('counts synchronous flights too: each lands before the next one starts', () => {
    runVirtual(({ flush }) => {
      const events: readonly FlushEvent<number>[] = [];
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve, { maxSize: 1, concurrency: 1 });
      nameOf.flushes$.subscribe((event) => void (events as FlushEvent<number>[]).push(event));
      listen(nameOf.many(range(1, 3)));
      flush();
      expect(asked).toEqual([[1], [2], [3]]);
      expect(events).toHaveLength(3);
    });
  });

  it('applies to each scheduler and each function separately', () => {
    runVirtual(({ flush, at }) => {
      const [here, there] = [countingResolver(), countingResolver()];
      const both = [here, there].map(({ resolve }) => batch(resolve, { concurrency: 1 }));
      of(...both).subscribe((nameOf) => void listen(nameOf(1)));
      at(5, () => expect([here.asked, there.asked]).toEqual([[[1]], [[1]]]));
      flush();
    });
  });
});

describe('partitionConcurrency', () => {
  /** Keys and start time of each flight, which lands 10 ms later: `a1@0`. */
  function recordedBatch(config: Partial<BatchConfig<string>>) {
    const log: string[] = [];
    const ask = batch(
      (keys: readonly string[]) => {
        log.push(`${keys.join('+')}@${String(batchScheduler.now())}`);
        return of([...keys]).pipe(delay(10));
      },
      { partition: (key) => key[0], ...config },
    );
    return { ask, log };
  }

  it('bounds the flights of each partition separately', () => {
    runVirtual(({ flush }) => {
      const { ask, log } = recordedBatch({ partitionConcurrency: 1, maxSize: 1 });
      ask.many(['a1', 'a2', 'a3', 'b1', 'b2']).subscribe();
      flush();
      expect(log).toEqual(['a1@0', 'b1@0', 'a2@10', 'b2@10', 'a3@20']);
    });
  });

  it('lets the next batch of its partition collect keys', () => {
    runVirtual(({ flush, at }) => {
      const { ask, log } = recordedBatch({ partitionConcurrency: 1 });
      ask('a1').subscribe();
      for (const [ms, key] of [
        [1, 'a2'],
        [2, 'b1'],
        [3, 'a3'],
        [4, 'b2'],
      ] as const)
        at(ms, () => void ask(key).subscribe());
      flush();
      expect(log).toEqual(['a1@0', 'b1@2', 'a2+a3@10', 'b2@12']);
    });
  });

  it('may be more than one', () => {
    runVirtual(({ flush }) => {
      const { ask, log } = recordedBatch({ partitionConcurrency: 2, maxSize: 1 });
      ask.many(['a1', 'a2', 'a3', 'a4', 'a5', 'b1']).subscribe();
      flush();
      expect(log).toEqual(['a1@0', 'a2@0', 'b1@0', 'a3@10', 'a4@10', 'a5@20']);
    });
  });

  it('applies together with concurrency, which bounds all partitions', () => {
    runVirtual(({ flush }) => {
      const { ask, log } = recordedBatch({ partitionConcurrency: 1, concurrency: 2, maxSize: 1 });
      ask.many(['a1', 'a2', 'b1', 'b2', 'c1', 'c2']).subscribe();
      flush();
      expect(log.map((entry) => entry.slice(3)).sort()).toEqual(['0', '0', '10', '10', '20', '20']);
      expect(new Set(log.slice(0, 2).map(([partition]) => partition))).toEqual(new Set(['a', 'b']));
      expect(log).toHaveLength(6);
    });
  });

  it('gives the slot of a cancelled batch to the next batch in the queue', () => {
    runVirtual(({ flush, at }) => {
      const { ask, log } = recordedBatch({ partitionConcurrency: 1, maxSize: 1 });
      ask('a1').subscribe();
      const cancelled = ['a2', 'a3'].map((key) => listen(ask(key)));
      ask('a4').subscribe();
      at(5, () => {
        for (const each of cancelled) each.stop();
      });
      flush();
      expect(log).toEqual(['a1@0', 'a4@10']);
    });
  });

  it('bounds the function without partitions, and has no effect if it is at least concurrency', () => {
    runVirtual(({ flush }) => {
      const one = recordedBatch({ partitionConcurrency: 1, maxSize: 1, partition: undefined as never });
      const same = recordedBatch({ partitionConcurrency: 2, concurrency: 2, maxSize: 1 });
      one.ask.many(['a1', 'b1']).subscribe();
      same.ask.many(['a1', 'a2', 'a3']).subscribe();
      flush();
      expect(one.log).toEqual(['a1@0', 'b1@10']);
      expect(same.log).toEqual(['a1@0', 'a2@0', 'a3@10']);
    });
  });
});
