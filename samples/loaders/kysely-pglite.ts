/**
 * Kysely on PGlite, without a package of its own: the dialect of Kysely for `pg` needs a pool with connections, and PGlite
 * is one connection, which runs one query at a time.
 */
import type { PGlite } from '@electric-sql/pglite';
import { PostgresDialect, type PostgresPool } from 'kysely';

export const pgliteDialect = (database: PGlite): PostgresDialect => new PostgresDialect({ pool: poolOf(database) });

const poolOf = (database: PGlite): PostgresPool =>
  ({
    connect: () =>
      Promise.resolve({
        query: async (text: string, parameters: readonly unknown[]) => {
          const { rows, affectedRows = 0 } = await database.query(text, [...parameters]);
          const [command = ''] = text.trim().split(/\s/);
          return { rows, rowCount: affectedRows, command: command.toUpperCase() };
        },
        release: () => undefined,
      }),
    end: () => database.close(),
  }) as PostgresPool; // Cast: without cursors, which PGlite does not have.
