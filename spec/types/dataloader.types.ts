/**
 * The types of `sluice/dataloader` beside those of the package `dataloader`: a program written for one compiles with the
 * other. `tsc` checks this file, and nothing runs it.
 */
/* eslint-disable @typescript-eslint/no-meaningless-void-operator -- `void` makes a statement of an expression */
import Original from 'dataloader';
import type { Flush } from 'sluice';
import Default, { DataLoader } from 'sluice/dataloader';
import type { BatchLoadFn, CacheMap, Options } from 'sluice/dataloader';
import { compiles, expectType, group, resultOf, some, type Equal } from './assertions';

interface User {
  readonly id: number;
  readonly name: string;
}

interface UserKey {
  readonly id: number;
}

const users: BatchLoadFn<number, User> = (ids) =>
  Promise.resolve(ids.map((id) => ({ id, name: `user ${String(id)}` })));

group('the types of dataloader', () => {
  compiles('have the same batch functions and caches', () => {
    expectType<Equal<DataLoader.BatchLoadFn<UserKey, User>, Original.BatchLoadFn<UserKey, User>>>();
    expectType<Equal<BatchLoadFn<number, User>, DataLoader.BatchLoadFn<number, User>>>();
    expectType<Equal<CacheMap<number, User>, DataLoader.CacheMap<number, User>>>();
    const cache = some<DataLoader.CacheMap<string, Promise<User>>>();
    const theirCache: Original.CacheMap<string, Promise<User>> = cache;
    const ourCache: DataLoader.CacheMap<string, Promise<User>> = theirCache;
    void ourCache;
  });

  compiles('take the options of dataloader, and give what its programs take', () => {
    const theirs = some<Original.Options<UserKey, User, number>>();
    const ours: DataLoader.Options<UserKey, User, number> = theirs;
    const back: Original.Options<UserKey, User, number> = ours;
    const byModule: Options<UserKey, User, number> = ours;
    void [back, byModule];
  });

  compiles('have loaders and a class that take the place of those of dataloader', () => {
    const useLoader = some<(loader: Original<UserKey, User, number>) => void>();
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- one in place of the other is the promise
    useLoader(new DataLoader<UserKey, User, number>(some()));
    const loaderClass: new <K, V, C = K>(
      batchLoadFn: Original.BatchLoadFn<K, V>,
      options?: Original.Options<K, V, C>,
    ) => Original<K, V, C> = DataLoader;
    expectType<Equal<typeof Default, typeof DataLoader>>();
    void loaderClass;
  });

  compiles('refuse misspelt options, those of sluice included', () => {
    // @ts-expect-error `windows` is misspelt
    some<(options: DataLoader.Options<number, User>) => void>()({ windows: 5 });
    // @ts-expect-error `maxbatchsize` is misspelt
    some<(options: DataLoader.Options<number, User>) => void>()({ maxbatchsize: 5 });
    // @ts-expect-error `holds` is misspelt
    void new DataLoader(users, { holds: 5 });
  });

  compiles('infer keys and values as dataloader does', () => {
    const found = (ids: readonly number[]) =>
      Promise.resolve(ids.map((id) => (id > 0 ? String(id) : new Error('none'))));
    resultOf(() => new Original(found).load(1)).is<Promise<string>>();
    resultOf(() => new DataLoader(found).load(1)).is<Promise<string>>();
    resultOf(() => new Original(users).loadMany([1])).is<Promise<(User | Error)[]>>();
    resultOf(() => new DataLoader(users).loadMany([1])).is<Promise<(User | Error)[]>>();
    const byId = { cacheKeyFn: ({ id }: UserKey): number => id };
    const namesOf = (keys: readonly UserKey[]) => Promise.resolve(keys.map(({ id }) => String(id)));
    resultOf(() => new Original(namesOf, byId)).is<Original<UserKey, string, number>>();
    resultOf(() => new DataLoader(namesOf, byId)).is<DataLoader<UserKey, string, number>>();
  });

  compiles('are written by hand as those of dataloader', () => {
    class UserLoader extends DataLoader<number, User> {
      constructor(readonly table: string) {
        super((ids) => users(ids), { name: table, cacheMap: new Map() });
      }
      override load(id: number): Promise<User> {
        return super.load(id);
      }
    }
    const loaders: Record<string, DataLoader<number, User>> = { users: new UserLoader('users') };
    const ofClass: InstanceType<typeof DataLoader> = new DataLoader<unknown, unknown>(some());
    resultOf(() => new UserLoader('users').prime(1, some<Promise<User>>()).clear(1).clearAll()).is<UserLoader>();
    resultOf(() => new UserLoader('users').name).is<string | null>();
    void [loaders, ofClass, new DataLoader(users, { cacheMap: null, name: null, batchScheduleFn: setImmediate })];
    void new DataLoader<number, User>(users).loadMany(new Uint8Array([1]));
    void new DataLoader<number, User>(users).prime(1, new Error('none'));
  });

  compiles('refuse what dataloader refuses', () => {
    // @ts-expect-error -- a batch function that returns no promise
    void new DataLoader((ids: readonly number[]) => ids);
    // @ts-expect-error -- a promise of one value
    void new DataLoader((ids: readonly number[]) => Promise.resolve(ids.length));
    // @ts-expect-error -- keys that can be changed
    void new DataLoader((ids: number[]) => Promise.resolve(ids));
    // @ts-expect-error -- a key of another type
    void new DataLoader(users).load('1');
    // @ts-expect-error -- the key is missing
    void new DataLoader(users).load();
    // @ts-expect-error -- a value of another type
    void new DataLoader(users).prime(1, 'Ada');
    // @ts-expect-error -- a cache without methods
    void new DataLoader(users, { cacheMap: {} });
    // @ts-expect-error -- a misspelt option
    void new DataLoader(users, { maxBatchsize: 1 });
    // @ts-expect-error -- a call without `new`
    void DataLoader(users);
  });
});

group('what a loader gains', () => {
  compiles('types results in a Map, and the flush', () => {
    const names = new DataLoader((ids: readonly number[]) =>
      Promise.resolve(new Map(ids.map((id) => [id, String(id)]))),
    );
    resultOf(() => names.load(1)).is<Promise<string>>();
    const abortable = new DataLoader(async (ids: readonly number[], { signal }) =>
      Promise.resolve(ids.map((id) => (signal.aborted ? new Error('left') : String(id)))),
    );
    resultOf(() => abortable.load(1)).is<Promise<string>>();
    const passed: DataLoader.FlushLoadFn<number, string> = (ids, { partition }) =>
      Promise.resolve(ids.map((id) => `${String(id)} of ${String(partition)}`));
    void new DataLoader(passed);
    void new DataLoader<number, string>((ids, flush) => {
      const received: Flush<number, string> = flush;
      for (const id of ids) received.succeed(id, String(id));
      return Promise.resolve(new Map(ids.map((id) => [id, id > 0 ? String(id) : new Error('none')])));
    });
  });

  compiles('types the batch function beneath', () => {
    const future = new DataLoader(users).batch(1);
    resultOf(() => future.then()).is<Promise<User>>();
    // @ts-expect-error -- the batch function beneath cannot be replaced
    new DataLoader(users).batch = some();
  });
});
