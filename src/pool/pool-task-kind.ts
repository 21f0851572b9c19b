/** What all calls of a task of a pool have in common. */
import type { Call } from './call';

export interface PoolTaskKind {
  readonly name: string;
  /** How many of its calls can run at a time. */
  readonly threads: number;
  /** What a test has put in its place, for as long as it lasts; it is given the call as it would be without that. */
  substitute?: ((args: readonly unknown[], genuine: Call<unknown>) => Call<unknown>) | undefined;
}

const kinds = new WeakMap<object, PoolTaskKind>();

/** Undefined for what is no task of a pool. */
export const poolTaskKindOf = (task: object): PoolTaskKind | undefined => kinds.get(task);

export function asPoolTask<F extends object>(task: F, kind: PoolTaskKind): F {
  kinds.set(task, kind);
  return task;
}
