/** A pool task definition is what all calls of one pool task have in common. */
import type { Call } from './call';

export interface PoolTaskDefinition {
  readonly name: string;
  /** Number of calls that can run at a time. */
  readonly threads: number;
  /** Makes the calls of a mocked task, from the arguments and the call without the mock. */
  substitute?: ((args: readonly unknown[], original: Call<unknown>) => Call<unknown>) | undefined;
}

const definitions = new WeakMap<object, PoolTaskDefinition>();

/** The definition of a pool task; undefined for any other function. */
export const poolTaskDefinitionOf = (task: object): PoolTaskDefinition | undefined => definitions.get(task);

/** Makes `task` known as a pool task, and returns it. */
export function registerPoolTask<F extends object>(task: F, definition: PoolTaskDefinition): F {
  definitions.set(task, definition);
  return task;
}
