/** What a worker needs of the platform it runs on: Node's worker threads, or the Web Workers of a browser. */
import type { Batch, FunctionCode } from '../wire/messages';

export interface WorkerPlatform {
  post(batch: Batch, transfer: readonly unknown[]): void;
  /** Rings the bell of the host, if it may sleep. */
  ring(): void;
  /** A function from its source. Throws if it is none. */
  compile(source: string, name: string): unknown;
  /** The exports of a module. */
  load(code: Extract<FunctionCode, { url: string }>): Promise<object>;
  /** Runs it in such a way that what it leaves behind, a timer or a promise, is known to be of this task. */
  within<R>(task: object, run: () => R): R;
  /** In a turn of its own, when messages have been looked at. */
  soon(run: () => void): void;
  /** Sleeps until the host has sent something, and lets the runtime take it; false where a thread can't sleep. */
  sleep(): boolean;
  /** The same, for a moment, without falling asleep; false if nothing has come. */
  listen(): boolean;
}
