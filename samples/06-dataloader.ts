/** A service that uses `dataloader` changes one import, and may then return rows by key. */
import DataLoader from 'sluice/dataloader';
import { byKey } from 'sluice/tools';

const rows = [
  { id: 2, name: 'Grace' },
  { id: 1, name: 'Ada' },
];

async function main(): Promise<void> {
  const users = new DataLoader((ids: readonly number[]) => {
    console.log('select * from users where id in', ids);
    return Promise.resolve(byKey(rows, ({ id }) => id));
  });
  console.log(await Promise.all([users.load(1), users.load(2)]));
  console.log(await users.load(3).catch((error: unknown) => (error as Error).name));
}

export const done = main();
// → select * from users where id in [ 1, 2 ]
// → [ { id: 1, name: 'Ada' }, { id: 2, name: 'Grace' } ]
// → select * from users where id in [ 3 ]
// → MissingResultError
