/** The worker entry is the program of a worker thread of Node. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script, constants } from 'node:vm';
import { receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import { WakeSignal } from '../wire/wake-signal';
import type { Batch, WorkerInit } from '../wire/messages';
import { attemptOr } from '../wire/intrinsics';
import { WorkerRuntime } from '../worker/worker-runtime';
import { isWritten, OutputSender, type WrittenMessage } from './thread-output';
import type { RunningTask } from '../worker/running-task';
import type { WorkerPlatform } from '../worker/worker-platform';

interface NodeWorkerData {
  port: MessagePort | undefined;
  init: WorkerInit;
}

const cwd = process.cwd.bind(process);
/** The fallback of `cwd`, which throws if a task has replaced `Atomics.load`: Node's implementation calls that. */
const INITIAL_CWD = cwd();
const data = workerData as NodeWorkerData;
const { port, init } = data;
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
      const [endedCount] = batch as readonly number[];
      if (endedCount !== 0) output.flush();
      post(batch, transferList as Parameters<MessagePort['postMessage']>[1]);
    },
    notifyHost: () => {
      hostSignal.notify();
    },
    compile,
    load: ({ url, base }) => (base === undefined ? importFile(url) : importFrom(base, url)),
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

/** Compiles a function in a scope of its own, with `require` and `import` relative to the working directory of the process. */
function compile(source: string, name: string): unknown {
  const filename = join(attemptOr(cwd, INITIAL_CWD), `task ${name}`);
  // esbuild, and so tsx, wraps functions in calls of `__name`, which keeps their names.
  const create = new Script(`"use strict"; (function (require, __name) { return (${source}\n); })`, {
    filename,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  }).runInThisContext() as (require: NodeJS.Require, __name: <T>(fn: T) => T) => unknown;
  return create(createRequire(filename), (fn) => fn);
}

async function importFile(url: string): Promise<object> {
  try {
    return (await import(url)) as object;
  } catch (error) {
    const requireInstead = requireAfter(error, url);
    if (!requireInstead) throw error;
    return requireInstead();
  }
}

/**
 * Returns a function that requires a module after `import` has failed; undefined where that would not help. A TypeScript
 * loader such as tsx sometimes works in a thread for `require` only. There, `import` refuses TypeScript files or, since
 * Node 22, accepts only those whose types can be stripped.
 */
function requireAfter(error: unknown, url: string): (() => object) | undefined {
  const { code } = Object(error) as { readonly code?: unknown };
  if (
    code !== 'ERR_UNKNOWN_FILE_EXTENSION' &&
    !(isTypeScript(url) && (error instanceof SyntaxError || LINK_ERRORS.includes(code)))
  )
    return undefined;
  const path = fileURLToPath(url);
  const require = createRequire(path);
  const extensions: unknown = Reflect.get(require, 'extensions');
  return Object.hasOwn(Object(extensions) as object, extname(path)) ? () => require(path) as object : undefined;
}

/** Errors that Node throws before any code of the module has run. */
const LINK_ERRORS: readonly unknown[] = ['ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX', 'ERR_MODULE_NOT_FOUND'];

const isTypeScript = (url: string): boolean => /^file:.*\.[cm]?tsx?$/.test(url);

/** Imports a package as a file in the folder `base` would. The function of Node for this is experimental. */
function importFrom(base: string, name: string): Promise<object> {
  const importHere = new Script('(name) => import(name)', {
    filename: join(base, 'import'),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  }).runInThisContext() as (name: string) => Promise<object>;
  return importHere(name);
}

export {};
