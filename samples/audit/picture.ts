/**
 * The picture of one run with sluice is an HTML page: its tasks, the loads of each batch, and what waited for them.
 */
import { recordTimeline } from 'sluice/trace';
import { AuditError, reasonOf } from './audit-error';
import type { Database } from './database';
import { withSluice } from './with-sluice';

/** Writes the picture and resolves to its path. Rejects with an AuditError if the file cannot be written. */
export async function drawn(database: Database, path: string): Promise<string> {
  const recording = startRecording(path);
  await withSluice(database);
  return recording.stop();
}

function startRecording(path: string): ReturnType<typeof recordTimeline> {
  try {
    return recordTimeline(path, { title: 'An audit with sluice' });
  } catch (error) {
    throw new AuditError(reasonOf(error));
  }
}
