/**
 * Threads of a browser: Web Workers. It tells nobody that one has closed itself, so a worker says so before it does.
 */
import { CLOSING } from './worker-init';
import { startWorker } from './worker-file';
import type { WorkerExit, Platform, ThreadEvents, ThreadHandle, ThreadPlan } from '../thread/platform';
import type { Batch } from '../wire/messages';

const nothing = (): void => undefined;

export const browserPlatform: Platform = {
  // A browser has shared memory for pages that are alone with themselves (COOP and COEP).
  canShare: typeof SharedArrayBuffer === 'function' && globalThis.crossOriginIsolated,
  canBlock: false,
  // Not every browser tells.
  cores: () => (navigator as Partial<Navigator>).hardwareConcurrency ?? 2,
  start: (plan, events) => new BrowserThread(plan, events),
  // A page does not end by itself.
  keepProcessAlive: () => nothing,
  registerPool: () => nothing,
  block: () => false,
};

class BrowserThread implements ThreadHandle {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #events: ThreadEvents;
  #isDead = false;

  constructor({ name, init, slots }: ThreadPlan, events: ThreadEvents) {
    this.#events = events;
    this.#worker = startWorker(name);
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#worker.addEventListener('error', (event) => {
      event.preventDefault();
      this.#died({ kind: 'error', cause: causeOf(event) });
    });
    port1.addEventListener('message', ({ data }: MessageEvent<Batch | typeof CLOSING>) => {
      if (data === CLOSING) this.#died({ kind: 'exit' });
      else events.onBatch(data);
    });
    port1.addEventListener('messageerror', () => {
      events.onUnreadable(new Error('The browser could not read a message of its worker.'));
    });
    port1.start();
    this.#worker.postMessage({ port: port2, birth: { places: slots, init } }, [port2]);
  }

  post(batch: Batch, transfer: readonly unknown[]): void {
    this.#port.postMessage(batch, transfer as Transferable[]);
  }

  kill(): void {
    this.#worker.terminate();
    this.#port.close();
    // Whoever ends it has more to do before it hears of that.
    queueMicrotask(() => {
      this.#died({ kind: 'killed' });
    });
  }

  #died(death: WorkerExit): void {
    if (this.#isDead) return;
    this.#isDead = true;
    this.#worker.terminate();
    this.#port.close();
    this.#events.onExit(death);
  }
}

/** The event of a program that could not be loaded says nothing at all. */
function causeOf({ message, filename, lineno }: Partial<ErrorEvent>): Error {
  if (message) return new Error(`${message} (${filename ?? ''}:${String(lineno)})`);
  return new Error(
    "The browser could not load the program of its workers, sluice's pool/browser/worker-entry.mjs. " +
      'Its place is beside the file that names it: a bundler that does not know `new Worker(new URL(…))` has to be told.',
  );
}
