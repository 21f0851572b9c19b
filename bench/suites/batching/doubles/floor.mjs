/** Loads of doubles with the minimal implementation of `floor.mjs`. */
import { all, batch } from '../floor.mjs';
import { read } from './read.mjs';

export function tasksAtOnce(/** @type {readonly number[]} */ ids) {
  return () => {
    const double = batch(read);
    const doubled = function* (/** @type {number} */ id) {
      return yield double(id);
    };
    return all(ids.map((id) => doubled(id)));
  };
}

export function oneByOneInATask(/** @type {readonly number[]} */ ids) {
  return async () => {
    const double = batch(read);
    const sum = function* () {
      let total = 0;
      for (const id of ids) total += yield double(id);
      return total;
    };
    const [total] = await all([sum()]);
    return total;
  };
}
