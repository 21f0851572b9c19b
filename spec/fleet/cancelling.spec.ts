/** Cancelling calls of a fleet, in the queue and on a worker. */
import { Scope, scoped } from 'sluice';
import { failureOf as caught } from '../support/failure-of';
import { sleep } from '../support/sleep';
import { describeFleet, linesOf, until, workOf, workUrl } from './fleet-fixture';

const failureOf = caught<Error & Record<string, unknown>>;

describeFleet('cancelling a call of a fleet', (fleet) => {
  it('drops a queued call: it never runs, and its job is gone', async () => {
    const work = workOf(fleet.pool({ workerTimeout: 60_000 }));
    const file = fleet.file();
    const subscription = work.note(file, 'queued').subscribe();
    const client = fleet.client();
    const job = async () => (await client.keys(`sluice:{${fleet.queue}}:default:*.0`)).length;
    await until(async () => (await job()) === 1);
    subscription.unsubscribe();
    await until(async () => (await job()) === 0);
    fleet.worker();
    expect(await work.add(1, 1)).toBe(2);
    expect(linesOf(file)).toEqual([]);
  });

  it('aborts the signal of a running call on unsubscribe, and the worker takes the next one', async () => {
    const { work } = fleet.pair();
    const file = fleet.file();
    const subscription = work.untilAborted(file).subscribe({ error: () => undefined });
    await until(() => linesOf(file).length === 1);
    const cancelledAt = Date.now();
    subscription.unsubscribe();
    await until(() => linesOf(file).length === 2);
    expect(linesOf(file)).toEqual(['started', 'aborted']);
    expect(Date.now() - cancelledAt).toBeLessThan(2_000);
    expect(await work.add(1, 1)).toBe(2);
  });

  it('ends the thread of a function that ignores its signal, after the grace', async () => {
    const worker = fleet.worker({ size: 1, pool: { grace: 50 } });
    const work = workOf(fleet.pool());
    const file = fleet.file();
    const subscription = work.forever(file).subscribe({ error: () => undefined });
    await until(() => linesOf(file).length === 1);
    subscription.unsubscribe();
    expect(await work.add(1, 1)).toBe(2);
    expect(worker.stats.running).toBe(0);
  });

  it('fails a job with the reason, which another process that waits for the call gets, too', async () => {
    const { pool } = fleet.pair();
    const file = fleet.file();
    const job = pool.do({ url: workUrl, name: 'untilAborted' }, file as never);
    const other = fleet.pool({ queue: 'shared' });
    const attached = failureOf(other.attach(job.id));
    await until(() => linesOf(file).length === 1);
    job.cancel('no longer wanted');
    expect(await failureOf(job)).toMatchObject({ code: 'SLUICE_CANCELLED', reason: 'no longer wanted' });
    expect(await attached).toMatchObject({ code: 'SLUICE_CANCELLED', reason: 'no longer wanted' });
    await until(() => linesOf(file).includes('aborted'));
  });

  it('lets the running function read the reason in its signal', async () => {
    const { pool } = fleet.pair();
    const file = fleet.file();
    const job = pool.do({ url: workUrl, name: 'reasonOfAbort' }, file as never);
    const failure = failureOf(job);
    await until(() => linesOf(file).length === 1);
    job.cancel({ by: 'the caller' });
    await until(() => linesOf(file).length === 2);
    expect(linesOf(file)).toEqual(['started', '{"by":"the caller"}']);
    expect(await failure).toMatchObject({ code: 'SLUICE_CANCELLED', reason: { by: 'the caller' } });
  });

  it('fails by a time-out with the phase of the call, and stops it', async () => {
    const { pool } = fleet.pair();
    const file = fleet.file();
    const task = pool.task<[string], never>({ url: workUrl, name: 'untilAborted' }, { timeout: 400 });
    const waiting = fleet.pool({ build: 'none' });
    const queued = waiting.task<[string], never>({ url: workUrl, name: 'untilAborted' }, { timeout: 100 });
    expect(await failureOf(queued(file))).toMatchObject({ code: 'SLUICE_TIMEOUT', kind: 'queue' });
    await pool.do({ url: workUrl, name: 'add' }, 1, 1);
    expect(await failureOf(task(file))).toMatchObject({ code: 'SLUICE_TIMEOUT', kind: 'run' });
    await until(() => linesOf(file).includes('aborted'));
  });

  it('happens by a signal, before the call and while it runs', async () => {
    const { pool } = fleet.pair();
    const file = fleet.file();
    const controller = new AbortController();
    const task = pool.task<[string], never>({ url: workUrl, name: 'untilAborted' }, { signal: controller.signal });
    const failure = failureOf(task(file));
    await until(() => linesOf(file).length === 1);
    controller.abort('by signal');
    expect(await failure).toMatchObject({ code: 'SLUICE_CANCELLED', reason: 'by signal' });
    await until(() => linesOf(file).includes('aborted'));
    expect(await failureOf(task(file))).toMatchObject({ code: 'SLUICE_CANCELLED', reason: 'by signal' });
    expect(linesOf(file)).toEqual(['started', 'aborted']);
  });

  it('happens with the scope of the call', async () => {
    const { pool } = fleet.pair();
    const file = fleet.file();
    await scoped(async (scope: Scope) => {
      scope.start(() => pool.task<[string], never>({ url: workUrl, name: 'untilAborted' })(file));
      await until(() => linesOf(file).length === 1);
      scope.cancel('the request is over');
    }).then(undefined, () => undefined);
    await until(() => linesOf(file).includes('aborted'));
  });

  it('is possible from any process by the id, once', async () => {
    const { pool } = fleet.pair();
    const file = fleet.file();
    const job = pool.do({ url: workUrl, name: 'untilAborted' }, file as never);
    const failure = failureOf(job);
    await until(() => linesOf(file).length === 1);
    const other = fleet.pool({ queue: 'shared' });
    expect(await other.cancel(job.id, { by: 'an operator' })).toBe(true);
    expect(await failure).toMatchObject({ code: 'SLUICE_CANCELLED', reason: { by: 'an operator' } });
    expect(await other.cancel(job.id)).toBe(false);
  });

  it('of a finished call changes nothing, and the worker is unharmed', async () => {
    const { pool, work } = fleet.pair();
    const job = pool.do({ url: workUrl, name: 'add' }, 1, 2);
    expect(await job).toBe(3);
    job.cancel();
    expect(await pool.cancel(job.id)).toBe(false);
    expect(await job).toBe(3);
    expect(await work.add(2, 2)).toBe(4);
  });

  it('takes single calls out of a batch', async () => {
    const { work } = fleet.pair();
    for (let n = 0; n < 10; n++) await work.add(n, n);
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, n) => {
        const call = work.add(n, 1);
        if (n % 2 === 0) return Promise.resolve(call).catch(() => 'failed');
        call.subscribe().unsubscribe();
        return Promise.resolve('cancelled');
      }),
    );
    expect(results.filter((result) => result === 'cancelled')).toHaveLength(25);
    expect(results.filter((result) => typeof result === 'number')).toHaveLength(25);
    await sleep(0);
  });
});
