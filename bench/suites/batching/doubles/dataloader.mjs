/** Loads of doubles with DataLoader, without cache. */
import { DataLoader } from '../../../dataloader.mjs';
import { read } from './read.mjs';

export function asyncFunctionsAtOnce(/** @type {readonly number[]} */ ids) {
  return () => {
    const doubles = new DataLoader(read, { cache: false });
    return Promise.all(ids.map(async (id) => await doubles.load(id)));
  };
}

export function oneByOneInAnAsyncFunction(/** @type {readonly number[]} */ ids) {
  return async () => {
    const doubles = new DataLoader(read, { cache: false });
    let total = 0;
    for (const id of ids) total += await doubles.load(id);
    return total;
  };
}
