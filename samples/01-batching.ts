/** Code for one key at a time; two round trips for all. Run it with `npx tsx samples/01-batching.ts`. */
import { all, batch, task } from 'sluice';

const authorOf = batch((posts: readonly number[]) => {
  console.log('select author from posts where id in', posts);
  return posts.map((post) => post % 2);
});
const nameOf = batch((users: readonly number[]) => {
  console.log('select name from users where id in', users);
  return users.map((user) => `user ${user}`);
});

const authorName = task(function* authorName(post: number) {
  const author = yield* authorOf(post);
  return yield* nameOf(author);
});

async function main(): Promise<void> {
  console.log(await all([1, 2, 3].map(authorName)));
}

export const done = main();
// → select author from posts where id in [ 1, 2, 3 ]
// → select name from users where id in [ 1, 0 ]
// → [ 'user 1', 'user 0', 'user 1' ]
