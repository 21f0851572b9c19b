/** A value that is another value still to come, and the error where that leads back to itself, as a native promise has it. */

export const isThenable = <T>(value: unknown): value is PromiseLike<T> =>
  ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
  'then' in value &&
  typeof value.then === 'function';

export const chainingCycle = (what: string): TypeError =>
  new TypeError(
    `Chaining cycle detected: ${what} has a value that leads back to it. A wait for it would never end. ` +
      'Give it the value itself, and not what waits for that value.',
  );

const adopted = new WeakMap<object, Promise<unknown>>();

/** The promise of what this value of the holder brings. It is asked once for all waits, since it may wait for the holder. */
export function adopt<T>(holder: object, value: PromiseLike<T>, what: string): Promise<T> {
  const known = adopted.get(holder) as Promise<T> | undefined; // it was put there below
  if (known) return known;
  const promise = new Promise<T>((resolve, reject) => {
    value.then((brought) => {
      if (brought === holder) reject(chainingCycle(what));
      else resolve(brought);
    }, reject);
  });
  adopted.set(holder, promise);
  return promise;
}
