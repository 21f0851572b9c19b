/**
 * An audit is a lockfile, the answers about it, and how the three ways of getting them compare.
 */
import { openDatabase } from './database';
import { load, packagesIn } from './load';
import { readLockfile, ROOT } from './lockfile';
import { measure, type Measured } from './measure';

export interface Audit extends Measured {
  /** How many packages the lockfile has, the root not counted. */
  readonly packages: number;
}

/** Rejects with an AuditError if there is no such lockfile, or no such database as `databaseUrl` names. */
export async function audit(lockfilePath: string, databaseUrl?: string): Promise<Audit> {
  const lockfile = readLockfile(lockfilePath);
  const database = await openDatabase(databaseUrl);
  try {
    await load(database, lockfile);
    const packages = packagesIn(lockfile).filter(({ path }) => path !== ROOT).length;
    return { packages, ...(await measure(database)) };
  } finally {
    await database.close();
  }
}
