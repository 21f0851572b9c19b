/** A method that remembers what it gave, for as long as there is its object. The idea is asynq's `acached_per_instance`. */
import { describe } from '../../core/describe';
import { checkOptions } from '../../core/options';
import type { Future } from '../../future/future';
import type { TaskResult } from '../../task/task';
import { CallKeys, isEmpty } from './call-keys';
import { SharedCalls } from './shared-calls';
import { sharedFunction } from './shared-function';
import { checkedFunction, checkedKey, type KeyConfig } from '../tool-config';

export interface MemoizedPerInstance<This, A extends readonly unknown[], V> {
  (this: This, ...args: A): Future<V>;
  /** Forgets the call on this object with these arguments; without any, all calls on it. */
  clear(instance: This, ...args: A | []): void;
}

/**
 * Calls `fn` once for each object it is called on (`this`) and equal arguments, and keeps the value for as long as the
 * object is there. Failures are not kept. Equal calls at the same time share one run, as in `dedupe`.
 *
 * It takes a task or any other function that has a `this`; or, as a standard decorator, a method that returns a future.
 * To the compiler a decorated method has no `clear`: for that, wrap the function.
 *
 * @throws TypeError at once if it is given no function, or a wrong option. Its calls fail with one if they have no
 * `this` to remember.
 * @example
 * class Users {
 *   readonly nameOf = memoizePerInstance(function (this: Users, id: number) { return nameOf(id); });
 *   @memoizePerInstance
 *   ageOf(id: number): Future<number> { return ageOf(id); }
 * }
 */
export function memoizePerInstance<This extends object, A extends readonly unknown[], R>(
  fn: (this: This, ...args: A) => R,
  config: KeyConfig<A> | Decorating<This, A, R> = {},
): MemoizedPerInstance<This, A, TaskResult<R>> {
  checkDecorator(config);
  const options: KeyConfig<A> = isDecorating(config) ? {} : config;
  checkOptions('memoizePerInstance', options, ['key']);
  const keys = new CallKeys(checkedFunction('memoizePerInstance', fn), checkedKey('memoizePerInstance', options));
  const byInstance = new WeakMap<object, SharedCalls<TaskResult<R>>>();
  const callsOf = (instance: This): SharedCalls<TaskResult<R>> => {
    checkInstance(fn.name, instance);
    let calls = byInstance.get(instance);
    if (!calls) byInstance.set(instance, (calls = new SharedCalls(() => new Map<unknown, unknown>())));
    return calls;
  };
  const clear = (instance: This, ...args: A | []): void => {
    checkInstance(fn.name, instance);
    if (isEmpty(args)) byInstance.get(instance)?.forgetAll();
    else byInstance.get(instance)?.forget(keys.of(args));
  };
  const shared = sharedFunction('memoizePerInstance', fn, (self: This, args) => ({
    calls: callsOf(self),
    identity: keys.of(args),
  }));
  return Object.assign(shared, { clear });
}

type Decorating<This, A extends readonly unknown[], R> = ClassMethodDecoratorContext<
  This,
  (this: This, ...args: A) => R
>;

const isDecorating = <This, A extends readonly unknown[], R>(
  config: KeyConfig<A> | Decorating<This, A, R> | null,
): config is Decorating<This, A, R> =>
  // As a decorator of anything else, it is told that there is no such option.
  typeof config === 'object' && config !== null && Reflect.get(config, 'kind') === 'method';

/** Decorators of before the standard are called with an object and a name. */
function checkDecorator(config: unknown): void {
  if (typeof config !== 'string' && typeof config !== 'symbol') return;
  throw new TypeError(
    `memoizePerInstance: ${describe(config)} is decorated in the way of before the standard. Turn off experimentalDecorators, ` +
      'or wrap the function: readonly method = memoizePerInstance(function () { … }).',
  );
}

function checkInstance(method: string, instance: unknown): void {
  if ((typeof instance === 'object' && instance !== null) || typeof instance === 'function') return;
  throw new TypeError(
    `memoizePerInstance: "${method || 'anonymous'}" was called on ${describe(instance)}. What it gives is kept for each ` +
      'object it is called on. Call it as a method, object.method(…); for a function without a this, use memoizeLru.',
  );
}
