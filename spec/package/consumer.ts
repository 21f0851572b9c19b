/**
 * A program that uses the package as a stranger would: `check.mjs` compiles it and runs it, as an ES module and as
 * CommonJS.
 */
import { from } from 'rxjs';
import {
  all,
  AsyncValue,
  batch,
  batchMap,
  BatchScheduler,
  Future,
  isSluiceError,
  largestFirst,
  allSettled,
  task,
  type BatchFunction,
  type FlushEvent,
  type Resolver,
} from 'sluice';

const resolve: Resolver<number, string> = (ids, { signal }) => (signal.aborted ? [] : ids.map((id) => `user ${id}`));
const scheduler = new BatchScheduler({ name: 'consumer', policy: largestFirst });

// Exported, so that the declarations of a program that is a library itself are checked, too.
export const nameOf: BatchFunction<number, string> = batch(resolve, { name: 'nameOf', cache: { max: 10 }, scheduler });
export const lengthOf = batch((names: readonly string[]) => new Map(names.map((name) => [name, name.length])));
export const greet = task(function* greet(id: number) {
  const name = yield* nameOf(id);
  return { name, length: yield* lengthOf(name) };
});
export const page = all({ people: [1, 2].map(greet), first: nameOf(1), none: null });
export const results = allSettled([Future.of(1), Future.fail(new Error('no'))]);
export const started: AsyncValue<string> = nameOf(3).start();
export const names$ = from([1, 2]).pipe(batchMap(nameOf, { ordered: true }));

nameOf.flushes$.subscribe(({ batch: name, keys }: FlushEvent<number>) => console.log(name, keys.join()));
page.subscribe(({ people, first, none }) => console.log(people.map(({ length }) => length).join(), first, none));
results.subscribe(([one, other]) => console.log(one.status, other.status));
names$.subscribe({ complete: () => console.log(started.value, isSluiceError(new Error('no'))) });
// → fulfilled rejected
// → nameOf 3,1,2
// → user 3 false
// → 6,6 user 1 null
