/**
 * The program of the thread that starts the workers of Node and ends them: it goes on listening while the host's own
 * thread sleeps in a `block`. It does nothing else, and knows nothing of tasks.
 */
import { parentPort, SHARE_ENV, Worker, type MessagePort, type WorkerOptions } from 'node:worker_threads';
import { WakeSignal } from '../wire/wake-signal';
import type { WorkerInit } from '../wire/messages';

export interface StartCommand {
  readonly start: number;
  readonly file: string;
  readonly options: WorkerOptions & { readonly sharesEnv: boolean };
  readonly port: MessagePort;
  readonly birth: WorkerInit;
}

export type SupervisorCommand = StartCommand | { readonly kill: number };

/** How a worker ended; `error` is what was thrown, in words that can travel. */
export interface ThreadExit {
  readonly id: number;
  readonly exitCode: number | undefined;
  readonly error: { readonly code: unknown; readonly message: string; readonly stack: string } | undefined;
  readonly hasStarted: boolean;
}

/** So many ms `terminate` may take until a thread is given up. */
const LONGEST_END = 5_000;

const workers = new Map<number, Worker>();

export function supervise(orders: MessagePort, hostBell: WakeSignal): void {
  const report = (ending: ThreadExit): void => {
    if (!workers.delete(ending.id) && ending.hasStarted) return;
    orders.postMessage(ending);
    hostBell.notify();
  };
  orders.on('message', (order: SupervisorCommand) => {
    if ('kill' in order) kill(order.kill, report);
    else start(order, report);
  });
}

function start({ start: id, file, options, port, birth }: StartCommand, report: (ending: ThreadExit) => void): void {
  const { sharesEnv, ...rest } = options;
  let error: ThreadExit['error'];
  try {
    const worker = new Worker(new URL(file), {
      ...rest,
      ...(sharesEnv ? { env: SHARE_ENV } : {}),
      workerData: { port, birth },
      transferList: [port],
    });
    workers.set(id, worker);
    worker.on('error', (thrown) => (error = inWords(thrown)));
    worker.on('exit', (exitCode) => {
      report({ id, exitCode, error, hasStarted: true });
    });
  } catch (thrown) {
    report({ id, exitCode: undefined, error: inWords(thrown), hasStarted: false });
  }
}

function kill(id: number, report: (ending: ThreadExit) => void): void {
  const worker = workers.get(id);
  if (!worker) return;
  void worker.terminate();
  setTimeout(() => {
    report({ id, exitCode: undefined, error: undefined, hasStarted: true });
  }, LONGEST_END).unref();
}

function inWords(thrown: unknown): NonNullable<ThreadExit['error']> {
  const { code, message, stack } = Object(thrown) as { code?: unknown; message?: unknown; stack?: unknown };
  return {
    code: typeof code === 'string' ? code : undefined,
    message: typeof message === 'string' ? message : String(thrown),
    stack: typeof stack === 'string' ? stack : '',
  };
}

parentPort?.once('message', ({ orders, hostBell }: { orders: MessagePort; hostBell: SharedArrayBuffer }) => {
  supervise(orders, new WakeSignal(hostBell));
});
