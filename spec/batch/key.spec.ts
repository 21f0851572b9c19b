/**
 * `name`, `key` and `partition`: the name of a batch function, the identity of keys, and the keys that never share a
 * flush.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { delay, of } from 'rxjs';
import { all, batch, type BatchConfig } from 'sluice';
import { listen, recorder, runVirtual, userName } from './virtual-run';

interface Place {
  readonly tenant: string;
  readonly id: number;
}

const place = (tenant: string, id: number): Place => ({ tenant, id });

/** A resolver that returns tenant and id as one text, and records each flush. */
function places(): { asked: string[]; resolve: (keys: readonly Place[]) => string[] } {
  const asked: string[] = [];
  return {
    asked,
    resolve: (keys) => {
      const texts = keys.map(({ tenant, id }) => `${tenant}${id}`);
      asked.push(texts.join());
      return texts;
    },
  };
}

describe('the name of a batch function', () => {
  it('is the name of its resolver by default', () => {
    function namesOf(ids: readonly number[]): string[] {
      return ids.map(userName);
    }
    expect(batch(namesOf)).toHaveProperty('name', 'namesOf');
  });

  it('is the option `name`', () => {
    expect(batch(recorder().resolve, { name: 'nameOf' })).toHaveProperty('name', 'nameOf');
  });

  it('is never empty', () => {
    expect(batch(() => []).name).not.toBe('');
  });
});

describe('the option `key`', () => {
  it('left out, makes each object a different key', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = places();
      const placeOf = batch(resolve);
      all([placeOf(place('a', 1)), placeOf(place('a', 1))]).subscribe();
      flush();
      expect(asked).toEqual(['a1,a1']);
    });
  });

  it('merges keys of the same identity into the first of them', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = places();
      const placeOf = batch(resolve, { key: ({ id }) => id });
      const recording = listen(all([placeOf(place('first', 1)), placeOf(place('second', 1))]));
      flush();
      expect(asked).toEqual(['first1']);
      expect(recording.values).toEqual([['first1', 'first1']]);
    });
  });

  it('determines the identity in the cache', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = places();
      const placeOf = batch(resolve, { key: ({ tenant, id }) => `${tenant}/${id}`, cache: true });
      placeOf(place('a', 1)).subscribe();
      flush();
      all([placeOf(place('a', 1)), placeOf(place('b', 1))]).subscribe();
      flush();
      expect(asked).toEqual(['a1', 'b1']);
    });
  });
});

describe('the option `partition`', () => {
  const byTenant = { key: ({ id }: Place) => id, partition: ({ tenant }: Place) => tenant };

  it('flushes keys of different partitions separately', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = places();
      const placeOf = batch(resolve, { partition: ({ tenant }) => tenant });
      all([placeOf(place('a', 1)), placeOf(place('b', 2)), placeOf(place('a', 3))]).subscribe();
      flush();
      expect(asked).toEqual(['a1,a3', 'b2']);
    });
  });

  it('separates keys whose identities are equal', () => {
    runVirtual(({ flush }) => {
      const { resolve } = places();
      const placeOf = batch(resolve, byTenant);
      const recording = listen(all([placeOf(place('a', 1)), placeOf(place('b', 1))]));
      flush();
      expect(recording.values).toEqual([['a1', 'b1']]);
    });
  });

  it('separates keys of equal identity in the cache', () => {
    runVirtual(({ flush }) => {
      const { resolve } = places();
      const placeOf = batch(resolve, { ...byTenant, cache: true });
      const together = listen(all([placeOf(place('a', 1)), placeOf(place('b', 1))]));
      flush();
      const later = listen(placeOf(place('b', 1)));
      flush();
      expect([together.values, later.values]).toEqual([[['a1', 'b1']], ['b1']]);
    });
  });

  it('applies maxSize to each partition separately', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = places();
      const placeOf = batch(resolve, { partition: ({ tenant }) => tenant, maxSize: 2 });
      const keys = [place('a', 1), place('b', 1), place('a', 2), place('a', 3), place('b', 2)];
      placeOf.many(keys).subscribe();
      flush();
      expect(asked).toEqual(['a1,a2', 'b1,b2', 'a3']);
    });
  });

  it('shares the concurrency of the function: a partition waits for the flight of another', () => {
    runVirtual(({ flush, at }) => {
      const { asked, resolve } = places();
      const placeOf = batch((keys: readonly Place[]) => of(resolve(keys)).pipe(delay(10)), {
        partition: ({ tenant }) => tenant,
        concurrency: 1,
      });
      all([placeOf(place('a', 1)), placeOf(place('b', 1))]).subscribe();
      at(9, () => expect(asked).toEqual(['a1']));
      at(11, () => expect(asked).toEqual(['a1', 'b1']));
      flush();
    });
  });

  it('may return any value, undefined included, and compares values as a Map does', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const partitions = [undefined, NaN, undefined, NaN, null];
      const nameOf = batch(resolve, { partition: (id) => partitions[id] });
      nameOf.many([0, 1, 2, 3, 4]).subscribe();
      flush();
      expect(asked).toEqual([[0, 2], [1, 3], [4]]);
    });
  });
});

describe('flush.partition', () => {
  it('is the partition of the keys', () => {
    runVirtual(({ flush }) => {
      const seen: unknown[] = [];
      const ask = batch(
        (keys: readonly string[], { partition }) => {
          seen.push([partition, ...keys]);
          return [...keys];
        },
        { partition: (key: string) => key[0] },
      );
      ask.many(['a1', 'b1', 'a2']).subscribe();
      flush();
      expect(seen).toEqual([
        ['a', 'a1', 'a2'],
        ['b', 'b1'],
      ]);
    });
  });

  it('is undefined without the option `partition`', () => {
    runVirtual(({ flush }) => {
      const seen: unknown[] = [];
      batch((keys: readonly string[], flush) => (seen.push(flush.partition), [...keys]))('a').subscribe();
      flush();
      expect(seen).toEqual([undefined]);
    });
  });

  it('can pass the AsyncLocalStorage store of the callers to a resolver, which does not run in that store', async () => {
    const transaction = new AsyncLocalStorage<string>();
    const rowOf = batch(
      async (ids: readonly number[], flush) => {
        await Promise.resolve();
        return ids.map(() => [transaction.getStore(), flush.partition]);
      },
      { partition: () => transaction.getStore() },
    );
    const asked = ['T1', 'T2'].map((name) => transaction.run(name, async () => rowOf(1)));
    expect(await Promise.all(asked)).toEqual([
      [undefined, 'T1'],
      [undefined, 'T2'],
    ]);
  });
});

describe('the result of an option `key` or `partition` is refused', () => {
  it.each<[string, BatchConfig<{ id: number }>]>([
    ['undefined as the identity', { key: (one) => (one as { uid?: number }).uid }],
    ['null as the identity', { key: () => null }],
    ['a promise as the identity', { key: (one) => Promise.resolve(one.id) }],
    ['a promise as the partition', { partition: (one) => Promise.resolve(one.id) }],
  ])('if it is %s', async (_, config) => {
    const resolve = jest.fn((keys: readonly { id: number }[]) => keys);
    const rowOf = batch(resolve, { name: 'row', ...config });
    await expect(Promise.resolve(rowOf({ id: 1 }))).rejects.toThrow(
      /^batch "row": expected the result of `(key|partition)` to be the (identity|partition) of a key/,
    );
    expect(resolve).not.toHaveBeenCalled();
  });
});
