/**
 * `name`, `key` and `partition`: what a batch function is called, which keys are equal, and which never meet.
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

/** Answers with tenant and id, and writes down each flush. */
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

describe('name', () => {
  it('is that of the resolver', () => {
    function namesOf(ids: readonly number[]): string[] {
      return ids.map(userName);
    }
    expect(batch(namesOf)).toHaveProperty('name', 'namesOf');
  });

  it('is what the option says, where it says so', () => {
    expect(batch(recorder().resolve, { name: 'nameOf' })).toHaveProperty('name', 'nameOf');
  });

  it('is never empty', () => {
    expect(batch(() => []).name).not.toBe('');
  });
});

describe('key', () => {
  it('left out, takes each object for a key of its own', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = places();
      const placeOf = batch(resolve);
      all([placeOf(place('a', 1)), placeOf(place('a', 1))]).subscribe();
      flush();
      expect(asked).toEqual(['a1,a1']);
    });
  });

  it('makes keys of the same identity one key, and asks with the first of them', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = places();
      const placeOf = batch(resolve, { key: ({ id }) => id });
      const heard = listen(all([placeOf(place('first', 1)), placeOf(place('second', 1))]));
      flush();
      expect(asked).toEqual(['first1']);
      expect(heard.values).toEqual([['first1', 'first1']]);
    });
  });

  it('is the identity in the cache', () => {
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

describe('partition', () => {
  const byTenant = { key: ({ id }: Place) => id, partition: ({ tenant }: Place) => tenant };

  it('keeps keys of different partitions in different flushes', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = places();
      const placeOf = batch(resolve, { partition: ({ tenant }) => tenant });
      all([placeOf(place('a', 1)), placeOf(place('b', 2)), placeOf(place('a', 3))]).subscribe();
      flush();
      expect(asked).toEqual(['a1,a3', 'b2']);
    });
  });

  it('keeps them apart also where their identities are equal', () => {
    runVirtual(({ flush }) => {
      const { resolve } = places();
      const placeOf = batch(resolve, byTenant);
      const heard = listen(all([placeOf(place('a', 1)), placeOf(place('b', 1))]));
      flush();
      expect(heard.values).toEqual([['a1', 'b1']]);
    });
  });

  it("keeps them apart in the cache, too: no tenant is answered with what is another one's", () => {
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

  it('fills each partition by itself up to maxSize', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = places();
      const placeOf = batch(resolve, { partition: ({ tenant }) => tenant, maxSize: 2 });
      const keys = [place('a', 1), place('b', 1), place('a', 2), place('a', 3), place('b', 2)];
      placeOf.many(keys).subscribe();
      flush();
      expect(asked).toEqual(['a1,a2', 'b1,b2', 'a3']);
    });
  });

  it("shares the concurrency of the function: a partition waits for the other's flight", () => {
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

  it('may be anything a Map can tell apart, undefined included', () => {
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

  it('is undefined without that option', () => {
    runVirtual(({ flush }) => {
      const seen: unknown[] = [];
      batch((keys: readonly string[], given) => (seen.push(given.partition), [...keys]))('a').subscribe();
      flush();
      expect(seen).toEqual([undefined]);
    });
  });

  it('tells a resolver the store of those who ask, which it does not run in', async () => {
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

describe('what the options of a batch function give for a key is refused', () => {
  it.each<[string, BatchConfig<{ id: number }>]>([
    ['undefined as the identity', { key: (one) => (one as { uid?: number }).uid }],
    ['null as the identity', { key: () => null }],
    ['a promise as the identity', { key: (one) => Promise.resolve(one.id) }],
    ['a promise as the partition', { partition: (one) => Promise.resolve(one.id) }],
  ])('%s', async (_, config) => {
    const resolve = jest.fn((keys: readonly { id: number }[]) => keys);
    const rowOf = batch(resolve, { name: 'row', ...config });
    await expect(Promise.resolve(rowOf({ id: 1 }))).rejects.toThrow(
      /^batch "row": expected the result of `(key|partition)` to be the (identity|partition) of a key/,
    );
    expect(resolve).not.toHaveBeenCalled();
  });
});
