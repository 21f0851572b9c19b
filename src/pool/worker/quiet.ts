/**
 * Whether a worker of Node has anything to do but wait for its host: then it may sleep without its event loop, and be
 * woken in half the time. A task that has made nothing asynchronous leaves nothing behind: no timer that may fire, no
 * promise that may reject. Everything asynchronous has a number, so that none was made is plain from the next one.
 */
import { AsyncResource } from 'node:async_hooks';

export class Quiet {
  readonly #resources: () => readonly string[];
  readonly #output: readonly { readonly writableLength: number }[];
  #last = 0;

  constructor(process: NodeJS.Process) {
    this.#resources = process.getActiveResourcesInfo.bind(process);
    this.#output = [process.stdout, process.stderr];
  }

  /** Nothing asynchronous was made since this was asked last, nothing runs, and all that was printed is on its way. */
  get isNow(): boolean {
    const id = new AsyncResource('sluice.Quiet').asyncId();
    const isFirst = id === this.#last + 1;
    this.#last = id;
    return isFirst && this.#hasPrintedAll && this.#resources().length <= OWN_PORT;
  }

  get #hasPrintedAll(): boolean {
    const output = this.#output;
    for (let index = 0; index < output.length; index++) if ((output[index]?.writableLength ?? 0) > 0) return false;
    return true;
  }
}

/** What keeps an idle worker alive is the port to its host. */
const OWN_PORT = 1;
