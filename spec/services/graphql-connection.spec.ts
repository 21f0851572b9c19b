/** The connection of the graphql sample to a real Postgres, if one is installed: it cancels a statement, and only that one. */
import { setTimeout as delayed } from 'node:timers/promises';
import { openConnection, type Connection } from '../../samples/graphql/connection';
import { startServer } from '../../samples/graphql/server';
import { fillTables } from '../../samples/graphql/tables';
import { post } from '../graphql/servers';
import { crawledPages, PAGES } from '../samples/graphql-server';
import { failureOf } from '../support/failure-of';
import { declareMissingService } from '../support/missing-service';
import { findPostgres, startPostgres, type PostgresServer } from './postgres-server';

const binaries = findPostgres();

if (binaries === null) {
  declareMissingService(
    'a Postgres',
    'the graphql sample over a real Postgres',
    'install the Debian package `postgresql`, which has initdb and postgres.',
  );
} else {
  describe('the connection of the graphql sample to Postgres', () => {
    let postgres: PostgresServer;
    let connection: Connection;
    beforeAll(async () => {
      postgres = await startPostgres(binaries);
      connection = await openConnection(postgres.url);
      await fillTables(connection, crawledPages);
    });
    afterAll(async () => {
      await connection.close();
      await postgres.stop();
    });

    it('cancels a running statement, and runs the next ones', async () => {
      const controller = new AbortController();
      const sleeping = connection.query('select pg_sleep(600)', [], controller.signal);
      const next = connection.query('select 1 as one');
      await delayed(50);
      controller.abort();
      expect(await failureOf(sleeping)).toMatchObject({ code: '57014' });
      expect(await next).toEqual([{ one: 1 }]);
    });

    it('drops a statement that has not begun', async () => {
      const controller = new AbortController();
      const first = connection.query('select pg_sleep(0.05)');
      const dropped = connection.query('create temporary table dropped (id int)', [], controller.signal);
      controller.abort(new Error('left'));
      expect(await failureOf<Error>(dropped)).toEqual(new Error('left'));
      await first;
      expect(await connection.query(`select to_regclass('dropped') as found`)).toEqual([{ found: null }]);
    });

    it('serves the graph', async () => {
      const server = await startServer(connection, 0, () => undefined);
      const query =
        '{ pages(first: 100) { nodes { bytes host { pageCount } links { target { id } } linkedFrom { id } } } }';
      const { data, errors } = await post(server.url, { query });
      expect(errors).toBeUndefined();
      expect(data).toMatchObject({ pages: { nodes: Array.from({ length: PAGES }, () => ({ bytes: 1_000 })) } });
      await server.stop();
    });
  });
}
