/** A method that keeps its results for the lifetime of its object. The idea is asynq's `acached_per_instance`. */
import { describe } from '../../core/describe';
import { checkOptions } from '../../core/options';
import type { Future } from '../../future/future';
import type { TaskResult } from '../../task/task';
import { CallKeys } from './call-keys';
import { SharedCalls } from './shared-calls';
import { sharedFunction } from './shared-function';
import { checkClearArguments, checkedFunction, checkedKey, type KeyConfig } from '../tool-config';

export interface MemoizedPerInstance<This, A extends readonly unknown[], V> {
  (this: This, ...args: A): Future<V>;
  /**
   * Forgets the call on this object with these arguments. Waiters of a running call still get its result.
   *
   * @throws TypeError if `instance` is not an object; without arguments, or with `undefined` alone, if the function has a
   * required parameter.
   */
  clear(instance: This, ...args: A): void;
  /**
   * Forgets all calls on this object; without an object, all calls on all objects.
   *
   * @throws TypeError if `instance` is given and is not an object.
   */
  clearAll(...instance: [] | [instance: This]): void;
}

/**
 * A task that calls `fn` once for each object it is called on (`this`) and equal arguments, and keeps the result as long
 * as the object lives. Failures are not kept. Equal calls that overlap share one run, as in `dedupe`. The source is
 * asynq's `acached_per_instance`.
 *
 * The argument is a task or another function with a `this`; or, where the function is used as a standard decorator, a
 * method that returns a future. TypeScript does not see `clear` and `clearAll` on a decorated method: wrap a function to
 * use them.
 *
 * @param fn - A task, another function, or a method.
 * @throws TypeError at once if `fn` is not a function, or an option is invalid. A call without an object as `this` fails
 * with a TypeError.
 * @example
 * ```ts
 * class Users {
 *   readonly nameOf = memoizePerInstance(function (this: Users, id: number) { return nameOf(id); });
 *   @memoizePerInstance
 *   ageOf(id: number): Future<number> { return ageOf(id); }
 * }
 * ```
 */
export function memoizePerInstance<This extends object, A extends readonly unknown[], R>(
  fn: (this: This, ...args: A) => R,
  config: KeyConfig<A> | MethodContext<This, A, R> = {},
): MemoizedPerInstance<This, A, TaskResult<R>> {
  checkDecorator(config);
  const options: KeyConfig<A> = isMethodContext(config) ? {} : config;
  checkOptions('memoizePerInstance', options, ['key']);
  const keys = new CallKeys(checkedFunction('memoizePerInstance', fn), checkedKey('memoizePerInstance', options));
  let byInstance = new WeakMap<object, SharedCalls<TaskResult<R>>>();
  const callsOf = (instance: This): SharedCalls<TaskResult<R>> => {
    checkInstance(fn.name, instance);
    let calls = byInstance.get(instance);
    if (!calls) byInstance.set(instance, (calls = new SharedCalls(() => new Map<unknown, unknown>())));
    return calls;
  };
  const shared = sharedFunction('memoizePerInstance', fn, (self: This, args) => ({
    calls: callsOf(self),
    identity: keys.of(args),
  }));
  const clear = (instance: This, ...args: A): void => {
    checkInstance(fn.name, instance);
    checkClearArguments('memoizePerInstance', fn, args, 'clearAll(instance)');
    byInstance.get(instance)?.clear(keys.of(args));
  };
  const clearAll = (...instances: [] | [instance: This]): void => {
    // The number of arguments decides: an object that is `undefined` by mistake must not clear the calls of all objects.
    if (instances.length === 0) {
      byInstance = new WeakMap();
    } else {
      checkInstance(fn.name, instances[0]);
      byInstance.get(instances[0])?.clearAll();
    }
  };
  return Object.assign(shared, { clear, clearAll });
}

/** The second argument of a standard method decorator. */
type MethodContext<This, A extends readonly unknown[], R> = ClassMethodDecoratorContext<
  This,
  (this: This, ...args: A) => R
>;

const isMethodContext = <This, A extends readonly unknown[], R>(
  config: KeyConfig<A> | MethodContext<This, A, R> | null,
): config is MethodContext<This, A, R> =>
  // The context of a getter or a field is refused later, as a config with an unknown option.
  typeof config === 'object' && config !== null && Reflect.get(config, 'kind') === 'method';

/** Decorators of `experimentalDecorators` are called with an object and a name. */
function checkDecorator(config: unknown): void {
  if (typeof config !== 'string' && typeof config !== 'symbol') return;
  throw new TypeError(
    `memoizePerInstance: ${describe(config)} is decorated in the experimental form of decorators, but memoizePerInstance is ` +
      'a standard decorator. Turn off experimentalDecorators, or wrap the function: ' +
      'readonly method = memoizePerInstance(function () { … }).',
  );
}

function checkInstance(method: string, instance: unknown): void {
  if ((typeof instance === 'object' && instance !== null) || typeof instance === 'function') return;
  throw new TypeError(
    `memoizePerInstance: "${method || 'anonymous'}" was called on ${describe(instance)}. The results are kept for each ` +
      'object it is called on. Call it as a method, object.method(…); for a function without a this, use memoizeLru.',
  );
}
