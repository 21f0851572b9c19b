/**
 * A trace recorded to a file of Node's: what is kept meanwhile, and that it is written whatever becomes of the process,
 * as far as Node can see to it.
 */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isObservable, type Observable, type Subscription } from 'rxjs';
import { invalidOption } from '../../core/describe';
import { checkOptions } from '../../core/options';
import { checkWritable, writeOwnFile } from './node-own-file';
import { OpenSpans } from '../spans/open-spans';
import type { Span } from '../spans/span';
import { byStart } from '../spans/spans';
import { trace$ } from '../events/trace';
import type { TraceEvent } from '../events/trace-event';

export interface RecordingConfig {
  /** So many spans are kept, the latest (100 000). */
  readonly max?: number;
  /** What is recorded (`trace$`). */
  readonly source?: Observable<TraceEvent>;
}

export interface Recording extends Disposable {
  /** Where it is written, as an absolute path. */
  readonly path: string;
  /**
   * Ends it, writes the file, and gives its path; once it is written, only that.
   *
   * @throws Error if it can't be written: then it may be called again.
   */
  stop(): string;
}

/** How many were not kept is said to `write`, too. */
export type Write = (spans: readonly Span[], cut: number) => string;

/** @throws TypeError for wrong arguments; Error if there is no writing to the path. */
export function record(name: string, path: string | URL, config: RecordingConfig, write: Write): Recording {
  checkOptions(name, config, ['max', 'source']);
  const { max = 100_000, source = trace$ } = config;
  if (!(max === Infinity || (Number.isInteger(max) && max >= 1))) {
    throw invalidOption(`${name}: max`, 'a whole number, 1 or more, or Infinity', max);
  }
  if (!isObservable(source)) {
    throw invalidOption(`${name}: source`, 'an Observable of trace events', source);
  }
  return new FileRecording(name, checkedPath(name, path), { max, source, write });
}

class FileRecording implements Recording {
  readonly #name: string;
  readonly #max: number;
  readonly #write: Write;
  /** A ring, once it is full. */
  #spans: Span[] = [];
  readonly #open = new OpenSpans();
  readonly #watching: Subscription;
  #cut = 0;
  #isWritten = false;

  constructor(
    name: string,
    readonly path: string,
    { max, source, write }: { readonly max: number; readonly source: Observable<TraceEvent>; readonly write: Write },
  ) {
    this.#name = name;
    this.#max = max;
    this.#write = write;
    this.#watching = source.subscribe((event) => {
      this.#keep(this.#open.take(event));
    });
    process.once('exit', this.#atExit);
  }

  stop(): string {
    if (this.#isWritten) return this.path;
    this.#watching.unsubscribe();
    for (const span of this.#open.left()) this.#keep(span);
    try {
      writeOwnFile(this.path, this.#write([...this.#spans].sort(byStart), this.#cut));
    } catch (cause) {
      throw new Error(
        `${this.#name}: what was recorded could not be written to ${this.path}: ${String(cause)}. It is kept until the process ends: call stop() again.`,
        { cause },
      );
    }
    this.#isWritten = true;
    this.#spans = [];
    process.off('exit', this.#atExit);
    if (this.#cut > 0) {
      console.warn(
        `sluice: ${this.path} has the last ${String(this.#max)} spans; ${String(this.#cut)} before them are lost. Its option max says how many are kept.`,
      );
    }
    return this.path;
  }

  [Symbol.dispose](): void {
    this.stop();
  }

  /** Nobody could catch it there, and the exit code is that of the program. */
  readonly #atExit = (): void => {
    try {
      this.stop();
    } catch (error) {
      const { cause } = error as Error; // `stop` throws no other
      console.error(`sluice: ${this.#name}: what was recorded is lost: there was no writing to ${this.path}.`, cause);
    }
  };

  #keep(span: Span | undefined): void {
    if (!span) return;
    if (this.#spans.length < this.#max) this.#spans.push(span);
    else this.#spans[this.#cut++ % this.#max] = span;
  }
}

/** Found out at once: a wrong path must not cost an hour of recording. */
function checkedPath(name: string, given: string | URL): string {
  if (!(typeof given === 'string' ? given !== '' : (given as unknown) instanceof URL)) {
    throw invalidOption(`${name}: path`, 'the path of a file, or its URL', given);
  }
  try {
    const path = given instanceof URL ? fileURLToPath(given) : resolve(given);
    checkWritable(path);
    return path;
  } catch (cause) {
    throw new Error(
      `${name}: there is no writing to ${String(given)}: ${String(cause)}. Nothing is recorded; give the path of a file in a folder that is there.`,
      { cause },
    );
  }
}
