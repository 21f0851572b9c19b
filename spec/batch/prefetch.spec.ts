/** A resolver that requests keys without waiting for them is not in a cycle with them. */
import { batch, type BatchFunction, type DeadlockError } from 'sluice';

it('a key that a resolver requests without waiting for it may depend on the keys of that resolver', async () => {
  const log: unknown[] = [];
  const user: BatchFunction<number, string> = batch(
    async (ids: readonly number[]) => {
      for (const id of ids) {
        friends(id).subscribe({
          next: (it) => log.push(it),
          error: (error: unknown) => log.push((error as DeadlockError).code),
        });
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
      return ids.map((id) => `user ${String(id)}`);
    },
    { name: 'user', cache: true },
  );
  const friends: BatchFunction<number, string> = batch((ids) => user.many(ids), { name: 'friends' });
  log.push(await user(1));
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(log.sort()).toEqual(['user 1', 'user 1']);
});
