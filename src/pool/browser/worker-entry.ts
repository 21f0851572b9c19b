/** The program of a worker of a browser. Tasks can't be told apart in it once they have awaited something. */
import { CLOSING, type BrowserWorkerInit } from './worker-init';
import { attemptOr, getter } from '../wire/intrinsics';
import { WorkerRuntime } from '../worker/worker-runtime';
import type { WorkerPlatform } from '../worker/worker-platform';

const { close, eval: evaluate, encodeURIComponent } = globalThis;
const dataOf: (event: object) => unknown = getter(MessageEvent.prototype, 'data');

globalThis.addEventListener('message', (event: MessageEvent<BrowserWorkerInit>) => serve(event.data), { once: true });

function serve({ port, birth }: BrowserWorkerInit): void {
  const post: (message: unknown, transfer: Transferable[]) => void = port.postMessage.bind(port);
  const platform: WorkerPlatform = {
    post: (batch, transfer) => {
      post(batch, transfer as Transferable[]);
    },
    // Nobody sleeps.
    ring: () => undefined,
    sleep: () => false,
    listen: () => false,
    compile,
    load: ({ url }) => import(/* @vite-ignore */ /* webpackIgnore: true */ url) as Promise<object>,
    within: (_task, run) => run(),
    soon: turns(),
  };
  const runtime = new WorkerRuntime(birth, platform);

  port.onmessage = (event) => {
    runtime.receive(dataOf(event) as Parameters<WorkerRuntime['receive']>[0]);
  };
  port.onmessageerror = () => {
    runtime.unreadable();
  };
  globalThis.addEventListener('error', (event) => {
    event.preventDefault();
    runtime.fault(event.error ?? new Error(event.message), undefined);
  });
  globalThis.addEventListener('unhandledrejection', (event) => {
    event.preventDefault();
    runtime.fault(event.reason, undefined);
  });
  globalThis.close = () => {
    runtime.leave();
    post(CLOSING, []);
    close();
  };
}

/** In the global scope; `__name` is what esbuild puts around functions to keep their names. */
function compile(source: string, name: string): unknown {
  const file = attemptOr(() => encodeURIComponent(name), 'anonymous');
  const make = evaluate(`"use strict"; (function (__name) { return (${source}\n); })\n//# sourceURL=task-${file}`) as (
    __name: <T>(fn: T) => T,
  ) => unknown;
  return make((fn) => fn);
}

/** Runs each in a turn of its own. A timer would wait for some ms, if there are many. */
function turns(): (run: () => void) => void {
  const { port1, port2 } = new MessageChannel();
  const ring: (message: number) => void = port2.postMessage.bind(port2);
  let due: (() => void)[] = [];
  let next = 0;
  port1.onmessage = () => {
    const run = due[next++];
    if (next === due.length) {
      due = [];
      next = 0;
    }
    run?.();
  };
  return (run) => {
    due[due.length] = run;
    ring(0);
  };
}

export {};
