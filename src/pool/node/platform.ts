/**
 * The node platform runs pools on worker threads of Node. One supervisor thread starts and terminates the threads of all
 * pools of this thread, so that they are managed also while `block` holds this one. It exists as long as a pool does.
 */
import { availableParallelism } from 'node:os';
import { MessageChannel, receiveMessageOnPort, SHARE_ENV, Worker, type MessagePort } from 'node:worker_threads';
import { WakeSignal } from '../wire/wake-signal';
import type { WorkerExit, Platform, ThreadEvents, ThreadHandle, ThreadPlan } from '../thread/platform';
import type { Batch } from '../wire/messages';
import type { SupervisorCommand, ThreadExit } from './supervisor';
import { isOutput, writeOutput, type OutputMessage, type WrittenMessage } from './thread-output';
import { workerFile } from './worker-file';

class NodePlatform implements Platform {
  readonly canShare = true;
  readonly canBlock = true;
  #supervisor: SupervisorHandle | undefined;
  #poolCount = 0;
  /** How many pools keep the process alive. */
  #keepAliveCount = 0;

  cores(): number {
    return availableParallelism();
  }

  start(plan: ThreadPlan, events: ThreadEvents): ThreadHandle {
    const supervisor = (this.#supervisor ??= new SupervisorHandle(() => {
      // The end of a supervisor may be reported twice, when another one has already taken over.
      if (this.#supervisor === supervisor) this.#supervisor = undefined;
    }));
    if (this.#keepAliveCount > 0) supervisor.keepAlive(true);
    return supervisor.start(plan, events);
  }

  registerPool(): () => void {
    this.#poolCount++;
    return () => {
      if (--this.#poolCount > 0) return;
      this.#supervisor?.terminate();
      this.#supervisor = undefined;
    };
  }

  keepProcessAlive(): () => void {
    this.#keepAliveCount++;
    this.#supervisor?.keepAlive(true);
    return () => {
      if (--this.#keepAliveCount === 0) this.#supervisor?.keepAlive(false);
    };
  }

  block(ms: number): boolean {
    if (this.#supervisor) return this.#supervisor.sleep(ms);
    // Without threads nothing can arrive; only the time elapses.
    new WakeSignal().sleep(0, ms);
    return true;
  }
}

export const nodePlatform: Platform = new NodePlatform();

class SupervisorHandle {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #hostSignal = new WakeSignal();
  readonly #threads = new Map<number, NodeThread>();
  #lastId = 0;

  constructor(private readonly onEnded: () => void) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    // Its environment is shared, so that a new thread gets the variables as they are at its start.
    this.#worker = new Worker(workerFile('supervisor'), { env: SHARE_ENV, name: 'sluice supervisor' });
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

  start(plan: ThreadPlan, events: ThreadEvents): ThreadHandle {
    const { env, execArgv, resourceLimits } = plan.options;
    const id = ++this.#lastId;
    const { port1, port2 } = new MessageChannel();
    const thread = new NodeThread(port1, events, () => this.#send({ kill: id }));
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
        init: {
          taskSlots: plan.slots,
          hostSignal: this.#hostSignal.buffer,
          workerSignal: thread.workerSignal.buffer,
          initFunction: plan.init,
        },
      },
      [port2],
    );
    return thread;
  }

  keepAlive(isOn: boolean): void {
    if (isOn) this.#worker.ref();
    else this.#worker.unref();
  }

  sleep(ms: number): boolean {
    const { notifiedCount } = this.#hostSignal;
    if (this.#receiveAll()) return true;
    this.#hostSignal.sleep(notifiedCount, ms);
    this.#receiveAll();
    return true;
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
  #receiveAll(): boolean {
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

  constructor(
    private readonly port: MessagePort,
    private readonly events: ThreadEvents,
    private readonly sendKill: () => void,
  ) {
    port.on('message', (message: Batch | OutputMessage) => {
      this.#receive(message);
    });
    port.on('messageerror', (error) => {
      events.onUnreadable(error);
    });
    port.unref();
  }

  post(batch: Batch, transferList: readonly unknown[]): void {
    this.port.postMessage(batch, transferList as MessagePort[]);
    this.workerSignal.notify();
  }

  kill(): void {
    this.sendKill();
  }

  receiveAll(): boolean {
    let hasReceived = false;
    for (let next = receiveMessageOnPort(this.port); next; next = receiveMessageOnPort(this.port)) {
      hasReceived = true;
      this.#receive(next.message as Batch | OutputMessage);
    }
    return hasReceived;
  }

  /** Writes the output that has arrived, and leaves all else: the process exits, and no result can be handled any more. */
  writeOutput(): void {
    for (let next = receiveMessageOnPort(this.port); next; next = receiveMessageOnPort(this.port)) {
      const message = next.message as Batch | OutputMessage;
      if (isOutput(message)) writeOutput(message, noop);
    }
  }

  /** Handles the messages that the thread sent before its end, then reports the end. */
  finish(exit: WorkerExit): void {
    this.receiveAll();
    this.port.close();
    this.events.onExit(exit);
  }

  #receive(message: Batch | OutputMessage): void {
    if (!isOutput(message)) {
      this.events.onBatch(message);
      return;
    }
    const { stream, chunk } = message;
    writeOutput(message, () => {
      this.port.postMessage({ stream, size: chunk.length } satisfies WrittenMessage);
    });
  }
}

const noop = (): void => undefined;

function toWorkerExit(exitCode: number | undefined, error: ThreadExit['error']): WorkerExit {
  if (!error) return { kind: exitCode === undefined ? 'killed' : 'exit', exitCode };
  const cause = Object.assign(new Error(error.message), { stack: error.stack, code: error.code });
  return { kind: error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'out-of-memory' : 'error', exitCode, cause };
}
