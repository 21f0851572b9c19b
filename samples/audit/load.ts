/**
 * Loading puts a lockfile into two tables, `package` and `dependency`. They are temporary: they hide, and never touch,
 * what a real database has under these names, and they go when the connection does.
 */
import type { PackageFacts } from './answer';
import type { Database } from './database';
import { dependenciesIn, isInstalled } from './graph';
import type { LockedPackage } from './locked-package';
import type { Lockfile } from './lockfile';

/** Loading again replaces what was loaded before. */
export async function load(database: Database, lockfile: Lockfile): Promise<void> {
  await database.query('drop table if exists pg_temp.package, pg_temp.dependency');
  await database.query(
    `create temporary table package (
       path text primary key, version text, licence text, "lacksIntegrity" boolean
     )`,
  );
  await database.query('create temporary table dependency (dependent text, name text, target text)');
  await fill(database, 'package', packagesIn(lockfile));
  await fill(database, 'dependency', dependenciesIn(lockfile));
  await database.query('create index on dependency (dependent)');
  await database.query('analyze package, dependency');
}

/** Every package but the links: a link stands for the folder that it leads to. */
export function packagesIn(lockfile: Lockfile): readonly PackageFacts[] {
  return [...lockfile]
    .filter(([, entry]) => entry.linksTo === null)
    .map(([path, entry]) => ({
      path,
      version: entry.version,
      licence: entry.licence,
      lacksIntegrity: entry.integrity === null && needsIntegrity(path, entry),
    }));
}

/** What npm fetched on its own has a hash of its own; a workspace, a linked folder or a bundled package has none. */
function needsIntegrity(path: string, entry: LockedPackage): boolean {
  return isInstalled(path) && !entry.isBundled;
}

function fill(database: Database, table: string, rows: readonly object[]): Promise<readonly unknown[]> {
  const statement = `insert into ${table} select * from json_populate_recordset(null::pg_temp.${table}, $1)`;
  return database.query(statement, [JSON.stringify(rows)]);
}
