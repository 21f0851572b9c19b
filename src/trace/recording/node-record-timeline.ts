/** A timeline of this process, as a page that a browser opens from the file. */
import { invalidOption } from '../../core/describe';
import { checkOptions } from '../../core/options';
import { record, type Recording, type RecordingConfig } from './node-recording';
import { renderTimeline } from '../timeline/timeline-page';

export interface TimelineConfig extends RecordingConfig {
  /** Of the page (`'Sluice timeline'`). */
  readonly title?: string;
}

/**
 * Records the trace from now on, and writes one self-contained page of it when it is stopped, or when the process exits.
 * It keeps the latest spans, `max` of them. A process that a signal ends, Ctrl-C for one, never exits for Node: handle
 * it, if only by `process.once('SIGINT', () => process.exit())`. A new file is for its owner alone (mode 600).
 *
 * @throws Error if there is no writing to the path, TypeError for an option that makes no sense.
 * @example
 * const recording = recordTimeline('timeline.html');
 * await report();
 * console.log('open', recording.stop());
 */
export function recordTimeline(path: string | URL, config: TimelineConfig = {}): Recording {
  checkOptions('recordTimeline', config, ['title', 'max', 'source']);
  const { title = 'Sluice timeline', ...recording } = config;
  if (typeof title !== 'string') throw invalidOption('recordTimeline: title', 'a string', title);
  return record('recordTimeline', path, recording, (spans, cut) =>
    renderTimeline(spans, { title: cut > 0 ? `${title} (without the first ${String(cut)} spans)` : title }),
  );
}
