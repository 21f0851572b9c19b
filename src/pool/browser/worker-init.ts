/** The first message to a Web Worker, and the one message from it that is not a batch. */
import type { WorkerInit } from '../wire/messages';

export interface BrowserWorkerInit {
  /** Batches use a port of their own, so that tasks may use the global `postMessage`. */
  readonly port: MessagePort;
  readonly init: Omit<WorkerInit, 'hostSignal' | 'workerSignal'>;
}

/** Sent by a worker before it closes itself, because a browser does not report that. */
export const CLOSING = 'closing';
