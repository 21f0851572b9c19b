/** Loads of doubles with sluice. */
import { all, batch, task } from '../../../sluice.mjs';
import { read } from './read.mjs';

export function tasksAtOnce(/** @type {readonly number[]} */ ids) {
  return async () => {
    const double = batch(read);
    const doubled = task(function* (/** @type {number} */ id) {
      return yield* double(id);
    });
    return all(ids.map((id) => doubled(id)));
  };
}

export function oneByOneInATask(/** @type {readonly number[]} */ ids) {
  return async () => {
    const double = batch(read);
    const sum = task(function* () {
      let total = 0;
      for (const id of ids) total += yield* double(id);
      return total;
    });
    return sum();
  };
}

export function oneByOneInAnAsyncFunction(/** @type {readonly number[]} */ ids) {
  return async () => {
    const double = batch(read);
    let total = 0;
    for (const id of ids) total += await double(id);
    return total;
  };
}
