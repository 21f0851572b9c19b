/**
 * Loading writes a lockfile into two temporary tables, `package` and `dependency`. Temporary tables hide permanent ones
 * of the same name without changing them, and are dropped when the connection closes.
 */
import type { PackageFacts } from './answer';
import type { Database } from './database';
import { dependenciesIn, isInstalled } from './graph';
import type { LockedPackage } from './locked-package';
import type { Lockfile } from './lockfile';

/** Loads a lockfile. A second call replaces the rows of the first. */
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

/** Packages of the lockfile. Links are left out, because the target of a link has an entry of its own. */
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

/** True for a package that npm downloaded. Workspaces, linked folders and bundled packages have no own hash. */
function needsIntegrity(path: string, entry: LockedPackage): boolean {
  return isInstalled(path) && !entry.isBundled;
}

function fill(database: Database, table: string, rows: readonly object[]): Promise<readonly unknown[]> {
  const statement = `insert into ${table} select * from json_populate_recordset(null::pg_temp.${table}, $1)`;
  return database.query(statement, [JSON.stringify(rows)]);
}
