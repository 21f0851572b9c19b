/**
 * A picture of one run with sluice: what asked for what, what went together, and what waited for it, as a page for a
 * browser.
 */
import { recordTimeline } from 'sluice/trace';
import { AuditError, reasonOf } from './audit-error';
import type { Database } from './database';
import { withSluice } from './with-sluice';

/** Its path. Rejects with an AuditError if there is no writing there. */
export async function drawn(database: Database, path: string): Promise<string> {
  const recording = recordingTo(path);
  await withSluice(database);
  return recording.stop();
}

function recordingTo(path: string): ReturnType<typeof recordTimeline> {
  try {
    return recordTimeline(path, { title: 'An audit with sluice' });
  } catch (error) {
    throw new AuditError(reasonOf(error));
  }
}
