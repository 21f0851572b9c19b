/**
 * An audit consists of the answers for a lockfile and a comparison of the three ways to get them.
 */
import { openDatabase } from './database';
import { load, packagesIn } from './load';
import { readLockfile, ROOT } from './lockfile';
import { measure, type Measured, type MeasureConfig } from './measure';
import { drawn } from './picture';

export interface Audit extends Measured {
  /** Number of packages in the lockfile, without the root. */
  readonly packages: number;
  /** Path of the timeline of one run, if the config asked for one. */
  readonly timeline: string | undefined;
}

export interface AuditConfig extends MeasureConfig {
  /**
   * Connection string of a Postgres.
   * @defaultValue PGlite, in this process
   */
  readonly databaseUrl?: string | undefined;
  /**
   * File to which the timeline of one run with sluice is written.
   * @defaultValue no timeline
   */
  readonly timeline?: string | undefined;
}

/** Audits a lockfile. Rejects with an AuditError if lockfile, database or timeline file cannot be opened. */
export async function audit(lockfilePath: string, config: AuditConfig = {}): Promise<Audit> {
  const { databaseUrl, progress = () => undefined } = config;
  const lockfile = readLockfile(lockfilePath);
  progress('loading');
  const database = await openDatabase(databaseUrl);
  try {
    await load(database, lockfile);
    const packages = packagesIn(lockfile).filter(({ path }) => path !== ROOT).length;
    // The timeline comes before the measurement, so that a wrong path is reported at once.
    const timeline = config.timeline === undefined ? undefined : await drawn(database, config.timeline);
    return { packages, timeline, ...(await measure(database, config)) };
  } finally {
    await database.close();
  }
}
