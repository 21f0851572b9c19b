/**
 * The audit over a real Postgres, if one is installed.
 */
import { join } from 'node:path';
import { Client } from 'pg';
import { audit } from '../../samples/audit/audit';
import { openDatabase } from '../../samples/audit/database';
import { load } from '../../samples/audit/load';
import { readLockfile } from '../../samples/audit/lockfile';
import { measure } from '../../samples/audit/measure';
import { withSluice } from '../../samples/audit/with-sluice';
import { installed, lockfileOf, needs } from '../samples/lockfile-of';
import { openInThread } from '../samples/pglite-in-thread';
import { findPostgres, startPostgres, type PostgresServer } from './postgres-server';
import { declareMissingService } from '../support/missing-service';

const LOCKFILE = join(__dirname, '..', '..', 'package-lock.json');
const binaries = findPostgres();

if (binaries === null) {
  declareMissingService(
    'a Postgres',
    'the audit over a real Postgres',
    'install the Debian package `postgresql`, which has initdb and postgres.',
  );
} else {
  describe('the audit over a real Postgres', () => {
    let server: PostgresServer;
    beforeAll(async () => {
      server = await startPostgres(binaries);
    });
    afterAll(() => server.stop());

    it('has the same answers in all three ways and over PGlite, and at most two queries more than by hand', async () => {
      const { agree, answers, runs } = await audit(LOCKFILE, { databaseUrl: server.url });
      expect(agree).toBe(true);
      expect(runs.sluice.queries).toBeLessThanOrEqual(runs.handwritten.queries + 2);
      const inProcess = openInThread();
      await load(inProcess, readLockfile(LOCKFILE));
      expect(await withSluice(inProcess)).toEqual(answers);
      await inProcess.close();
    });

    it('neither reads nor changes existing tables of the same names, and leaves none behind', async () => {
      const client = new Client({ connectionString: server.url });
      await client.connect();
      await client.query('create table package as select 1 as id');
      await client.query('create table dependency as select 2 as id');
      const database = await openDatabase(server.url);
      await load(database, lockfileOf({ '': needs('a'), 'node_modules/a': installed() }));
      expect((await measure(database)).answers).toMatchObject([{ name: 'a' }]);
      await database.close();
      expect((await client.query('select p.id as p, d.id as d from package p, dependency d')).rows).toEqual([
        { p: 1, d: 2 },
      ]);
      await client.end();
    });
  });
}
