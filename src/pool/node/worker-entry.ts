/** The worker entry is the program of a worker thread of Node. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { createRequire } from 'node:module';
import { extname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getHeapStatistics } from 'node:v8';
import { Script, constants } from 'node:vm';
import { receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import { WakeSignal } from '../wire/wake-signal';
import type { Batch, WorkerInit } from '../wire/messages';
import { apply, attemptOr, defineProperty } from '../wire/intrinsics';
import { WorkerRuntime } from '../worker/worker-runtime';
import type { WorkerPlatform } from '../worker/worker-platform';
import type { WorkerTaskHandle } from '../worker/worker-task';

const BYTES_PER_MB = 1_048_576;

interface NodeWorkerData {
  port?: MessagePort;
  init: WorkerInit;
}

const cwd = process.cwd.bind(process);
/** The fallback of `cwd`, which throws if a task has replaced `Atomics.load`: Node's implementation calls that. */
const INITIAL_CWD = cwd();
/** A task may replace the method of the prototype. */
// eslint-disable-next-line @typescript-eslint/unbound-method -- called with a script as `this`
const { runInThisContext } = Script.prototype;
const data = workerData as Partial<NodeWorkerData>;
const { port, init } = data as NodeWorkerData; // Cast: the supervisor sets all of them.
// Tasks must not have access to the port of the pool, to its shared memory, or to the token.
delete data.port;
delete data.init;
if (port) serve(port);

function serve(port: MessagePort): void {
  const hostSignal = new WakeSignal(init.hostSignal);
  const workerSignal = new WakeSignal(init.workerSignal);
  const tasks = withOwnMethods(new AsyncLocalStorage<WorkerTaskHandle>());
  const post = port.postMessage.bind(port);
  const { setImmediate, process } = globalThis;

  const receiveAll = (): boolean => {
    let hasReceived = false;
    for (let next = receiveNext(); next; next = receiveNext()) {
      hasReceived = true;
      runtime.accept(next.message as Batch);
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
      post(batch, transferList as Parameters<MessagePort['postMessage']>[1]);
    },
    notifyHost: () => {
      hostSignal.notify();
    },
    compile,
    load: ({ url, base }) => (base === undefined ? importFile(url) : importFrom(base, url)),
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
  port.on('message', runtime.receive);
  port.on('messageerror', () => {
    runtime.onUnreadable();
  });
  const onUncaughtError = (error: unknown): void => {
    runtime.onUncaughtError(error, tasks.getStore());
  };
  process.on('uncaughtException', onUncaughtError);
  process.on('unhandledRejection', onUncaughtError);
  process.on('exit', () => {
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

/** Compiles a function in a scope of its own, with `require` and `import` relative to the working directory of the process. */
function compile(source: string, name: string): unknown {
  // `join` of Node calls `Array.prototype.push`, which a task may have replaced.
  const filename = `${attemptOr(cwd, INITIAL_CWD)}${sep}task ${name}`;
  // esbuild, and so tsx, wraps functions in calls of `__name`, which keeps their names.
  const create = runScript(`"use strict"; (function (require, __name) { return (${source}\n); })`, filename) as (
    require: NodeJS.Require,
    __name: <T>(fn: T) => T,
  ) => unknown;
  return create(createRequire(filename), (fn) => fn);
}

/** Runs a script in the global scope, with `import` relative to `filename`. */
function runScript(source: string, filename: string): unknown {
  const importModuleDynamically = constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
  return apply(runInThisContext, new Script(source, { filename, importModuleDynamically }), []);
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
  const importHere = runScript('(name) => import(name)', join(base, 'import')) as (name: string) => Promise<object>;
  return importHere(name);
}

export {};
