/** A thenable as a value: how it is adopted, and the error of a value that leads back to itself, as native promises have. */

export const chainingCycle = (title: string): TypeError =>
  new TypeError(
    `Chaining cycle detected: ${title} has a value that leads back to it. A wait for that value would never end. ` +
      'Set the final value, not a promise or an AsyncValue that waits for this one.',
  );

const adoptedPromises = new WeakMap<object, Promise<unknown>>();

/**
 * The promise of the value that a thenable of `owner` brings. The thenable is subscribed to once for all waits, because
 * it may itself wait for the owner.
 */
export function adopt<T>(owner: object, value: PromiseLike<T>, title: string): Promise<T> {
  // Cast: of type `T`, because it was set below for the same owner.
  const known = adoptedPromises.get(owner) as Promise<T> | undefined;
  if (known) return known;
  const promise = new Promise<T>((resolve, reject) => {
    value.then((settled) => {
      if (settled === owner) reject(chainingCycle(title));
      else resolve(settled);
    }, reject);
  });
  adoptedPromises.set(owner, promise);
  return promise;
}
