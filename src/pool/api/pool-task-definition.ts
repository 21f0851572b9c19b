/** What all calls of a task of a pool have in common. */
import type { Call } from './call';

export interface PoolTaskDefinition {
  readonly name: string;
  /** How many of its calls can run at a time. */
  readonly threads: number;
  /** What a test has put in its place, for as long as it lasts; it is given the call as it would be without that. */
  substitute?: ((args: readonly unknown[], genuine: Call<unknown>) => Call<unknown>) | undefined;
}

const definitions = new WeakMap<object, PoolTaskDefinition>();

/** Undefined for what is no task of a pool. */
export const poolTaskDefinitionOf = (task: object): PoolTaskDefinition | undefined => definitions.get(task);

export function asPoolTask<F extends object>(task: F, kind: PoolTaskDefinition): F {
  definitions.set(task, kind);
  return task;
}
