/** Friends of friends of friends, and their names: a graph whose paths meet at every level. Four round trips suffice. */
import { DataLoader } from '../../../dataloader.mjs';
import { Effect } from 'effect';
import { all, batch, task } from '../../../sluice.mjs';
import { atOnce, requestTo } from '../effect-request.mjs';
import { numbers, tableOf } from '../table.mjs';

const people = numbers(200);
const friendsOfEach = [1, 7, 31, 90];
const levels = 3;

export const friends = {
  title: 'friends of friends of friends',
  size: friendsOfEach.length ** levels,
  tables: () => ({
    friends: tableOf(people.map((one) => [one, friendsOfEach.map((step) => (one + step) % people.length)])),
    names: tableOf(people.map((one) => [one, `person ${one}`])),
  }),

  sluice(tables) {
    const friendsOf = batch(tables.friends.read);
    const nameOf = batch(tables.names.read);
    const circleOf = task(function* (person, level) {
      if (level === levels) return yield* nameOf(person);
      const theirs = yield* friendsOf(person);
      return yield* all(theirs.map((friend) => circleOf(friend, level + 1)));
    });
    return circleOf(0, 0);
  },

  dataLoader(tables) {
    const friendsOf = new DataLoader(tables.friends.read);
    const nameOf = new DataLoader(tables.names.read);
    const circleOf = async (person, level) => {
      if (level === levels) return nameOf.load(person);
      const theirs = await friendsOf.load(person);
      return Promise.all(theirs.map((friend) => circleOf(friend, level + 1)));
    };
    return circleOf(0, 0);
  },

  effect(tables) {
    const friendsOf = requestTo(tables.friends);
    const nameOf = requestTo(tables.names);
    const circleOf = (person, level) =>
      Effect.gen(function* () {
        if (level === levels) return yield* nameOf(person);
        const theirs = yield* friendsOf(person);
        return yield* Effect.forEach(theirs, (friend) => circleOf(friend, level + 1), atOnce);
      });
    return Effect.runPromise(circleOf(0, 0));
  },
};
