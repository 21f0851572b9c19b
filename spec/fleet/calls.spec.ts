/** Calls of a fleet: values, errors and functions, as a worker pool has them. */
import { existsSync } from 'node:fs';
import { firstValueFrom, from, toArray } from 'rxjs';
import { all, AsyncList, AsyncValue, task } from 'sluice';
import { FleetPool, PayloadTooLargeError, type PayloadStore } from 'sluice/fleet';
import { offload, registerError, type TaskPool } from 'sluice/pool';
import { failureOf as caught } from '../support/failure-of';
import { describeFleet, modules, until, workOf, workUrl } from './fleet-fixture';

const failureOf = caught<Error & Record<string, unknown>>;

class NotFoundError extends Error {
  override readonly name = 'NotFoundError';
  readonly url: string = '';
}
registerError(NotFoundError);

describeFleet('a call of a fleet', (fleet) => {
  it('returns what the function returns', async () => {
    const { work } = fleet.pair();
    expect(await work.add(1, 2)).toBe(3);
  });

  it('carries Maps, Sets, dates, bigints, buffers, undefined and cycles', async () => {
    const { work } = fleet.pair();
    const cycle: Record<string, unknown> = { n: 1n, at: new Date(0), gap: undefined };
    cycle['self'] = cycle;
    const value = [new Map([['a', new Set([1])]]), new Uint8Array([1, 2]), NaN, -0, cycle];
    expect(await work.echo(value)).toEqual(value);
  });

  it('fails with the error of the function: its class, code, fields, cause, and the stacks of both sides', async () => {
    const { work } = fleet.pair();
    const error = await failureOf(work.fail('/a'));
    expect(error).toBeInstanceOf(NotFoundError);
    expect(error).toMatchObject({ message: 'There is nothing at /a.', code: 'E_NOT_FOUND', url: '/a' });
    expect(error.cause).toBeInstanceOf(RangeError);
    expect(error.stack).toMatch(/work\.mjs[^]*calls\.spec\.ts/);
    expect(error.stack).not.toMatch(/bullmq|JobRunner/);
  });

  it('fails with a DOMException, and with what is no Error, as a call of a worker pool does', async () => {
    const { work } = fleet.pair();
    expect(await failureOf(work.abortError())).toMatchObject({ name: 'AbortError', message: 'stop' });
    expect(await failureOf(work.throwText())).toMatchObject({ code: 'SLUICE_THROWN_VALUE', thrown: 'a text' });
  });

  it('carries errors as values, in arrays and Maps', async () => {
    const { work } = fleet.pair();
    const [one, error, map] = (await work.returnsErrors()) as [number, Error, Map<string, Error>];
    expect(one).toBe(1);
    expect(error).toBeInstanceOf(NotFoundError);
    expect(map.get('b')).toBeInstanceOf(TypeError);
  });

  it('fails with the path of what cannot be sent, in its arguments and in its result', async () => {
    const { work } = fleet.pair();
    expect(await failureOf(work.echo({ deep: [() => 1] }))).toMatchObject({
      code: 'SLUICE_TRANSFER',
      path: 'args[0].deep[0]',
    });
    expect(await failureOf(work.returnsFunction())).toMatchObject({
      code: 'SLUICE_TRANSFER',
      path: expect.stringMatching(/result\.deep\[0\]$/) as string,
    });
    expect(await work.add(1, 1)).toBe(2);
  });

  it('awaits futures and AsyncValues among its arguments', async () => {
    const { pool, work } = fleet.pair();
    const two = new AsyncValue<number>();
    const sum = work.add(pool.do({ url: workUrl, name: 'add' }, 1, 2) as never, two);
    const result = firstValueFrom(sum);
    two.set(2);
    expect(await result).toBe(5);
  });

  it('runs once for each subscription, and is yielded by tasks', async () => {
    const { work } = fleet.pair();
    const file = fleet.file();
    const call = work.note(file, 'x');
    const twice = task(function* twice() {
      return yield* all([call, call]);
    });
    expect(await twice()).toEqual(['x', 'x']);
  });

  it('is a TaskPool for code that takes one: do, chain, offload and drain', async () => {
    const { pool } = fleet.pair();
    const program = async (any: TaskPool) => {
      const add = any.task<[number, number], number>({ url: workUrl, name: 'add' });
      const sum = any.do(add, 1, 2).chain({ url: workUrl, name: 'add' }, 10);
      const ten = await firstValueFrom(
        from([1, 2, 3]).pipe(
          offload((n: number) => add(n, n), { concurrency: 2, ordered: true }),
          toArray(),
        ),
      );
      await any.drain();
      return [await new AsyncList([sum]), ten];
    };
    expect(await program(pool)).toEqual([[13], [2, 4, 6]]);
    expect(pool.stats).toMatchObject({ queued: 0, running: 0 });
  });

  it('starts with the options that `do` gets before the function', async () => {
    const { pool } = fleet.pair();
    const file = fleet.file();
    expect(await pool.do({ attempts: 3 }, { url: workUrl, name: 'failUntil' }, file as never, 3 as never)).toBe(3);
    expect(() => pool.do({ attempt: 3 } as never, { url: workUrl, name: 'add' })).toThrow(/FleetPool.do: .*attempt/);
  });

  it('counts how long calls wait and run', async () => {
    fleet.worker();
    const pool = fleet.pool();
    await workOf(pool).later(100, 1);
    const { waitTime, runTime, utilization, completed } = pool.stats;
    expect({ waits: waitTime.count, runs: runTime.count, completed }).toEqual({ waits: 1, runs: 1, completed: 1 });
    expect(runTime.max).toBeGreaterThan(90);
    expect(utilization).toBeGreaterThan(0);
    expect(utilization).toBeLessThanOrEqual(1);
  });

  it('sends a burst of calls of a quick function in few jobs', async () => {
    const { work } = fleet.pair();
    for (let n = 0; n < 20; n++) await work.add(n, n);
    const client = fleet.client();
    const before = await commandsOf(client);
    const sums = await Promise.all(Array.from({ length: 2_000 }, (_, n) => work.add(n, 1)));
    const perCall = ((await commandsOf(client)) - before) / 2_000;
    expect(sums).toEqual(sums.map((_, n) => n + 1));
    // A job for each call takes 38 commands and more. How many calls share a job depends on how quick they were.
    expect(perCall).toBeLessThan(12);
  });

  it('stores large arguments and results apart from the jobs, and removes the arguments', async () => {
    const stored = new Map<string, Uint8Array>();
    const names: string[] = [];
    const store: PayloadStore = {
      put: (name, bytes) => {
        names.push(name.replace(/^.*:/, ''));
        stored.set(name, bytes);
        return Promise.resolve();
      },
      get: (name) => Promise.resolve(stored.get(name)),
      delete: (name) => {
        stored.delete(name);
        return Promise.resolve();
      },
    };
    fleet.worker({ store });
    const work = workOf(fleet.pool({ store }));
    expect(await work.echo('x'.repeat(200_000))).toHaveLength(200_000);
    expect(names).toEqual(['args', 'result']);
    expect([...stored.keys()].filter((name) => name.endsWith('args'))).toEqual([]);
  });

  it('keeps large payloads in Redis by default', async () => {
    const { work } = fleet.pair();
    const bytes = (await work.echo(new Uint8Array(300_000).fill(3))) as Uint8Array;
    expect(bytes).toHaveLength(300_000);
    expect(bytes.every((byte) => byte === 3)).toBe(true);
  });

  it('refuses arguments and results beyond maxPayload, with both sizes', async () => {
    fleet.worker({ maxPayload: 10_000 });
    const work = workOf(fleet.pool({ maxPayload: 10_000 }));
    const tooLong = await failureOf(work.echo('x'.repeat(20_000)));
    expect(tooLong).toBeInstanceOf(PayloadTooLargeError);
    expect(tooLong).toMatchObject({ subject: 'arguments', maxBytes: 10_000, code: 'SLUICE_PAYLOAD_TOO_LARGE' });
    expect(await failureOf(work.bytes(30_000))).toMatchObject({ subject: 'result', maxBytes: 10_000 });
  });

  it('needs the event loop: block() says so', async () => {
    const { work } = fleet.pair();
    expect(() => work.add(1, 2).block()).toThrow(/fleet "FleetPool"/);
    expect(await work.add(1, 2)).toBe(3);
  });
});

describeFleet('a fleet pool', (fleet) => {
  it('refuses functions without a module, at the call', () => {
    const pool = fleet.pool();
    expect(() => pool.task(() => 1)).toThrow(/^FleetPool\.task: expected its function to be a reference/);
    expect(() => pool.do((n: number) => n, 1)).toThrow(/^FleetPool\.do: expected its function to be a reference/);
    expect(() => pool.module<{ f(): void }>('https://example.com/work.js').f).toThrow(
      /^FleetPool\.module: expected the URL/,
    );
    expect(() => pool.module('./work.js')).toThrow(TypeError);
  });

  it('refuses options that are unknown or wrong, and shows no URL of a connection', () => {
    const config = { connection: fleet.connection, queue: 'q' };
    expect(() => new FleetPool({ ...config, conection: 1 } as never)).toThrow(
      /unknown option "conection". Did you mean "connection"/,
    );
    expect(() => new FleetPool({ ...config, queue: 'a:b' })).toThrow(/`queue`/);
    expect(() => new FleetPool({ ...config, connection: 'http://me:secret@host' })).toThrow(/not shown/);
    expect(() => new FleetPool({ ...config, connection: { keyPrefix: 'x' } })).toThrow(/keyPrefix/);
    expect(() => fleet.pool().task({ url: workUrl, name: 'add' }, { attempts: 0 })).toThrow(/`attempts`/);
    expect(() => fleet.pool().task({ url: workUrl, name: 'add' }, { atempts: 2 } as never)).toThrow(
      /Did you mean "attempts"/,
    );
    expect(() => (fleet.pool().size = 3)).toThrow(/npx sluice worker --size/);
  });

  it('names a module by its path below the folder of modules, so that the folder may be elsewhere', async () => {
    fleet.worker({ modules: [modules] });
    const elsewhere = fleet.pool({ modules: '/nowhere/app' });
    expect(existsSync('/nowhere/app')).toBe(false);
    const add = elsewhere.task<[number, number], number>({ url: '/nowhere/app/work.mjs', name: 'add' });
    expect(await add(2, 3)).toBe(5);
  });

  it('prints as its name, without the connection', async () => {
    const pool = fleet.pool({ name: 'images' });
    const { inspect } = await import('node:util');
    expect(inspect(pool, { depth: 5 })).toBe('FleetPool "images"');
    expect(JSON.stringify(pool)).toBe('"FleetPool \\"images\\""');
  });

  it('reports the workers of its build as threads', async () => {
    const pool = fleet.pool();
    const events: unknown[] = [];
    pool.events$.subscribe((event) => events.push(event.type));
    const worker = fleet.worker({ size: 3 });
    const work = workOf(pool);
    expect(await work.add(1, 1)).toBe(2);
    await until(() => events.length === 1);
    expect(pool.size).toBe(3);
    expect(await pool.metrics()).toMatchObject({ workers: 1, slots: 3, waiting: 0, delayed: 0 });
    await worker.close();
    await until(() => events.length === 2);
    expect(events).toEqual(['spawn', 'exit']);
  });
});

async function commandsOf(client: ReturnType<import('./fleet-fixture').Fleet['client']>): Promise<number> {
  return Number(/total_commands_processed:(\d+)/.exec(await client.info('stats'))?.[1]);
}
