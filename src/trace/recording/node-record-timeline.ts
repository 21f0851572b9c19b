/** Records a timeline of this process to a file, as a page for the browser. */
import { checkString } from '../../core/option-values';
import { checkOptions } from '../../core/options';
import { record, type Recording, type RecordingConfig } from './node-recording';
import { renderTimeline } from '../timeline/timeline-page';

export interface TimelineConfig extends RecordingConfig {
  /**
   * The title of the page.
   *
   * @defaultValue `'Sluice timeline'`
   */
  readonly title?: string;
}

/**
 * Records the trace, and writes it as one self-contained page when the recording is stopped or the process exits. Only the
 * latest `max` spans are kept. A new file is readable only by its owner (mode 600).
 *
 * Node has no exit event for a process that a signal ends, such as Ctrl-C. To write the page then, handle the signal:
 * `process.once('SIGINT', () => process.exit())`.
 *
 * @param path of the file to write
 * @throws Error if the path cannot be written to; TypeError for an unknown or invalid option.
 * @example
 * const recording = recordTimeline('timeline.html');
 * await report();
 * console.log('open', recording.stop());
 */
export function recordTimeline(path: string | URL, config: TimelineConfig = {}): Recording {
  checkOptions('recordTimeline', config, ['title', 'max', 'source']);
  const { title = 'Sluice timeline', ...recording } = config;
  checkString('recordTimeline: title', title);
  return record('recordTimeline', path, recording, (spans, dropped) =>
    renderTimeline(spans, { title: dropped > 0 ? `${title} (without the first ${String(dropped)} spans)` : title }),
  );
}
