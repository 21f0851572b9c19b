/** What a worker of a browser is born with, and what it says besides batches. */
import type { WorkerInit } from '../wire/messages';

export interface BrowserWorkerInit {
  /** For batches. What tasks say by the global `postMessage` is none of the pool's. */
  readonly port: MessagePort;
  readonly birth: Pick<WorkerInit, 'places' | 'init'>;
}

/** Said before it closes itself: a browser tells nobody. */
export const CLOSING = 'closing';
