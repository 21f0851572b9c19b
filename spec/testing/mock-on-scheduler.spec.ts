/** A mock of a batch function that is pinned to the scheduler of a request, and called from outside of it. */
import { batch, BatchScheduler } from 'sluice';
import { mockTask } from 'sluice/testing';

it('a mocked batch function runs its implementation on the scheduler on which its resolver would run', async () => {
  const other = batch((ids: readonly number[]) => ids.map(String), { name: 'other' });
  const f = batch((ids: readonly number[]) => other.many(ids), { name: 'f' });
  const request = new BatchScheduler({ name: 'request' });
  const asked: string[] = [];
  request.events$.subscribe(({ type, batch: name }) => asked.push(`${type} ${name}`));
  await f.on(request)(1);
  expect(asked).toContain('flush other');
  asked.length = 0;
  using _mock = mockTask(f, (id) => other(id));
  await f.on(request)(1);
  expect(asked).toContain('flush other');
});
