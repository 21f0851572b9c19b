/** The recipes of loaders over a real Postgres, with `pg` and with postgres.js. */
import { setTimeout as delayed } from 'node:timers/promises';
import { Pool } from 'pg';
import postgres, { type Sql } from 'postgres';
import { all, allSettled, AsyncValue, batch, Future, task, type BatchFunction } from 'sluice';
import { noonIn } from '../../samples/loaders/pg-bisected-keys';
import * as pgCancelling from '../../samples/loaders/pg-cancelling';
import { translationOf } from '../../samples/loaders/pg-composite-key';
import { latestBooks } from '../../samples/loaders/pg-first-rows';
import { booksOfAuthor } from '../../samples/loaders/pg-many-rows';
import { authorById } from '../../samples/loaders/pg-one-row';
import { transactionsOf } from '../../samples/loaders/pg-transaction';
import { orderById } from '../../samples/loaders/pg-valid-keys';
import { visitById } from '../../samples/loaders/postgres-js';
import * as postgresJsCancelling from '../../samples/loaders/postgres-js-cancelling';
import { declareMissingService } from '../support/missing-service';
import { findPostgres, startPostgres, type PostgresServer } from './postgres-server';

const SCHEMA = `
  create table author (id int primary key, name text not null);
  create table book (id int primary key, author int not null, title text not null, year int not null);
  create index on book (author, year desc, id);
  create table translation (book int, language text, title text not null, primary key (book, language));
  create table orders (id uuid primary key, total int not null);
  create table visit (id bigint primary key, path text not null);
  insert into author select n, 'author ' || n from generate_series(9, 1, -1) n;
  insert into book select n, n % 3, 'book ' || n, 2000 + n from generate_series(10, 1, -1) n;
  insert into translation select n, l, 'book ' || n || ' in ' || l from generate_series(1, 3) n, unnest('{de,fr}'::text[]) l;
  insert into orders select ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a' || n)::uuid, n from generate_series(11, 13) n;
  insert into visit select n, '/' || n from generate_series(3, 1, -1) n;
`;

/** The errors of rejected futures, by their codes of Postgres or their names; and the values of the others. */
const outcomesOf = async <V>(futures: readonly Future<V>[]): Promise<unknown[]> =>
  (await allSettled(futures)).map((result) => {
    if (result.status === 'fulfilled') return result.value;
    const { code, name } = result.reason as { readonly code?: string; readonly name: string };
    return code ?? name;
  });

const binaries = findPostgres();

if (binaries === null) {
  declareMissingService(
    'a Postgres',
    'loaders over a real Postgres',
    'install the Debian package `postgresql`, which has initdb and postgres.',
  );
} else {
  let server: PostgresServer;
  let pool: Pool;
  let cancels: Pool;
  let monitor: Pool;
  beforeAll(async () => {
    server = await startPostgres(binaries);
    [pool, cancels, monitor] = [4, 1, 1].map((max) => new Pool({ connectionString: server.url, max })) as [
      Pool,
      Pool,
      Pool,
    ];
    await pool.query(SCHEMA);
  });
  afterAll(async () => {
    await Promise.all([pool.end(), cancels.end(), monitor.end()]);
    await server.stop();
  });
  afterEach(() => jest.restoreAllMocks());

  describe('loaders over pg', () => {
    /** The arguments of each query of the pool from now on, which runs as before. */
    const queries = (): readonly unknown[][] => jest.spyOn(pool, 'query').mock.calls;

    it('give each key its row, whatever the order of the rows, and null to a missing one, in one query', async () => {
      const sent = queries();
      const load = authorById(pool);
      const authors = await load.many([2, 99, 1, 2]);
      expect(authors).toEqual([
        { id: 2, name: 'author 2' },
        null,
        { id: 1, name: 'author 1' },
        { id: 2, name: 'author 2' },
      ]);
      expect(sent.map(([, values]) => values)).toEqual([[[2, 99, 1]]]);
    });

    it('take more keys in one query than Postgres takes parameters', async () => {
      const sent = queries();
      const authors = await authorById(pool).many(Array.from({ length: 70_000 }, (_, id) => id));
      expect(authors.filter((author) => author !== null)).toHaveLength(9);
      expect(sent).toHaveLength(1);
    });

    it('give each key its rows, in the order of the query, and an empty array to one without', async () => {
      const [one, none] = await booksOfAuthor(pool).many([1, 99]);
      expect(one?.map(({ title, year }) => [title, year])).toEqual([
        ['book 1', 2001],
        ['book 4', 2004],
        ['book 7', 2007],
        ['book 10', 2010],
      ]);
      expect(none).toEqual([]);
    });

    it('find rows by two columns, also for equal keys that are different objects', async () => {
      const sent = queries();
      const titles = await translationOf(pool).many([
        { book: 2, language: 'fr' },
        { book: 1, language: 'it' },
        { book: 2, language: 'fr' },
      ]);
      expect(titles.map((row) => row?.title)).toEqual(['book 2 in fr', undefined, 'book 2 in fr']);
      expect(sent.map(([, values]) => values)).toEqual([
        [
          [2, 1],
          ['fr', 'it'],
        ],
      ]);
    });

    it('give the first rows of each key, with a limit for each key, in one query', async () => {
      const sent = queries();
      const latest = await latestBooks(pool).many([
        { author: 1, first: 2 },
        { author: 1, first: 1 },
        { author: 99, first: 1 },
      ]);
      expect(latest.map((books) => books.map(({ title }) => title))).toEqual([['book 10', 'book 7'], ['book 10'], []]);
      expect(sent).toHaveLength(1);
    });

    const uuid = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11';

    it('fail an invalid key alone, and take both spellings of a uuid for one key', async () => {
      const sent = queries();
      const load = orderById(pool);
      const order = { id: uuid, total: 11 };
      expect(await outcomesOf([uuid.toUpperCase(), uuid, 'x', uuid.replace('11', '99')].map((id) => load(id)))).toEqual(
        [order, order, 'TypeError', null],
      );
      expect(sent.map(([, values]) => values)).toEqual([[[uuid.toUpperCase(), uuid.replace('11', '99')]]]);
    });

    it('without that fail all keys, because one invalid key fails the statement', async () => {
      const load = batch(async (ids: readonly string[]) => {
        await pool.query('select from orders where id = any($1::uuid[])', [ids]);
        return ids;
      });
      expect(await outcomesOf([uuid, 'x'].map((id) => load(id)))).toEqual(['22P02', '22P02']);
    });

    it('fail a key alone that only Postgres can judge, by halves of the batch', async () => {
      const sent = queries();
      const zones = ['Europe/Berlin', 'Asia/Tokyo', 'Mars/Olympus', 'UTC'];
      const load = noonIn(pool);
      expect(await outcomesOf(zones.map((zone) => load(zone)))).toEqual([
        { zone: 'Europe/Berlin', noon: '13:00' },
        { zone: 'Asia/Tokyo', noon: '21:00' },
        '22023',
        { zone: 'UTC', noon: '12:00' },
      ]);
      expect(sent).toHaveLength(5);
    });

    it('do not bisect a batch for an error that no key has caused', async () => {
      const closed = new Pool({ connectionString: server.url });
      await closed.end();
      const sent = jest.spyOn(closed, 'query');
      const load = noonIn(closed);
      expect(await outcomesOf([load('UTC'), load('Asia/Tokyo')])).toEqual(['Error', 'Error']);
      expect(sent).toHaveBeenCalledTimes(1);
    });
  });

  describe('loaders in a transaction over pg', () => {
    it('see the writes of their transaction, and callers outside do not', async () => {
      const { authorById: load, inTransaction } = transactionsOf(pool);
      const read = task(function* read() {
        return (yield* load(50))?.name;
      });
      const [inserted, seen] = [new AsyncValue<true>(), new AsyncValue<string | undefined>()];
      const write = inTransaction((client) =>
        task(function* writeAndRead() {
          yield client.query(`insert into author values (50, 'new')`);
          inserted.set(true);
          const found = yield* all([load(50), read()]);
          yield* seen;
          return found;
        })(),
      );
      const readOutside = task(function* readOutside() {
        yield* inserted;
        seen.set(yield* read());
        return yield* seen;
      });
      const [inside, outside] = await all([write, readOutside()]);
      expect(inside).toEqual([{ id: 50, name: 'new' }, 'new']);
      expect(outside).toBeUndefined();
      expect(await read()).toBe('new');
      await pool.query('delete from author where id = 50');
    });

    it('are rolled back by a failure, and by unsubscribing; the connection goes back to the pool', async () => {
      const { authorById: load, inTransaction } = transactionsOf(pool);
      const insert = (end: Future<unknown>): Future<unknown> =>
        inTransaction((client) =>
          task(function* insertAndEnd() {
            yield client.query(`insert into author values (51, 'never')`);
            yield* load(51);
            return yield* end;
          })(),
        );
      await expect(Promise.resolve(insert(Future.fail(new Error('no'))))).rejects.toThrow('no');
      expect(await load(51)).toBeNull();
      const begun = new Promise<void>((resolve) => {
        const running = insert(
          Future.defer(() => {
            setTimeout(() => {
              running.unsubscribe();
              resolve();
            });
            return new Promise(() => undefined);
          }),
        ).subscribe();
      });
      await begun;
      await until(() => pool.idleCount === pool.totalCount);
      expect(await load(51)).toBeNull();
    });
  });

  /** Waits for what a real server does in its own time. */
  const until = async (isTrue: () => boolean | Promise<boolean>): Promise<void> => {
    while (!(await isTrue())) await delayed(5);
  };

  const isSleeping = async (): Promise<boolean> => {
    const sql = `select 1 from pg_stat_activity where state = 'active' and query like '%pg_sleep%' and pid <> pg_backend_pid()`;
    return (await monitor.query(sql)).rows.length > 0;
  };

  describe.each([
    [
      'pg',
      () => {
        const one = new Pool({ connectionString: server.url, max: 1 });
        return {
          load: pgCancelling.authorById({ pool: one, cancels }),
          sleepOf: (signal: AbortSignal, seconds: number) =>
            pgCancelling.cancellable({ pool: one, cancels }, signal, (client) =>
              client.query('select pg_sleep($1)', [seconds]),
            ),
          next: () => one.query('select pg_sleep(0.002)'),
          end: () => one.end(),
        };
      },
    ],
    [
      'postgres.js',
      () => {
        const [one, side] = [1, 1].map((max) => postgres(server.url, { max })) as [Sql, Sql];
        return {
          load: postgresJsCancelling.authorById({ sql: one, cancels: side }),
          sleepOf: (signal: AbortSignal, seconds: number) =>
            postgresJsCancelling.cancellable(
              { sql: one, cancels: side },
              signal,
              (connection) => connection`select pg_sleep(${seconds})`,
            ),
          next: () => one`select pg_sleep(0.002)`,
          end: () => Promise.all([one.end(), side.end()]),
        };
      },
    ],
  ] as const)('cancelling a query over %s', (_, open) => {
    let driver: ReturnType<typeof open>;
    beforeAll(() => {
      driver = open();
    });
    afterAll(async () => {
      await driver.end();
    });

    it('loads keys as before', async () => {
      const load: BatchFunction<number, unknown> = driver.load;
      expect(await load.many([2, 1])).toEqual([
        { id: 2, name: 'author 2' },
        { id: 1, name: 'author 1' },
      ]);
    });

    it('ends it in Postgres when its batch is aborted, and its connection serves the next query', async () => {
      const sleep = batch(async (seconds: readonly number[], { signal }) => {
        await driver.sleepOf(signal, Math.max(...seconds));
        return seconds;
      });
      const running = sleep(600).subscribe();
      await until(isSleeping);
      running.unsubscribe();
      await until(async () => !(await isSleeping()));
      expect(await sleep(0)).toBe(0);
    });

    it('sends no query for a batch that is aborted while it waits for the connection', async () => {
      const [first, second] = [new AbortController(), new AbortController()];
      const running = driver.sleepOf(first.signal, 600);
      await until(isSleeping);
      const waiting = driver.sleepOf(second.signal, 600);
      second.abort(new Error('all callers have left'));
      first.abort();
      await expect(running).rejects.toMatchObject({ code: '57014' });
      await expect(waiting).rejects.toThrow('all callers have left');
    });

    it('never ends the next query of the connection, however late the cancel is', async () => {
      let cancelled = 0;
      for (let round = 0; round < 40; round++) {
        const aborting = new AbortController();
        const running = driver.sleepOf(aborting.signal, 0.004);
        setTimeout(() => aborting.abort(), 3 + (round % 5));
        await running.catch(() => cancelled++);
        await driver.next();
      }
      expect(cancelled).toBeLessThan(40);
    });
  });

  describe('loaders over postgres.js', () => {
    let sql: Sql;
    beforeAll(() => {
      sql = postgres(server.url, { max: 1 });
    });
    afterAll(() => sql.end());

    it('give each key its row, also if its column is text to the driver and a number to the caller', async () => {
      expect(await visitById(sql).many([2, 99, 1])).toEqual([{ id: '2', path: '/2' }, null, { id: '1', path: '/1' }]);
    });
  });
}
