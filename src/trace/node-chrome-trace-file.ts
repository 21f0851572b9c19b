/** A Chrome trace of this process, as a file for ui.perfetto.dev or chrome://tracing. */
import { chromeTrace } from './chrome-trace';
import { record, type Recording, type RecordingConfig } from './node-recording';

/**
 * Records the trace from now on, and writes it as Chrome's JSON when it is stopped, or when the process exits; in all
 * else it is as `timeline` is.
 *
 * @throws Error if there is no writing to the path, TypeError for an option that makes no sense.
 * @example
 * using _ = chromeTraceFile('trace.json');
 * await report();
 */
export const chromeTraceFile = (path: string | URL, config: RecordingConfig = {}): Recording =>
  record('chromeTraceFile', path, config, (spans) => JSON.stringify(chromeTrace(spans)));
