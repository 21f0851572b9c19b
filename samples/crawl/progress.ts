/**
 * Progress goes to stderr, because stdout is for results. A terminal shows one line that changes; a log, which cannot be
 * overwritten, gets a plain line every few seconds.
 */
import type { CrawlProgress } from './crawl';

/** Output of the progress: stderr, or a substitute in a spec. */
export interface Screen {
  readonly isTTY?: boolean;
  /** Width of the terminal. */
  readonly columns?: number;
  write(text: string): boolean;
}

export interface Progress {
  readonly show: (progress: CrawlProgress) => void;
  /** Writes a line above the progress. */
  readonly log: (line: string) => void;
  /** Restores the terminal. */
  readonly end: () => void;
}

/** @param now returns the time in ms */
export async function progressOn(screen: Screen, now: () => number = () => performance.now()): Promise<Progress> {
  return canOverwrite(screen) ? spinner(screen, now) : log(screen, now);
}

/** False for a dumb terminal and for one without a width, on which a line would never end. */
function canOverwrite({ isTTY, columns }: Screen): boolean {
  return isTTY === true && columns !== 0 && process.env['TERM'] !== 'dumb';
}

async function spinner(screen: Screen, now: () => number): Promise<Progress> {
  const { default: ora } = await import('ora');
  const start = now();
  // Ora calls few methods of a stream, but its types require a whole one. Keys still work: Ctrl-C ends the crawl.
  const shown = ora({ stream: screen as NodeJS.WritableStream & Screen, discardStdin: false, hideCursor: false });
  shown.start('starting');
  return {
    show: (progress) => (shown.text = lineOf(progress, now() - start)),
    log: (line) => {
      shown.clear();
      screen.write(`${line}\n`);
      shown.render();
    },
    end: () => void shown.stop(),
  };
}

function log(screen: Screen, now: () => number): Promise<Progress> {
  const start = now();
  let next = start + LOG_INTERVAL_MS;
  return Promise.resolve({
    show: (progress: CrawlProgress) => {
      if (now() < next) return;
      next = now() + LOG_INTERVAL_MS;
      screen.write(`crawl: ${lineOf(progress, now() - start)}\n`);
    },
    log: (line: string) => void screen.write(`${line}\n`),
    end: () => undefined,
  });
}

/** Minimal time between two log lines, in ms. */
const LOG_INTERVAL_MS = 5_000;

function lineOf({ done, failed, queued, open, bytes }: CrawlProgress, ms: number): string {
  const seconds = ms / 1000;
  const rate = seconds > 0 ? (done + failed) / seconds : 0;
  return (
    `${done} done, ${failed} failed, ${queued} to do, ${open} open, ` +
    `${(bytes / 1e6).toFixed(1)} MB, ${rate.toFixed(1)}/s, ${seconds.toFixed(0)} s`
  );
}
