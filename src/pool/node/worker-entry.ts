/** The worker entry is the program of a worker thread of Node. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import { WakeSignal } from '../wire/wake-signal';
import type { Batch, WorkerInit } from '../wire/messages';
import { WorkerRuntime } from '../worker/worker-runtime';
import { compile, importModule } from './module-loader';
import { setModulesOfThread } from './pool-module';
import { isWritten, OutputSender, type WrittenMessage } from './thread-output';
import type { RunningTask } from '../worker/running-task';
import type { WorkerPlatform } from '../worker/worker-platform';

interface NodeWorkerData {
  port: MessagePort | undefined;
  poolModules: readonly string[];
  init: WorkerInit;
}

const data = workerData as NodeWorkerData;
const { port, poolModules, init } = data;
setModulesOfThread(poolModules);
// Tasks must not have access to the port of the pool.
data.port = undefined;
if (port) serve(port);

function serve(port: MessagePort): void {
  const hostSignal = new WakeSignal(init.hostSignal);
  const workerSignal = new WakeSignal(init.workerSignal);
  const tasks = new AsyncLocalStorage<RunningTask>();
  const post = port.postMessage.bind(port);
  const { setImmediate, process } = globalThis;

  const output = new OutputSender((message) => {
    post(message);
    hostSignal.notify();
  });

  const accept = (message: Batch | WrittenMessage): void => {
    if (isWritten(message)) output.onWritten(message);
    else runtime.accept(message);
  };
  const receiveAll = (): boolean => {
    let hasReceived = false;
    for (let next = receiveNext(); next; next = receiveNext()) {
      hasReceived = true;
      accept(next.message as Batch | WrittenMessage);
    }
    return hasReceived;
  };
  const receiveNext = (): { message: unknown } | undefined => receiveMessageOnPort(port);

  const sleep = (): true => {
    const { notifiedCount } = workerSignal;
    if (!receiveAll()) workerSignal.sleep(notifiedCount, Infinity);
    receiveAll();
    return true;
  };
  const platform: WorkerPlatform = {
    post: (batch, transferList) => {
      // Output precedes the results of ended tasks; their number is the first element.
      if (batch[0] !== 0) output.flush();
      post(batch, transferList as Parameters<MessagePort['postMessage']>[1]);
    },
    notifyHost: () => {
      hostSignal.notify();
    },
    compile,
    load: ({ url, from }) => importModule(url, from),
    runWithin: (task, run) => tasks.run(task as RunningTask, run),
    runSoon: (run) => void setImmediate(run),
    sleep,
    poll: () => {
      const { notifiedCount } = workerSignal;
      return receiveAll() || (workerSignal.poll(notifiedCount) && receiveAll());
    },
  };
  const runtime = new WorkerRuntime(init, platform);

  port.on('message', (message: Batch | WrittenMessage) => {
    if (isWritten(message)) output.onWritten(message);
    else runtime.receive(message);
  });
  port.on('messageerror', () => {
    runtime.onUnreadable();
  });
  const onUncaughtError = (error: unknown): void => {
    runtime.onUncaughtError(error, tasks.getStore());
  };
  process.on('uncaughtException', onUncaughtError);
  process.on('unhandledRejection', onUncaughtError);
  process.on('exit', () => {
    output.onThreadExit();
    runtime.onThreadExit();
  });
}

export {};
