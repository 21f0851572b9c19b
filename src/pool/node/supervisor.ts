/**
 * The supervisor is the program of a thread that starts and terminates the worker threads of Node. It handles commands also
 * while the thread of the host sleeps in `block`. It does not handle tasks.
 */
import { parentPort, SHARE_ENV, Worker, type MessagePort, type WorkerOptions } from 'node:worker_threads';
import { WakeSignal } from '../wire/wake-signal';
import type { WorkerInit } from '../wire/messages';

export interface StartCommand {
  /** The id of the new thread. */
  readonly start: number;
  readonly file: string;
  readonly options: WorkerOptions & { readonly sharesEnv: boolean };
  readonly port: MessagePort;
  /** The modules of the pool of the thread and of the pools around it. */
  readonly poolModules: readonly string[];
  readonly init: WorkerInit;
}

/** `kill` is the id of the thread to terminate. */
export type SupervisorCommand = StartCommand | { readonly kill: number };

/** How a worker thread ended, or that it could not start. */
export interface ThreadExit {
  readonly id: number;
  readonly exitCode: number | undefined;
  /** A cloneable description of the thrown value. */
  readonly error: { readonly code: unknown; readonly message: string; readonly stack: string } | undefined;
  readonly hasStarted: boolean;
}

/** If `terminate` takes longer, in ms, the thread is reported as ended. */
const MAX_TERMINATION_TIME = 5_000;

const workers = new Map<number, Worker>();

export function supervise(commandPort: MessagePort, hostSignal: WakeSignal): void {
  const report = (exit: ThreadExit): void => {
    // The end of a thread is reported once.
    if (!workers.delete(exit.id) && exit.hasStarted) return;
    commandPort.postMessage(exit);
    hostSignal.notify();
  };
  commandPort.on('message', (command: SupervisorCommand) => {
    if ('kill' in command) kill(command.kill, report);
    else start(command, report);
  });
}

function start(
  { start: id, file, options, port, poolModules, init }: StartCommand,
  report: (exit: ThreadExit) => void,
): void {
  const { sharesEnv, ...rest } = options;
  let error: ThreadExit['error'];
  try {
    const worker = new Worker(new URL(file), {
      ...rest,
      ...(sharesEnv ? { env: SHARE_ENV } : {}),
      workerData: { port, poolModules, init },
      transferList: [port],
    });
    workers.set(id, worker);
    worker.on('error', (thrown) => (error = describeThrown(thrown)));
    worker.on('exit', (exitCode) => {
      report({ id, exitCode, error, hasStarted: true });
    });
  } catch (thrown) {
    report({ id, exitCode: undefined, error: describeThrown(thrown), hasStarted: false });
  }
}

function kill(id: number, report: (exit: ThreadExit) => void): void {
  const worker = workers.get(id);
  if (!worker) return;
  void worker.terminate();
  setTimeout(() => {
    report({ id, exitCode: undefined, error: undefined, hasStarted: true });
  }, MAX_TERMINATION_TIME).unref();
}

function describeThrown(thrown: unknown): NonNullable<ThreadExit['error']> {
  const { code, message, stack } = Object(thrown) as { code?: unknown; message?: unknown; stack?: unknown };
  return {
    code: typeof code === 'string' ? code : undefined,
    message: typeof message === 'string' ? message : String(thrown),
    stack: typeof stack === 'string' ? stack : '',
  };
}

parentPort?.once(
  'message',
  ({ commandPort, hostSignal }: { commandPort: MessagePort; hostSignal: SharedArrayBuffer }) => {
    supervise(commandPort, new WakeSignal(hostSignal));
  },
);
