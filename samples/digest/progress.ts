/**
 * Progress goes to stderr, so that it is never in what a program reads from stdout. A terminal has a bar that moves; a
 * log has a plain line every few seconds, as nobody can take back what is written there.
 */
import { SingleBar } from 'cli-progress';
import { defer, tap, type MonoTypeOperatorFunction } from 'rxjs';
import { megabytes } from './quantities';
import { isUnreadable, type Row } from './row';

/** Where progress is shown: stderr, or what stands for it in a spec. */
export interface Screen {
  readonly isTTY?: boolean;
  write(text: string): boolean;
}

/** How far it has come. */
interface Count {
  done: number;
  bytes: number;
  /** Grows while the walk goes on. */
  found: number;
}

/** Something that shows a count. */
interface Display {
  show(count: Count): void;
  end(count: Count): void;
}

/** Counts what goes in and what comes out of the work, and shows it. */
export class Progress {
  readonly #label: string;
  readonly #screen: Screen;
  readonly #count: Count = { done: 0, bytes: 0, found: 0 };

  constructor(label: string, screen: Screen) {
    this.#label = label;
    this.#screen = screen;
  }

  /** For what is to be done. */
  found<T>(): MonoTypeOperatorFunction<T> {
    return tap(() => (this.#count.found += 1));
  }

  /** For what has been done. However it ends, the terminal is as it was. */
  done(): MonoTypeOperatorFunction<Row> {
    return (rows$) =>
      defer(() => {
        const display = isTerminal(this.#screen) ? bar(this.#label, this.#screen) : log(this.#label, this.#screen);
        const end = (): void => display.end(this.#count);
        return rows$.pipe(
          tap({
            next: (row) => {
              this.#count.done += 1;
              if (!isUnreadable(row)) this.#count.bytes += row.bytes;
              display.show(this.#count);
            },
            // And not `finalize`, which comes after what others do with the end: they may print.
            complete: end,
            error: end,
            unsubscribe: end,
          }),
        );
      });
  }
}

/** A dumb terminal is a roll of paper: what it has printed stays. */
function isTerminal(screen: Screen): boolean {
  return screen.isTTY === true && process.env['TERM'] !== 'dumb';
}

function bar(label: string, screen: Screen): Display {
  const shown = new SingleBar({
    // The types ask for more than is needed of a stream.
    stream: screen as NodeJS.WritableStream,
    format: `${label} [{bar}] {percentage}% of {total} files, {size}, {duration_formatted}`,
    hideCursor: true,
    clearOnComplete: true,
    emptyOnZero: true,
    barsize: 24,
  });
  shown.start(0, 0, { size: megabytes(0) });
  return {
    show: ({ done, found, bytes }) => {
      shown.setTotal(found);
      shown.update(done, { size: megabytes(bytes) });
    },
    end: () => shown.stop(),
  };
}

function log(label: string, screen: Screen): Display {
  const start = performance.now();
  let next = start + LOG_EVERY;
  const print = ({ done, found, bytes }: Count): void => {
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    screen.write(`${label}: ${done} of ${found} files, ${megabytes(bytes)}, ${seconds} s\n`);
  };
  return {
    show: (count) => {
      if (performance.now() < next) return;
      next = performance.now() + LOG_EVERY;
      print(count);
    },
    end: print,
  };
}

/** In ms. */
const LOG_EVERY = 5000;
