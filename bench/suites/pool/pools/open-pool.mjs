/**
 * A pool under test, with two threads and otherwise as it comes. Each is used the way its own users do: sluice by
 * subscribing, with RxJS to gather what comes and every task still to be cancelled; the others by promise.
 *
 * @typedef {keyof typeof import('../work.mjs')} TaskName
 *
 * @template [Begun=unknown] what stands for a task that has been asked for
 * @typedef {object} OpenPool
 * @property {string} name
 * @property {(task: TaskName, input: unknown) => Begun} run
 * @property {(task: TaskName, bytes: Uint8Array) => Begun} move runs it with bytes that are moved there, not copied
 * @property {<T>(inputs: readonly T[], begin: (input: T) => Begun, inFlight?: number) => Promise<unknown[]>} all
 * as many at a time as may be in flight, all at once if that is not said; the results in any order
 * @property {() => PromiseLike<unknown>} close
 */
export const threads = 2;

/** Where the functions are. */
export const workUrl = new URL('../work.mjs', import.meta.url);
