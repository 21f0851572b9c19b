/** One outcome for each call of a fleet: across processes, with idempotency keys, retries, delays and priorities. */
import { failureOf as caught } from '../support/failure-of';
import { sleep } from '../support/sleep';
import { describeFleet, linesOf, until, workOf, workUrl } from './fleet-fixture';

const failureOf = caught<Error & Record<string, unknown>>;

describeFleet('the outcome of a call', (fleet) => {
  it('reaches another process that attaches to the call by its id, before and after the end', async () => {
    const { pool } = fleet.pair();
    const other = fleet.pool({ queue: 'shared' });
    const job = pool.do({ url: workUrl, name: 'later' }, 300, 'value');
    expect(await other.attach(job.id)).toBe('value');
    expect(await other.attach(job.id)).toBe('value');
    const failed = pool.do({ url: workUrl, name: 'fail' }, '/x');
    expect(await failureOf(other.attach(failed.id))).toMatchObject({ url: '/x', code: 'E_NOT_FOUND' });
    await failureOf(failed);
  });

  it('reaches another process also for calls of a batch that waits', async () => {
    const { pool, work } = fleet.pair();
    for (let n = 0; n < 10; n++) await work.add(n, n);
    const other = fleet.pool({ queue: 'shared' });
    const jobs = Array.from({ length: 40 }, (_, n) => pool.do({ url: workUrl, name: 'add' }, n, 1));
    expect(await Promise.all(jobs.map(({ id }) => other.attach(id)))).toEqual(jobs.map((_, n) => n + 1));
  });

  it('is an error for an id that no call has', async () => {
    const { pool } = fleet.pair();
    expect(await failureOf(pool.attach('none.0'))).toMatchObject({ code: 'SLUICE_UNKNOWN_CALL', id: 'none.0' });
  });

  it('comes also if the replies are lost', async () => {
    const { work } = fleet.pair();
    const client = fleet.client();
    const trimmer = setInterval(() => {
      void client
        .keys('sluice:{shared}:default:replies:*')
        .then(
          (keys) => Promise.all(keys.map((key) => client.xtrim(key, 'MAXLEN', 0))),
          () => undefined,
        )
        .catch(() => undefined);
    }, 1);
    try {
      const values = await Promise.all(Array.from({ length: 30 }, (_, n) => work.later(20, n)));
      expect(values).toEqual(values.map((_, n) => n));
    } finally {
      clearInterval(trimmer);
    }
  });

  it('comes also if Redis has lost all of its data: the call is sent again', async () => {
    const pool = fleet.pool();
    const work = workOf(pool);
    const file = fleet.file();
    const value = Promise.resolve(work.note(file, 'x'));
    const client = fleet.client();
    await until(async () => (await client.keys(`sluice:{${fleet.queue}}:default:*.0`)).length === 1);
    const keys = await client.keys(`sluice:{${fleet.queue}}:*`);
    await client.del(...keys);
    fleet.worker();
    expect(await value).toBe('x');
    expect(linesOf(file)).toEqual(['x']);
  });

  it('is one for calls with one idempotency key, of one process and of several', async () => {
    const { pool } = fleet.pair();
    const other = fleet.pool({ queue: 'shared' });
    const file = fleet.file();
    const reference = { url: workUrl, name: 'noteLater' };
    const config = { key: (_: string, text: string) => `order: ${text} 🎉` };
    const one = pool.task<[string, string, number], string>(reference, config);
    const two = other.task<[string, string, number], string>(reference, config);
    const calls = [one(file, 'a', 100), one(file, 'a', 100), two(file, 'a', 100)];
    expect(await Promise.all(calls)).toEqual(['a', 'a', 'a']);
    expect(await two(file, 'a', 100)).toBe('a');
    expect(await one(file, 'b', 1)).toBe('b');
    expect(linesOf(file)).toEqual(['a', 'b']);
    expect(await failureOf(Promise.resolve(one(file, 'a', 5)))).toMatchObject({
      code: 'SLUICE_IDEMPOTENCY_CONFLICT',
    });
  });

  it('of a failed call with a key is not kept: the next call runs', async () => {
    const { pool } = fleet.pair();
    const file = fleet.file();
    const task = pool.task<[string, number], number>({ url: workUrl, name: 'failUntil' }, { key: (path) => path });
    expect(await failureOf(task(file, 2))).toMatchObject({ code: 'E_NOT_FOUND' });
    expect(await task(file, 2)).toBe(2);
    expect(await task(file, 2)).toBe(2);
    expect(linesOf(file)).toHaveLength(2);
  });

  it('of one waiter of a shared call is not lost if another one leaves', async () => {
    const { pool } = fleet.pair();
    const file = fleet.file();
    const task = pool.task<[string, string, number], string>({ url: workUrl, name: 'noteLater' }, { key: () => file });
    const left = task(file, 'x', 200).subscribe();
    const value = Promise.resolve(task(file, 'x', 200));
    await until(() => linesOf(file).length === 1);
    left.unsubscribe();
    expect(await value).toBe('x');
  });

  it('is that of the last attempt, after pauses that grow', async () => {
    const { pool } = fleet.pair();
    const file = fleet.file();
    const reference = { url: workUrl, name: 'failUntil' };
    const task = pool.task<[string, number], number>(reference, {
      attempts: 3,
      backoff: { type: 'exponential', delay: 100 },
    });
    expect(await task(file, 3)).toBe(3);
    const [first, second, third] = linesOf(file).map(Number) as [number, number, number];
    expect(second - first).toBeGreaterThanOrEqual(95);
    expect(third - second).toBeGreaterThanOrEqual(190);
    const hopeless = fleet.file();
    expect(await failureOf(task(hopeless, 9))).toMatchObject({ code: 'E_NOT_FOUND', url: '3' });
    expect(linesOf(hopeless)).toHaveLength(3);
  });

  it('comes after the delay of the call', async () => {
    const { pool } = fleet.pair();
    const task = pool.task<[number, number], number>({ url: workUrl, name: 'add' }, { delay: 300 });
    const startedAt = Date.now();
    expect(await task(1, 2)).toBe(3);
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(295);
  });

  it('comes first for calls with a higher priority', async () => {
    const pool = fleet.pool();
    const file = fleet.file();
    const note = (priority: number) =>
      pool.task<[string, string], string>({ url: workUrl, name: 'note' }, { priority });
    const calls = [note(0)(file, 'middle'), note(-5)(file, 'last'), note(7)(file, 'first')].map((call) =>
      Promise.resolve(call),
    );
    const client = fleet.client();
    await until(async () => (await client.zcard(`sluice:{${fleet.queue}}:default:prioritized`)) === 3);
    fleet.worker({ size: 1 });
    await Promise.all(calls);
    expect(linesOf(file)).toEqual(['first', 'middle', 'last']);
  });
});

describeFleet('a call without a worker', (fleet) => {
  it('fails after workerTimeout, with the builds that have workers', async () => {
    fleet.worker({ build: 'v1' });
    const pool = fleet.pool({ build: 'v2', workerTimeout: 300 });
    await sleep(100);
    const error = await failureOf(workOf(pool).add(1, 2));
    expect(error).toMatchObject({ code: 'SLUICE_NO_FLEET_WORKER', build: 'v2', builds: ['v1'] });
    expect(error.message).toContain(`npx sluice worker --queue ${fleet.queue} --build v2`);
  });

  it('is told by `ready`, which waits for a worker, and fails for the same reasons as a call', async () => {
    const lonely = fleet.pool({ build: 'v2', workerTimeout: 300 });
    expect(await failureOf(lonely.ready)).toMatchObject({ code: 'SLUICE_NO_FLEET_WORKER', build: 'v2' });
    const away = fleet.pool({ connection: { host: '127.0.0.1', port: 1 }, redisTimeout: 100 });
    expect(await failureOf(away.ready)).toMatchObject({ code: 'SLUICE_FLEET_UNAVAILABLE' });
    const pool = fleet.pool();
    const { ready } = pool;
    fleet.worker({ size: 3 });
    await ready;
    expect(pool.size).toBe(3);
    const closed = fleet.pool({ build: 'v3' });
    const never = failureOf(closed.ready);
    await closed.close();
    expect(await never).toMatchObject({ code: 'SLUICE_POOL_CLOSED' });
  });

  it('waits for a worker that begins in time', async () => {
    const value = Promise.resolve(workOf(fleet.pool({ workerTimeout: 20_000 })).add(1, 2));
    await sleep(300);
    fleet.worker();
    expect(await value).toBe(3);
  });
});
