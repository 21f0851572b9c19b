/**
 * Progress goes to stderr, because stdout is for results. A terminal shows a bar that is cleared at the end; a log gets
 * a plain line every ten seconds, so a short run writes none.
 */
import { SingleBar } from 'cli-progress';

/** Shows the current phase: `done` of `of` steps are complete, if their number is known. */
export type ShowProgress = (phase: string, done?: number, of?: number) => void;

export interface Progress {
  readonly show: ShowProgress;
  /** Restores the terminal. */
  readonly end: () => void;
}

/** Output of the progress: stderr, or a substitute in a spec. */
export interface Screen {
  readonly isTTY?: boolean;
  write(text: string): boolean;
}

export function progressOn(screen: Screen): Progress {
  // A dumb terminal cannot overwrite a line, so it is treated as a log.
  return screen.isTTY === true && process.env['TERM'] !== 'dumb' ? bar(screen) : log(screen);
}

function bar(screen: Screen): Progress {
  const shown = new SingleBar({
    // SingleBar calls few methods of a stream, but its types require a whole one.
    stream: screen as NodeJS.WritableStream,
    format: '{phase} [{bar}] {value} of {total}, {duration_formatted}',
    clearOnComplete: true,
    barsize: 20,
    // The cursor is never hidden, so Ctrl-C leaves nothing to restore.
    gracefulExit: false,
    linewrap: true,
    // Redraws per second, however often the bar is updated.
    fps: 10,
  });
  let current: string | undefined;
  return {
    show: (phase, done = 0, of = 1) => {
      if (phase !== current) shown.start(of, done, { phase });
      else shown.update(done);
      current = phase;
    },
    end: () => shown.stop(),
  };
}

function log(screen: Screen): Progress {
  const start = performance.now();
  let next = start + LOG_INTERVAL_MS;
  return {
    show: (phase, done, of) => {
      const now = performance.now();
      if (now < next) return;
      next = now + LOG_INTERVAL_MS;
      const steps = done === undefined || of === undefined ? '' : `, ${done} of ${of}`;
      screen.write(`audit: ${phase}${steps}, ${((now - start) / 1000).toFixed(0)} s\n`);
    },
    end: () => undefined,
  };
}

/** Minimal time between two log lines, in ms. */
const LOG_INTERVAL_MS = 10_000;
