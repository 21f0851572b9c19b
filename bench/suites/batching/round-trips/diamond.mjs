/**
 * A diamond: two paths of unequal latency that end in the same table. A batch gets the keys of both only if it is held for
 * the slower tasks; `hold` limits that wait.
 */
import { DataLoader } from '../../../dataloader.mjs';
import { Effect } from 'effect';
import { all, batch, task } from '../../../sluice.mjs';
import { atOnce, requestTo } from '../effect-request.mjs';
import { numbers, tableOf } from '../table.mjs';

const users = numbers(10);
const holdMs = 1_000;

export const diamond = {
  title: 'a diamond of unequal latencies, held',
  size: users.length * 4,
  tables: () => ({
    homes: tableOf(
      users.map((user) => [user, user]),
      1,
    ),
    offices: tableOf(
      users.map((user) => [user, user + users.length]),
      20,
    ),
    cities: tableOf(numbers(users.length * 2).map((address) => [address, `city ${address}`])),
  }),

  sluice(tables) {
    const homeOf = batch(tables.homes.read);
    const officeOf = batch(tables.offices.read);
    const cityAt = batch(tables.cities.read, { hold: holdMs });
    const cityBy = task(function* (addressOf, user) {
      return yield* cityAt(yield* addressOf(user));
    });
    return all(users.map((user) => [cityBy(homeOf, user), cityBy(officeOf, user)]));
  },

  dataLoader(tables) {
    const homes = new DataLoader(tables.homes.read);
    const offices = new DataLoader(tables.offices.read);
    const cities = new DataLoader(tables.cities.read);
    const cityBy = async (addresses, user) => cities.load(await addresses.load(user));
    return Promise.all(users.map((user) => Promise.all([cityBy(homes, user), cityBy(offices, user)])));
  },

  effect(tables) {
    const homeOf = requestTo(tables.homes);
    const officeOf = requestTo(tables.offices);
    const cityAt = requestTo(tables.cities);
    const cityBy = (addressOf, user) => Effect.flatMap(addressOf(user), cityAt);
    const citiesOf = (user) => Effect.all([cityBy(homeOf, user), cityBy(officeOf, user)], atOnce);
    return Effect.runPromise(Effect.forEach(users, citiesOf, atOnce));
  },
};
