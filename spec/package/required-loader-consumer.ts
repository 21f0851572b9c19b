/** A CommonJS program: `require` returns the class itself, as that of `dataloader` does. */
import DataLoader = require('sluice/dataloader');

export const loader: DataLoader<number, number> = new DataLoader(async (ids: readonly number[]) => ids);
export type Options = DataLoader.Options<number, number>;

void loader.load(1).then((id) => console.log(id, Object.keys(DataLoader).length, '__esModule' in DataLoader));
// → 1 0 false
