/**
 * Threads of Node. A supervisor, which is a thread itself, starts them and ends them, one for all pools of this thread:
 * so a `block` can hold this one and they are looked after all the same. It is there while there are pools.
 */
import { availableParallelism } from 'node:os';
import { MessageChannel, receiveMessageOnPort, SHARE_ENV, Worker, type MessagePort } from 'node:worker_threads';
import { WakeSignal } from '../wire/wake-signal';
import type { WorkerExit, Platform, ThreadEvents, ThreadHandle, ThreadPlan } from '../thread/platform';
import type { Batch } from '../wire/messages';
import type { ThreadExit, SupervisorCommand } from './supervisor';
import { workerFile } from './worker-file';

class NodePlatform implements Platform {
  readonly canShare = true;
  readonly canBlock = true;
  #supervisor: Supervisor | undefined;
  #pools = 0;
  #holds = 0;

  cores(): number {
    return availableParallelism();
  }

  start(plan: ThreadPlan, events: ThreadEvents): ThreadHandle {
    const supervisor = (this.#supervisor ??= new Supervisor(() => {
      // It may be told twice of its end, and another be there by then.
      if (this.#supervisor === supervisor) this.#supervisor = undefined;
    }));
    if (this.#holds > 0) supervisor.keepAlive(true);
    return supervisor.start(plan, events);
  }

  registerPool(): () => void {
    this.#pools++;
    return () => {
      if (--this.#pools > 0) return;
      this.#supervisor?.end();
      this.#supervisor = undefined;
    };
  }

  keepProcessAlive(): () => void {
    this.#holds++;
    this.#supervisor?.keepAlive(true);
    return () => {
      if (--this.#holds === 0) this.#supervisor?.keepAlive(false);
    };
  }

  block(ms: number): boolean {
    if (this.#supervisor) return this.#supervisor.sleep(ms);
    // Without threads there is only time to wait for.
    new WakeSignal().sleep(0, ms);
    return true;
  }
}

export const nodePlatform: Platform = new NodePlatform();

class Supervisor {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #bell = new WakeSignal();
  readonly #threads = new Map<number, NodeThread>();
  #lastId = 0;

  constructor(private readonly onLost: () => void) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    // It sees the environment as it is when a thread is started.
    this.#worker = new Worker(workerFile('supervisor'), { env: SHARE_ENV, name: 'sluice supervisor' });
    this.#worker.postMessage({ orders: port2, hostBell: this.#bell.buffer }, [port2]);
    this.#worker.unref();
    this.#worker.on('error', (error) => {
      this.#lost(error);
    });
    this.#worker.on('exit', (exitCode) => {
      this.#lost(new Error(`The thread that looks after the others has exited with ${String(exitCode)}.`));
    });
    port1.on('message', (ending: ThreadExit) => {
      this.#ended(ending);
    });
    port1.unref();
  }

  start(plan: ThreadPlan, events: ThreadEvents): ThreadHandle {
    const { env, execArgv, resourceLimits } = plan.options;
    const id = ++this.#lastId;
    const { port1, port2 } = new MessageChannel();
    const thread = new NodeThread(port1, events, () => this.#order({ kill: id }));
    this.#threads.set(id, thread);
    const sharesEnv = typeof env === 'symbol';
    this.#order(
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
        birth: {
          places: plan.slots,
          hostBell: this.#bell.buffer,
          workerBell: thread.bell.buffer,
          init: plan.init,
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
    const { notifiedCount: rung } = this.#bell;
    if (this.#drain()) return true;
    this.#bell.sleep(rung, ms);
    this.#drain();
    return true;
  }

  end(): void {
    this.#worker.removeAllListeners();
    this.#port.close();
    void this.#worker.terminate();
  }

  #order(order: SupervisorCommand, transfer: readonly MessagePort[] = []): void {
    this.#port.postMessage(order, transfer);
  }

  /** What has come, without a turn of the event loop. */
  #drain(): boolean {
    let hasNews = false;
    for (const [id, thread] of [...this.#threads]) {
      hasNews = thread.drain() || hasNews;
      if (thread.death) this.#bury(id, thread);
    }
    for (let news = receiveMessageOnPort(this.#port); news; news = receiveMessageOnPort(this.#port)) {
      hasNews = true;
      this.#ended(news.message as ThreadExit);
    }
    return hasNews;
  }

  #ended({ id, exitCode, error }: ThreadExit): void {
    const thread = this.#threads.get(id);
    if (!thread) return;
    thread.death = deathOf(exitCode, error);
    this.#bury(id, thread);
  }

  /** Whoever hears its last words may block: then it is buried from within. */
  #bury(id: number, thread: NodeThread): void {
    thread.drain();
    if (thread.death && this.#threads.delete(id)) thread.died(thread.death);
  }

  #lost(error: Error): void {
    this.onLost();
    for (const thread of this.#threads.values()) thread.died({ kind: 'error', cause: error });
    this.#threads.clear();
  }
}

class NodeThread implements ThreadHandle {
  readonly bell = new WakeSignal();
  death: WorkerExit | undefined;

  constructor(
    private readonly port: MessagePort,
    private readonly events: ThreadEvents,
    private readonly end: () => void,
  ) {
    port.on('message', (batch: Batch) => {
      events.onBatch(batch);
    });
    port.on('messageerror', (error) => {
      events.onUnreadable(error);
    });
    port.unref();
  }

  post(batch: Batch, transfer: readonly unknown[]): void {
    this.port.postMessage(batch, transfer as MessagePort[]);
    this.bell.notify();
  }

  kill(): void {
    this.end();
  }

  drain(): boolean {
    let hasNews = false;
    for (let news = receiveMessageOnPort(this.port); news; news = receiveMessageOnPort(this.port)) {
      hasNews = true;
      this.events.onBatch(news.message as Batch);
    }
    return hasNews;
  }

  /** What it sent before its end has come before: that stands. */
  died(death: WorkerExit): void {
    this.drain();
    this.port.close();
    this.events.onExit(death);
  }
}

function deathOf(exitCode: number | undefined, error: ThreadExit['error']): WorkerExit {
  if (!error) return { kind: exitCode === undefined ? 'killed' : 'exit', exitCode };
  const cause = Object.assign(new Error(error.message), { stack: error.stack, code: error.code });
  return { kind: error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'out-of-memory' : 'error', exitCode, cause };
}
