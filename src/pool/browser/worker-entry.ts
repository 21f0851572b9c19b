/**
 * The worker entry is the program of a Web Worker. A browser has no AsyncLocalStorage: an uncaught error after the first await
 * of a task cannot be attributed to the task.
 */
import { CLOSING, type BrowserWorkerInit } from './worker-init';
import { attemptOr, getter } from '../wire/intrinsics';
import { WorkerRuntime } from '../worker/worker-runtime';
import type { WorkerPlatform } from '../worker/worker-platform';

const { close, eval: evaluate, encodeURIComponent } = globalThis;
const dataOf: (event: object) => unknown = getter(MessageEvent.prototype, 'data');

globalThis.addEventListener('message', (event: MessageEvent<BrowserWorkerInit>) => serve(event.data), { once: true });

function serve({ port, init }: BrowserWorkerInit): void {
  const post: (message: unknown, transferList: Transferable[]) => void = port.postMessage.bind(port);
  const platform: WorkerPlatform = {
    post: (batch, transferList) => {
      post(batch, transferList as Transferable[]);
    },
    // Neither the host nor the worker sleeps.
    notifyHost: () => undefined,
    sleep: () => false,
    poll: () => false,
    compile,
    load: ({ url }) => import(/* @vite-ignore */ /* webpackIgnore: true */ url) as Promise<object>,
    runWithin: (_task, run) => run(),
    runSoon: createTurnScheduler(),
    usedHeapMb: () => 0,
  };
  const runtime = new WorkerRuntime(init, platform);

  port.onmessage = (event) => {
    runtime.receive(dataOf(event) as Parameters<WorkerRuntime['receive']>[0]);
  };
  port.onmessageerror = () => {
    runtime.onUnreadable();
  };
  globalThis.addEventListener('error', (event) => {
    event.preventDefault();
    runtime.onUncaughtError(event.error ?? new Error(event.message), undefined);
  });
  globalThis.addEventListener('unhandledrejection', (event) => {
    event.preventDefault();
    runtime.onUncaughtError(event.reason, undefined);
  });
  globalThis.close = () => {
    runtime.onThreadExit();
    post(CLOSING, []);
    close();
  };
}

/** Compiles a function in the global scope. esbuild wraps functions in calls of `__name`, which keeps their names. */
function compile(source: string, name: string): unknown {
  const file = attemptOr(() => encodeURIComponent(name), 'anonymous');
  const create = evaluate(
    `"use strict"; (function (__name) { return (${source}\n); })\n//# sourceURL=task-${file}`,
  ) as (__name: <T>(fn: T) => T) => unknown;
  return create((fn) => fn);
}

/** Runs each callback in a turn of its own. Browsers delay nested timers by some ms, so it uses messages instead. */
function createTurnScheduler(): (run: () => void) => void {
  const { port1, port2 } = new MessageChannel();
  const requestTurn: (message: number) => void = port2.postMessage.bind(port2);
  let callbacks: (() => void)[] = [];
  let next = 0;
  port1.onmessage = () => {
    const run = callbacks[next++];
    if (next === callbacks.length) {
      callbacks = [];
      next = 0;
    }
    run?.();
  };
  return (run) => {
    callbacks[callbacks.length] = run;
    requestTurn(0);
  };
}

export {};
