/**
 * Progress goes to stderr, because stdout is for results. A terminal shows a bar; a log, which cannot be overwritten,
 * gets a plain line every few seconds.
 */
import { SingleBar } from 'cli-progress';
import { defer, tap, type MonoTypeOperatorFunction } from 'rxjs';
import { megabytes } from './quantities';
import { isUnreadable, type Row } from './row';

/** Output of the progress: stderr, or a substitute in a spec. */
export interface Screen {
  readonly isTTY?: boolean;
  write(text: string): boolean;
}

/** Numbers that the progress shows. */
interface Count {
  done: number;
  bytes: number;
  /** Number of files found; it grows while the walk goes on. */
  found: number;
}

/** A display shows a count: as a bar or as log lines. */
interface Display {
  show(count: Count): void;
  end(count: Count): void;
}

/** Counts the files before the work and the rows after it, and shows both numbers. */
export class Progress {
  readonly #label: string;
  readonly #screen: Screen;
  readonly #count: Count = { done: 0, bytes: 0, found: 0 };

  constructor(label: string, screen: Screen) {
    this.#label = label;
    this.#screen = screen;
  }

  /** Operator that counts the files to digest. */
  found<T>(): MonoTypeOperatorFunction<T> {
    return tap(() => (this.#count.found += 1));
  }

  /** Operator that counts rows and shows progress. The display ends at completion, error or unsubscription. */
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
            // `finalize` would be too late: it runs after the handlers of the subscribers, which may print.
            complete: end,
            error: end,
            unsubscribe: end,
          }),
        );
      });
  }
}

/** False for a dumb terminal, which cannot overwrite a line. */
function isTerminal(screen: Screen): boolean {
  return screen.isTTY === true && process.env['TERM'] !== 'dumb';
}

function bar(label: string, screen: Screen): Display {
  const shown = new SingleBar({
    // SingleBar calls few methods of a stream, but its types require a whole one.
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
  let next = start + LOG_INTERVAL_MS;
  const print = ({ done, found, bytes }: Count): void => {
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    screen.write(`${label}: ${done} of ${found} files, ${megabytes(bytes)}, ${seconds} s\n`);
  };
  return {
    show: (count) => {
      if (performance.now() < next) return;
      next = performance.now() + LOG_INTERVAL_MS;
      print(count);
    },
    end: print,
  };
}

/** Minimal time between two log lines, in ms. */
const LOG_INTERVAL_MS = 5000;
