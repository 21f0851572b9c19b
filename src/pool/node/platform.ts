/**
 * The node platform runs pools on worker threads of Node. A supervisor thread starts and terminates the threads of all
 * pools of this thread, so that they are managed also while `block` holds this one. It exists as long as a pool does.
 *
 * A thread inherits flags, among them modules that are loaded first and may refuse to run in a thread. The options
 * `execArgv` and `env` of a pool replace the flags, and have to do so for its supervisor as well: pools with one of the
 * options have a supervisor of their own.
 */
import { availableParallelism } from 'node:os';
import { clearInterval, setInterval } from 'node:timers';
import { MessageChannel, receiveMessageOnPort, SHARE_ENV, Worker, type MessagePort } from 'node:worker_threads';
import { LONGEST_DELAY } from '../../core/platform';
import { WakeSignal } from '../wire/wake-signal';
import {
  lifecycleFunctions,
  type WorkerExit,
  type Platform,
  type ThreadEvents,
  type ThreadHandle,
  type ThreadPlan,
} from '../thread/platform';
import type { Batch } from '../wire/messages';
import { modulesOfThreads, refuseOwnModule } from './pool-module';
import type { SupervisorCommand, ThreadExit } from './supervisor';
import { isOutput, writeOutput, type WrittenMessage } from './thread-output';
import { workerFile } from './worker-file';

class NodeThreads {
  readonly #supervisors = new Map<string, SupervisorHandle>();
  readonly #hostSignal = new WakeSignal();
  #poolCount = 0;
  /** How many waits keep the process alive. */
  #keepAliveCount = 0;
  readonly #endCallbacks = new Set<() => void>();
  /** A handle that keeps the process alive while it is referenced, also where no thread was started yet. */
  #handle: NodeJS.Timeout | undefined;

  start(plan: ThreadPlan, events: ThreadEvents, poolModules: readonly string[]): ThreadHandle {
    const { execArgv, env } = plan.options;
    const replaces = { flags: execArgv !== undefined, env: typeof env === 'object' };
    const key = JSON.stringify(replaces);
    let supervisor = this.#supervisors.get(key);
    if (!supervisor) {
      const started = new SupervisorHandle(this.#hostSignal, replaces, () => {
        // The end of a supervisor may be reported twice, when another one has already taken over.
        if (this.#supervisors.get(key) === started) this.#supervisors.delete(key);
      });
      this.#supervisors.set(key, (supervisor = started));
    }
    return supervisor.start(plan, events, poolModules);
  }

  registerPool(): () => void {
    this.#poolCount++;
    return () => {
      if (--this.#poolCount > 0) return;
      for (const supervisor of this.#supervisors.values()) supervisor.terminate();
      this.#supervisors.clear();
      this.#updateHandle();
    };
  }

  keepProcessAlive(): () => void {
    this.#keepAliveCount++;
    this.#updateHandle();
    return () => {
      this.#keepAliveCount--;
      this.#updateHandle();
    };
  }

  /** All pools share one listener, because Node warns of more than ten. */
  onProcessEnd(callback: () => void): () => void {
    if (this.#endCallbacks.size === 0) process.on('beforeExit', this.#onProcessEnd);
    this.#endCallbacks.add(callback);
    return () => {
      if (this.#endCallbacks.delete(callback) && this.#endCallbacks.size === 0)
        process.off('beforeExit', this.#onProcessEnd);
    };
  }

  readonly #onProcessEnd = (): void => {
    process.off('beforeExit', this.#onProcessEnd);
    const callbacks = [...this.#endCallbacks];
    this.#endCallbacks.clear();
    for (const callback of callbacks) callback();
  };

  #updateHandle(): void {
    if (this.#keepAliveCount > 0) (this.#handle ??= setInterval(noop, LONGEST_DELAY)).ref();
    else if (this.#poolCount > 0) this.#handle?.unref();
    else {
      clearInterval(this.#handle);
      this.#handle = undefined;
    }
  }

  block(ms: number): boolean {
    const { notifiedCount } = this.#hostSignal;
    if (this.#receiveAll()) return true;
    this.#hostSignal.sleep(notifiedCount, ms);
    this.#receiveAll();
    return true;
  }

  /** Handles all messages that have arrived, without the event loop; false if there was none. */
  #receiveAll(): boolean {
    let hasReceived = false;
    for (const supervisor of [...this.#supervisors.values()]) hasReceived = supervisor.receiveAll() || hasReceived;
    return hasReceived;
  }
}

/** The threads of all pools of this thread. */
const threads = new NodeThreads();

export class NodePlatform implements Platform {
  readonly canShare = true;
  readonly canBlock = true;

  /** @param poolModule the module that makes the pool when it is loaded, if one does */
  constructor(private readonly poolModule: string | undefined) {}

  cores(): number {
    return availableParallelism();
  }

  start(plan: ThreadPlan, events: ThreadEvents): ThreadHandle {
    refuseOwnModule(this.poolModule);
    return threads.start(plan, events, modulesOfThreads(this.poolModule));
  }

  registerPool(): () => void {
    return threads.registerPool();
  }

  keepProcessAlive(): () => void {
    return threads.keepProcessAlive();
  }

  onProcessEnd(callback: () => void): () => void {
    return threads.onProcessEnd(callback);
  }

  block(ms: number): boolean {
    return threads.block(ms);
  }
}

class SupervisorHandle {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #hostSignal: WakeSignal;
  readonly #threads = new Map<number, NodeThread>();
  #lastId = 0;

  constructor(
    hostSignal: WakeSignal,
    replaces: { readonly flags: boolean; readonly env: boolean },
    private readonly onEnded: () => void,
  ) {
    this.#hostSignal = hostSignal;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const file = workerFile('supervisor');
    this.#worker = new Worker(file, {
      name: 'sluice supervisor',
      // Its environment is shared, so that a new thread gets the variables as they are at its start.
      env: replaces.env ? {} : SHARE_ENV,
      // Uncompiled sources run by the loader of the process only.
      ...(replaces.flags && file.protocol === 'file:' ? { execArgv: [] } : {}),
    });
    this.#worker.postMessage({ commandPort: port2, hostSignal: this.#hostSignal.buffer }, [port2]);
    this.#worker.unref();
    this.#worker.on('error', (error) => {
      this.#onSupervisorEnded(error);
    });
    this.#worker.on('exit', (exitCode) => {
      this.#onSupervisorEnded(
        new Error(
          `The supervisor thread of sluice exited with code ${String(exitCode)}, so its worker threads have ended too.`,
        ),
      );
    });
    port1.on('message', (exit: ThreadExit) => {
      this.#onThreadExit(exit);
    });
    port1.unref();
    process.on('exit', this.#writeRemainingOutput);
  }

  start(plan: ThreadPlan, events: ThreadEvents, poolModules: readonly string[]): ThreadHandle {
    const { env, execArgv, resourceLimits } = plan.options;
    const id = ++this.#lastId;
    const { port1, port2 } = new MessageChannel();
    const thread = new NodeThread({ port: port1, token: plan.token }, events, () => this.#send({ kill: id }));
    this.#threads.set(id, thread);
    const sharesEnv = typeof env === 'symbol';
    this.#send(
      {
        start: id,
        file: workerFile('worker-entry').href,
        options: {
          sharesEnv,
          name: plan.name,
          ...(typeof env === 'object' ? { env: { ...env } } : {}),
          ...(execArgv ? { execArgv: [...execArgv] } : {}),
          ...(resourceLimits ? { resourceLimits: { ...resourceLimits } } : {}),
        },
        port: port2,
        poolModules,
        init: {
          taskSlots: plan.slots,
          token: plan.token,
          hostSignal: this.#hostSignal.buffer,
          workerSignal: thread.workerSignal.buffer,
          ...lifecycleFunctions(plan.lifecycle),
          concurrency: plan.limits.concurrency,
          maxHeapMb: plan.limits.maxHeapMbPerThread,
        },
      },
      [port2],
    );
    return thread;
  }

  terminate(): void {
    process.off('exit', this.#writeRemainingOutput);
    this.#worker.removeAllListeners();
    this.#port.close();
    void this.#worker.terminate();
  }

  #send(command: SupervisorCommand, transferList: readonly MessagePort[] = []): void {
    this.#port.postMessage(command, transferList);
  }

  /** Handles all messages that have arrived, without the event loop; false if there was none. */
  receiveAll(): boolean {
    let hasReceived = false;
    for (const [id, thread] of [...this.#threads]) {
      hasReceived = thread.receiveAll() || hasReceived;
      if (thread.exit) this.#removeThread(id, thread);
    }
    for (let next = receiveMessageOnPort(this.#port); next; next = receiveMessageOnPort(this.#port)) {
      hasReceived = true;
      this.#onThreadExit(next.message as ThreadExit);
    }
    return hasReceived;
  }

  #onThreadExit({ id, exitCode, error }: ThreadExit): void {
    const thread = this.#threads.get(id);
    if (!thread) return;
    thread.exit = toWorkerExit(exitCode, error);
    this.#removeThread(id, thread);
  }

  /** A handler of the last messages of a thread may block; then a nested call of this method removes the thread. */
  #removeThread(id: number, thread: NodeThread): void {
    thread.receiveAll();
    if (thread.exit && this.#threads.delete(id)) thread.finish(thread.exit);
  }

  readonly #writeRemainingOutput = (): void => {
    for (const thread of this.#threads.values()) thread.writeOutput();
  };

  #onSupervisorEnded(error: Error): void {
    process.off('exit', this.#writeRemainingOutput);
    this.onEnded();
    for (const thread of this.#threads.values()) thread.finish({ kind: 'error', cause: error });
    this.#threads.clear();
  }
}

class NodeThread implements ThreadHandle {
  readonly workerSignal = new WakeSignal();
  /** Set when the thread has ended, while its last messages are handled. */
  exit: WorkerExit | undefined;
  readonly #port: MessagePort;
  readonly #token: number;

  constructor(
    { port, token }: { readonly port: MessagePort; readonly token: number },
    private readonly events: ThreadEvents,
    private readonly sendKill: () => void,
  ) {
    this.#port = port;
    this.#token = token;
    port.on('message', (message: unknown) => {
      this.#receive(message);
    });
    port.on('messageerror', (error) => {
      events.onUnreadable(error);
    });
    port.unref();
  }

  post(batch: Batch, transferList: readonly unknown[]): void {
    this.#port.postMessage(batch, transferList as MessagePort[]);
    this.workerSignal.notify();
  }

  kill(): void {
    this.sendKill();
  }

  receiveAll(): boolean {
    let hasReceived = false;
    for (let next = receiveMessageOnPort(this.#port); next; next = receiveMessageOnPort(this.#port)) {
      hasReceived = true;
      this.#receive(next.message);
    }
    return hasReceived;
  }

  /** Writes the output that has arrived, and leaves all else: the process exits, and no result can be handled any more. */
  writeOutput(): void {
    for (let next = receiveMessageOnPort(this.#port); next; next = receiveMessageOnPort(this.#port)) {
      const message: unknown = next.message;
      if (isOutput(message, this.#token)) writeOutput(message, noop);
    }
  }

  /** Handles the messages that the thread sent before its end, then reports the end. */
  finish(exit: WorkerExit): void {
    this.receiveAll();
    this.#port.close();
    this.events.onExit(exit);
  }

  #receive(message: unknown): void {
    if (!isOutput(message, this.#token)) {
      this.events.onBatch(message);
      return;
    }
    const { stream, chunk } = message;
    writeOutput(message, () => {
      this.#port.postMessage({ stream, size: chunk.length } satisfies WrittenMessage);
    });
  }
}

const noop = (): void => undefined;

function toWorkerExit(exitCode: number | undefined, error: ThreadExit['error']): WorkerExit {
  if (!error) return { kind: exitCode === undefined ? 'killed' : 'exit', exitCode };
  const cause = Object.assign(new Error(error.message), { stack: error.stack, code: error.code });
  return { kind: error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'out-of-memory' : 'error', exitCode, cause };
}
