/** A Chrome trace of this process, as a file for ui.perfetto.dev or chrome://tracing. */
import { toChromeTrace } from '../chrome/chrome-trace';
import { record, type Recording, type RecordingConfig } from './node-recording';

/**
 * Records the trace from now on, and writes it as Chrome's JSON when it is stopped, or when the process exits; in all
 * else it is as `timeline` is.
 *
 * @throws Error if there is no writing to the path, TypeError for an option that makes no sense.
 * @example
 * using _ = recordChromeTrace('trace.json');
 * await report();
 */
export const recordChromeTrace = (path: string | URL, config: RecordingConfig = {}): Recording =>
  record('recordChromeTrace', path, config, (spans) => JSON.stringify(toChromeTrace(spans)));
