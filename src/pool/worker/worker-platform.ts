/** The worker platform is what a worker needs of its environment: worker threads of Node, or Web Workers of a browser. */
import type { Batch, FunctionCode } from '../wire/messages';
import type { WorkerTaskHandle } from './worker-task';

export interface WorkerPlatform {
  post(batch: Batch, transferList: readonly unknown[]): void;
  /** Wakes the host if it sleeps. */
  notifyHost(): void;
  /** Compiles a function from its source, whose modules are found from the file `from`. Throws if it is not a function. */
  compile(source: string, name: string, from: string | undefined): unknown;
  /** Loads the exports of a module. */
  load(code: Extract<FunctionCode, { url: string }>): Promise<object>;
  /** Runs code so that an uncaught error of it, also in a later timer or promise, is attributed to this task. */
  runWithin<R>(task: WorkerTaskHandle, run: () => R): R;
  /** Runs code in a turn of the event loop of its own, after the received messages have been handled. */
  runSoon(run: () => void): void;
  /** The used heap of the thread, garbage included. */
  usedHeapMb(): number;
  /** Sleeps until the host has sent messages, and passes them to the runtime; false where the thread cannot sleep. */
  sleep(): boolean;
  /** Polls for messages for a moment without sleeping, and passes them to the runtime; false if none has arrived. */
  poll(): boolean;
}
