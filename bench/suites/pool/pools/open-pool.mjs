/**
 * A pool under test, with two threads and otherwise default options. Each pool is used in its usual way: sluice by
 * subscriptions, with RxJS to gather the results and every task cancellable; the others by promises.
 *
 * @typedef {keyof typeof import('../work.mjs')} TaskName
 *
 * @template [Begun=unknown] the observable or promise of a task
 * @typedef {object} OpenPool
 * @property {string} name
 * @property {(task: TaskName, input: unknown) => Begun} run
 * @property {(task: TaskName, bytes: Uint8Array) => Begun} move runs a task with bytes that are transferred, not copied
 * @property {<T>(inputs: readonly T[], begin: (input: T) => Begun, inFlight?: number) => Promise<unknown[]>} all
 * runs a task for each input, at most `inFlight` at a time (all at once); resolves with the results in any order
 * @property {() => PromiseLike<unknown>} close
 */
export const threads = 2;

/** The module with the functions of the tasks. */
export const workUrl = new URL('../work.mjs', import.meta.url);
