/** A program that uses `sluice/dataloader` in place of `dataloader`: the import is all that changes, and options are added. */
import DataLoader from 'sluice/dataloader';
import type { BatchLoadFn, CacheMap, Options } from 'sluice/dataloader';

export const namesOf: BatchLoadFn<number, string> = (ids) => Promise.resolve(ids.map((id) => `user ${id}`));
export const options: Options<number, string> = { maxBatchSize: 2, name: 'names' };
export const cacheMap: CacheMap<string, Promise<string>> = new Map();
export const names = new DataLoader(namesOf, options);
export const byText = new DataLoader<number, string, string>(namesOf, { cacheKeyFn: String, cacheMap });
export const nameOf = (loader: DataLoader<number, string>, id: number): Promise<string> => loader.load(id);
export const callsOf = (load: DataLoader.BatchLoadFn<number, string>): unknown => load([1]);

class CountingLoader extends DataLoader<number, string> {
  loads = 0;
  override load(id: number): Promise<string> {
    this.loads++;
    return super.load(id);
  }
}

async function use(): Promise<void> {
  console.log(await Promise.all([nameOf(names, 1), names.load(2)]), names.name);
  console.log(await byText.prime(3, 'Ada').loadMany([3, 4]));
  const counting = new CountingLoader(namesOf);
  await counting.loadMany([1, 2]);
  console.log(counting.loads);
  const mapped = new DataLoader((ids: readonly number[]) => Promise.resolve(new Map(ids.map((id) => [id, id * 2]))), {
    window: 1,
  });
  console.log(await mapped.load(2), await mapped.batch(3));
}
void use();
// → [ 'user 1', 'user 2' ] names
// → [ 'Ada', 'user 4' ]
// → 2
// → 4 6
