/** Records a Chrome trace of this process to a file, for ui.perfetto.dev or chrome://tracing. */
import { toChromeTrace } from '../chrome/chrome-trace';
import { record, type Recording, type RecordingConfig } from './node-recording';

/**
 * Records the trace, and writes it as Chrome's JSON when the recording is stopped or the process exits. Limits and file mode
 * are those of `recordTimeline`.
 *
 * @param path of the file to write
 * @throws Error if the path cannot be written to; TypeError for an unknown or invalid option.
 * @example
 * using _ = recordChromeTrace('trace.json');
 * await report();
 */
export const recordChromeTrace = (path: string | URL, config: RecordingConfig = {}): Recording =>
  record('recordChromeTrace', path, config, (spans) => JSON.stringify(toChromeTrace(spans)));
