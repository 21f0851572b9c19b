/** The program of a worker thread of Node. */
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
import type { RunningTask } from '../worker/running-task';
import type { WorkerPlatform } from '../worker/worker-platform';

interface Data {
  port: MessagePort | undefined;
  birth: WorkerInit;
}

const cwd = process.cwd.bind(process);
/** Node's own `cwd` asks for `Atomics.load` when it is called, which somebody may have changed. */
const BIRTHPLACE = cwd();
const data = workerData as Data;
const { port, birth } = data;
// No task is to find it.
data.port = undefined;
if (port) serve(port);

function serve(port: MessagePort): void {
  const hostBell = new WakeSignal(birth.hostBell);
  const workerBell = new WakeSignal(birth.workerBell);
  const tasks = new AsyncLocalStorage<RunningTask>();
  const post = port.postMessage.bind(port);
  const { setImmediate, process } = globalThis;

  const drain = (): boolean => {
    let hasNews = false;
    for (let news = receive(); news; news = receive()) {
      hasNews = true;
      runtime.take(news.message as Batch);
    }
    return hasNews;
  };
  const receive = (): { message: unknown } | undefined => receiveMessageOnPort(port);

  const sleep = (): true => {
    const rung = workerBell.notifiedCount;
    if (!drain()) workerBell.sleep(rung, Infinity);
    drain();
    return true;
  };
  const platform: WorkerPlatform = {
    post: (batch, transfer) => {
      post(batch, transfer as Parameters<MessagePort['postMessage']>[1]);
    },
    ring: () => {
      hostBell.notify();
    },
    compile,
    load: ({ url, base }) => (base === undefined ? importFile(url) : importFrom(base, url)),
    within: (task, run) => tasks.run(task as RunningTask, run),
    soon: (run) => void setImmediate(run),
    sleep,
    listen: () => {
      const { notifiedCount: rung } = workerBell;
      return drain() || (workerBell.ringsSoon(rung) && drain());
    },
  };
  const runtime = new WorkerRuntime(birth, platform);

  port.on('message', runtime.receive);
  port.on('messageerror', () => {
    runtime.unreadable();
  });
  const fault = (error: unknown): void => {
    runtime.fault(error, tasks.getStore());
  };
  process.on('uncaughtException', fault);
  process.on('unhandledRejection', fault);
  process.on('exit', () => {
    runtime.leave();
  });
}

/** In a scope of its own, with `require`, and with `import` as seen from the folder the process runs in. */
function compile(source: string, name: string): unknown {
  const here = join(attemptOr(cwd, BIRTHPLACE), `task ${name}`);
  // `__name` is what esbuild, and so tsx, puts around functions to keep their names.
  const make = new Script(`"use strict"; (function (require, __name) { return (${source}\n); })`, {
    filename: here,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  }).runInThisContext() as (require: NodeJS.Require, __name: <T>(fn: T) => T) => unknown;
  return make(createRequire(here), (fn) => fn);
}

async function importFile(url: string): Promise<object> {
  try {
    return (await import(url)) as object;
  } catch (error) {
    const fromRequire = requiredInstead(url, error);
    if (!fromRequire) throw error;
    return fromRequire();
  }
}

/**
 * What makes a process understand TypeScript, as tsx, is in a thread at times for `require` alone; `import` then knows no
 * such files or, since Node 22, only those that are JavaScript but for their types.
 */
function requiredInstead(url: string, error: unknown): (() => object) | undefined {
  const { code } = Object(error) as { readonly code?: unknown };
  if (
    code !== 'ERR_UNKNOWN_FILE_EXTENSION' &&
    !(isTypeScript(url) && (error instanceof SyntaxError || LINKING.includes(code)))
  )
    return undefined;
  const path = fileURLToPath(url);
  const require = createRequire(path);
  const known: unknown = Reflect.get(require, 'extensions');
  return Object.hasOwn(Object(known) as object, extname(path)) ? () => require(path) as object : undefined;
}

/** With these, nothing of the module has run. */
const LINKING: readonly unknown[] = ['ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX', 'ERR_MODULE_NOT_FOUND'];

const isTypeScript = (url: string): boolean => /^file:.*\.[cm]?tsx?$/.test(url);

/** As `import` in a file of that folder finds it, which Node has only an experimental way to ask for. */
function importFrom(base: string, name: string): Promise<object> {
  const importHere = new Script('(name) => import(name)', {
    filename: join(base, 'import'),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  }).runInThisContext() as (name: string) => Promise<object>;
  return importHere(name);
}

export {};
