/**
 * A recording keeps the latest spans of a trace in memory, and writes them to a file when it is stopped, at the latest when
 * the process exits.
 */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isObservable, type Observable, type Subscription } from 'rxjs';
import { invalidOption } from '../../core/describe';
import { checkCount } from '../../core/option-values';
import { checkOptions } from '../../core/options';
import { checkWritable, writeOwnFile } from './node-own-file';
import { OpenSpans } from '../spans/open-spans';
import type { Span } from '../spans/span';
import { byStart } from '../spans/spans';
import { trace$ } from '../events/trace';
import type { TraceEvent } from '../events/trace-event';

export interface RecordingConfig {
  /**
   * The number of spans to keep. Earlier ones are dropped.
   *
   * @defaultValue `100_000`
   */
  readonly max?: number;
  /**
   * The events to record.
   *
   * @defaultValue `trace$`
   */
  readonly source?: Observable<TraceEvent>;
}

export interface Recording extends Disposable {
  /** The absolute path of the file. */
  readonly path: string;
  /**
   * Ends the recording, writes the file, and returns its path. Once the file is written, only the path is returned.
   *
   * @throws Error if the file cannot be written. The spans are kept, and `stop` may be called again.
   */
  stop(): string;
}

/** Makes the content of the file of the kept spans and the number of dropped ones. */
export type RenderSpans = (spans: readonly Span[], dropped: number) => string;

/** @throws TypeError for invalid arguments; Error if the path cannot be written to. */
export function record(name: string, path: string | URL, config: RecordingConfig, render: RenderSpans): Recording {
  checkOptions(name, config, ['max', 'source']);
  const { max = 100_000, source = trace$ } = config;
  checkCount(`${name}: max`, max, { min: 1, orInfinity: true });
  if (!isObservable(source)) {
    throw invalidOption(`${name}: source`, 'an Observable of trace events', source);
  }
  return new FileRecording(name, checkedPath(name, path), { max, source, render });
}

class FileRecording implements Recording {
  readonly #name: string;
  readonly #max: number;
  readonly #render: RenderSpans;
  /** A ring buffer, once `max` spans are kept. */
  #spans: Span[] = [];
  readonly #open = new OpenSpans();
  readonly #subscription: Subscription;
  #dropped = 0;
  #isWritten = false;

  constructor(
    name: string,
    readonly path: string,
    {
      max,
      source,
      render,
    }: { readonly max: number; readonly source: Observable<TraceEvent>; readonly render: RenderSpans },
  ) {
    this.#name = name;
    this.#max = max;
    this.#render = render;
    this.#subscription = source.subscribe((event) => {
      this.#add(this.#open.handle(event));
    });
    process.once('exit', this.#onExit);
  }

  stop(): string {
    if (this.#isWritten) return this.path;
    this.#subscription.unsubscribe();
    for (const span of this.#open.endAll()) this.#add(span);
    try {
      writeOwnFile(this.path, this.#render([...this.#spans].sort(byStart), this.#dropped));
    } catch (cause) {
      throw new Error(
        `${this.#name}: the recording could not be written to ${this.path}: ${String(cause)}. Its spans are kept in memory. Call stop() again to retry.`,
        { cause },
      );
    }
    this.#isWritten = true;
    this.#spans = [];
    process.off('exit', this.#onExit);
    if (this.#dropped > 0) {
      console.warn(
        `sluice: ${this.path} has the last ${String(this.#max)} spans; ${String(this.#dropped)} earlier spans were dropped. Increase the option \`max\` to keep more.`,
      );
    }
    return this.path;
  }

  [Symbol.dispose](): void {
    this.stop();
  }

  /** Logs an error instead of throwing it, since a throw in an exit listener would change the exit code. */
  readonly #onExit = (): void => {
    try {
      this.stop();
    } catch (error) {
      const { cause } = error as Error; // Cast: an Error, because `stop` throws nothing else.
      console.error(
        `sluice: ${this.#name}: the recording is lost, because it could not be written to ${this.path}: ${String(cause)}`,
      );
    }
  };

  #add(span: Span | undefined): void {
    if (!span) return;
    if (this.#spans.length < this.#max) this.#spans.push(span);
    else this.#spans[this.#dropped++ % this.#max] = span;
  }
}

/** Checks the path at the start, so that a wrong one does not cost an hour of recording. */
function checkedPath(name: string, target: string | URL): string {
  if (!(typeof target === 'string' ? target !== '' : (target as unknown) instanceof URL)) {
    throw invalidOption(`${name}: path`, 'the path of a file, or its URL', target);
  }
  try {
    const path = target instanceof URL ? fileURLToPath(target) : resolve(target);
    checkWritable(path);
    return path;
  } catch (cause) {
    throw new Error(
      `${name}: cannot write to ${String(target)}: ${String(cause)}. Nothing is recorded. Pass the path of a writable file in an existing folder.`,
      { cause },
    );
  }
}
