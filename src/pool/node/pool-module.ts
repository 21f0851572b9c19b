/**
 * The module of a pool is the one that makes the pool when it is loaded. Where a thread of the pool loads that module again, as
 * it has to for a function that the module exports, the module makes a second pool on that thread; a third pool on the threads
 * of the second one, and so on. Such a pool starts no thread, and its tasks fail with the reason.
 */
import type { CapturedStack } from '../../core/call-site';

/** The modules of the pool of this thread, and of the pools around that one. */
let modulesOfThread: readonly string[] = [];

export function setModulesOfThread(modules: readonly string[]): void {
  modulesOfThread = modules;
}

/** What the threads of a pool are told. */
export const modulesOfThreads = (module: string | undefined): readonly string[] =>
  module === undefined ? modulesOfThread : [...modulesOfThread, module];

/** @throws Error if a thread of the same pool, or of one around it, loads the module of the pool. */
export function refuseOwnModule(module: string | undefined): void {
  if (module === undefined || !modulesOfThread.includes(module)) return;
  throw new Error(
    `${module} makes a pool when it is loaded, and a thread of that pool has loaded it, for a function that it exports or ` +
      'because another module imports it. A pool on each thread of a pool would start threads without end. Make the pool ' +
      'in a module that its threads do not load, or only if `isMainThread` of node:worker_threads is true.',
  );
}

/** The file of the outermost code of a stack, if that is the top level of a module and not a function. */
export function moduleThatLoads({ stack }: CapturedStack): string | undefined {
  if (typeof stack !== 'string') return undefined;
  const frames = stack.split('\n').filter((line) => FRAME.test(line));
  const topLevel = frames.find((_, index) => {
    const caller = frames[index + 1];
    return caller === undefined || LOADER.test(caller);
  });
  return topLevel && TOP_LEVEL.exec(topLevel)?.[1];
}

const FRAME = /^\s+at /;
const LOADER = /node:internal\/modules\//;
/** A module has no function name in a stack, and a CommonJS module that of a function of an object. */
const TOP_LEVEL = /^\s+at (?:async |Object\.<anonymous> \()?((?:file:\/\/)?(?:\/|[a-zA-Z]:[\\/])[^()]*):\d+:\d+\)?$/;
