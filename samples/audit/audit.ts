/**
 * An audit is a lockfile, the answers about it, and how the three ways of getting them compare.
 */
import { openDatabase } from './database';
import { load, packagesIn } from './load';
import { readLockfile, ROOT } from './lockfile';
import { measure, type Measured, type MeasureConfig } from './measure';
import { drawn } from './picture';

export interface Audit extends Measured {
  /** How many packages the lockfile has, the root not counted. */
  readonly packages: number;
  /** Where the timeline of one run is, if it was wanted. */
  readonly timeline: string | undefined;
}

export interface AuditConfig extends MeasureConfig {
  /** Of a Postgres (PGlite, in this process). */
  readonly databaseUrl?: string | undefined;
  /** The file for a timeline of one run with sluice (none). */
  readonly timeline?: string | undefined;
}

/** Rejects with an AuditError if there is no such lockfile, no such database, or no writing to the timeline. */
export async function audit(lockfilePath: string, config: AuditConfig = {}): Promise<Audit> {
  const { databaseUrl, progress = () => undefined } = config;
  const lockfile = readLockfile(lockfilePath);
  progress('loading');
  const database = await openDatabase(databaseUrl);
  try {
    await load(database, lockfile);
    const packages = packagesIn(lockfile).filter(({ path }) => path !== ROOT).length;
    // Before anything is measured: a path that is wrong is told at once.
    const timeline = config.timeline === undefined ? undefined : await drawn(database, config.timeline);
    return { packages, timeline, ...(await measure(database, config)) };
  } finally {
    await database.close();
  }
}
