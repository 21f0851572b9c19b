/** The worker entry is the program of a worker thread of Node. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { getHeapStatistics } from 'node:v8';
import { receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import { WakeSignal } from '../wire/wake-signal';
import type { Batch, WorkerInit } from '../wire/messages';
import { defineProperty } from '../wire/intrinsics';
import { WorkerRuntime } from '../worker/worker-runtime';
import { compile, importModule } from './module-loader';
import { setModulesOfThread } from './pool-module';
import { isWritten, OutputSender, type WrittenMessage } from './thread-output';
import type { WorkerPlatform } from '../worker/worker-platform';
import type { WorkerTaskHandle } from '../worker/worker-task';

const BYTES_PER_MB = 1_048_576;

interface NodeWorkerData {
  port?: MessagePort;
  poolModules: readonly string[];
  init: WorkerInit;
}

const data = workerData as Partial<NodeWorkerData>;
const { port, poolModules, init } = data as NodeWorkerData; // Cast: the supervisor sets all of them.
setModulesOfThread(poolModules);
// Tasks must not have access to the port of the pool, to its shared memory, or to the token.
delete data.port;
delete data.poolModules;
delete data.init;
if (port) serve(port);

function serve(port: MessagePort): void {
  const hostSignal = new WakeSignal(init.hostSignal);
  const workerSignal = new WakeSignal(init.workerSignal);
  const tasks = withOwnMethods(new AsyncLocalStorage<WorkerTaskHandle>());
  const post = port.postMessage.bind(port);
  const { setImmediate, process } = globalThis;

  const output = new OutputSender(init.token, (message) => {
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
    runWithin: (task, run) => tasks.run(task, run),
    runSoon: (run) => void setImmediate(run),
    usedHeapMb: () => getHeapStatistics().used_heap_size / BYTES_PER_MB,
    sleep,
    poll: () => {
      const { notifiedCount } = workerSignal;
      return receiveAll() || (workerSignal.poll(notifiedCount) && receiveAll());
    },
  };
  const runtime = new WorkerRuntime(init, platform);

  keepPortPrivate(port);
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

/**
 * Tasks find the port among the open handles of the process, as tools do that look for leaks and close what they find. Own
 * methods make that harmless. Node delivers a message by a method of the port's prototype with a global symbol: a task that
 * replaced the method would be given the port as `this`, so that method is an own one too.
 */
function keepPortPrivate(port: MessagePort): void {
  const deliver = Symbol.for('nodejs.internal.kHybridDispatch');
  const value: unknown = Reflect.get(port, deliver);
  if (typeof value === 'function') defineProperty(port, deliver, { value });
  const methods = ['close', 'unref', 'off', 'removeListener', 'removeAllListeners', 'removeEventListener'];
  for (const method of methods) defineProperty(port, method, { value: () => port });
}

/** Copies the methods of an object from its prototype to the object, so that a task which patches the prototype has no effect. */
function withOwnMethods<T extends object>(object: T): T {
  const prototype = Object.getPrototypeOf(object) as object;
  Object.defineProperties(object, Object.getOwnPropertyDescriptors(prototype));
  return object;
}

export {};
