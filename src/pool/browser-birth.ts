/** What a worker of a browser is born with, and what it says besides batches. */
import type { Birth } from './protocol';

export interface BrowserBirth {
  /** For batches. What tasks say by the global `postMessage` is none of the pool's. */
  readonly port: MessagePort;
  readonly birth: Pick<Birth, 'places' | 'init'>;
}

/** Said before it closes itself: a browser tells nobody. */
export const CLOSING = 'closing';
