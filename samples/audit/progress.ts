/**
 * Progress goes to stderr, so that it is never in what a program reads from stdout. A terminal has a bar that is
 * cleared at the end; a log has a plain line every ten seconds, so a short run writes nothing to it.
 */
import { SingleBar } from 'cli-progress';

/** Tells what is being done, and how many of how many steps of it are done, where that is known. */
export type ShowProgress = (phase: string, done?: number, of?: number) => void;

export interface Progress {
  readonly show: ShowProgress;
  /** Leaves the terminal as it was. */
  readonly end: () => void;
}

/** Where progress is shown: stderr, or what stands for it in a spec. */
export interface Screen {
  readonly isTTY?: boolean;
  write(text: string): boolean;
}

export function progressOn(screen: Screen): Progress {
  // A dumb terminal keeps every line that it has printed, as a log does.
  return screen.isTTY === true && process.env['TERM'] !== 'dumb' ? bar(screen) : log(screen);
}

function bar(screen: Screen): Progress {
  const shown = new SingleBar({
    // The types ask for more than is needed of a stream.
    stream: screen as NodeJS.WritableStream,
    format: '{phase} [{bar}] {value} of {total}, {duration_formatted}',
    clearOnComplete: true,
    barsize: 20,
    // Ctrl-C ends the process, and finds nothing to put back.
    gracefulExit: false,
    linewrap: true,
    // In ms: the bar is drawn as often, however often it is updated.
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
  let next = start + LOG_EVERY;
  return {
    show: (phase, done, of) => {
      const now = performance.now();
      if (now < next) return;
      next = now + LOG_EVERY;
      const steps = done === undefined || of === undefined ? '' : `, ${done} of ${of}`;
      screen.write(`audit: ${phase}${steps}, ${((now - start) / 1000).toFixed(0)} s\n`);
    },
    end: () => undefined,
  };
}

/** In ms. */
const LOG_EVERY = 10_000;
