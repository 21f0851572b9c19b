/** A pool module is a module that workers load, with each of its functions as a task of the pool. */
import type { Observable } from 'rxjs';
import type { Future } from '../../future/future';
import type { Arguments } from './call';
import { resolveModuleUrl, type NamedCode } from '../wire/function-code';
import type { WorkerResult } from './job';

type Streaming = { subscribe(observer: never): unknown } | Generator | AsyncIterable<unknown> | ReadableStream;

/** A function of a module as a pool task. Its calls are an Observable if the function returns a stream, or else a Future. */
export type PoolFunction<F> = F extends (...args: infer A) => infer R
  ? (
      ...args: Arguments<A>
    ) => IsStreaming<R> extends true
      ? Observable<WorkerResult<R>> & AsyncIterable<WorkerResult<R>>
      : Future<WorkerResult<R>>
  : never;

type IsStreaming<R> = [R] extends [never]
  ? false
  : R extends PromiseLike<infer V>
    ? IsStreaming<V>
    : R extends Streaming
      ? true
      : false;

/** The functions of a module as pool tasks; other exports are left out. */
export type PoolModule<M> = {
  readonly [K in keyof M as M[K] extends (...args: never) => unknown ? K : never]: PoolFunction<M[K]>;
};

export function moduleOf<M extends object>(url: string | URL, taskOf: (code: NamedCode) => object): PoolModule<M> {
  const location = resolveModuleUrl(url, 'WorkerPool.module');
  const tasks = new Map<string, object>();
  return new Proxy({} as PoolModule<M>, {
    get: (_, name) => {
      // Promises read `then` and consoles read symbols and `toJSON`: none of them is a function of the module.
      if (typeof name !== 'string' || name === 'then' || name === 'toJSON') return undefined;
      let task = tasks.get(name);
      if (!task) tasks.set(name, (task = taskOf({ code: { ...location, exportName: name }, name })));
      return task;
    },
  });
}
