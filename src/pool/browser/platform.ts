/**
 * The browser platform runs pools on Web Workers. A browser does not report that a worker has closed itself, so the worker
 * sends `CLOSING` before it closes.
 */
import { CLOSING, type BrowserWorkerInit } from './worker-init';
import { startWorker } from './worker-file';
import {
  lifecycleFunctions,
  type WorkerExit,
  type Platform,
  type ThreadEvents,
  type ThreadHandle,
  type ThreadPlan,
} from '../thread/platform';
import type { Batch } from '../wire/messages';

const doNothing = (): void => undefined;

export const browserPlatform: Platform = {
  // A browser allows shared memory only on cross-origin isolated pages (COOP and COEP headers).
  canShare: typeof SharedArrayBuffer === 'function' && globalThis.crossOriginIsolated,
  canBlock: false,
  // Not every browser has this property.
  cores: () => (navigator as Partial<Navigator>).hardwareConcurrency ?? 2,
  start: (plan, events) => new BrowserThread(plan, events),
  // A page does not end by itself, as a process of Node does.
  keepProcessAlive: () => doNothing,
  onProcessEnd: () => doNothing,
  registerPool: () => doNothing,
  block: () => false,
};

class BrowserThread implements ThreadHandle {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #events: ThreadEvents;
  #hasEnded = false;

  constructor({ name, lifecycle, slots, token, limits }: ThreadPlan, events: ThreadEvents) {
    this.#events = events;
    this.#worker = startWorker(name);
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#worker.addEventListener('error', (event) => {
      event.preventDefault();
      this.#finish({ kind: 'error', cause: causeOf(event) });
    });
    port1.addEventListener('message', ({ data }: MessageEvent<Batch | typeof CLOSING>) => {
      if (data === CLOSING) this.#finish({ kind: 'exit' });
      else events.onBatch(data);
    });
    port1.addEventListener('messageerror', () => {
      events.onUnreadable(new Error('The browser could not deserialize a message of its worker.'));
    });
    port1.start();
    const workerInit: BrowserWorkerInit['init'] = {
      taskSlots: slots,
      token,
      ...lifecycleFunctions(lifecycle),
      concurrency: limits.concurrency,
      maxHeapMb: Infinity,
    };
    this.#worker.postMessage({ port: port2, init: workerInit }, [port2]);
  }

  post(batch: Batch, transferList: readonly unknown[]): void {
    this.#port.postMessage(batch, transferList as Transferable[]);
  }

  kill(): void {
    this.#worker.terminate();
    this.#port.close();
    // The caller of `kill` finishes its own work before it is notified.
    queueMicrotask(() => {
      this.#finish({ kind: 'killed' });
    });
  }

  #finish(exit: WorkerExit): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#worker.terminate();
    this.#port.close();
    this.#events.onExit(exit);
  }
}

/** The error event of a program that could not be loaded has no message. */
function causeOf({ message, filename, lineno }: Partial<ErrorEvent>): Error {
  if (message) return new Error(`${message} (${filename ?? ''}:${String(lineno)})`);
  return new Error(
    "The browser could not load the program of its workers, sluice's pool/browser/worker-entry.mjs. " +
      'The file must stand beside the file that refers to it. If your bundler does not support `new Worker(new URL(…))`, ' +
      'configure it to copy the file.',
  );
}
