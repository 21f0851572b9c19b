/** Shared memory through which a spec and the tasks on threads see each other. */

/** `count` integers in shared memory, all 0. */
export const sharedNumbers = (count: number): Int32Array =>
  new Int32Array(new SharedArrayBuffer(count * Int32Array.BYTES_PER_ELEMENT));

/** Resolves when `condition` holds; the event loop runs meanwhile. */
export async function waitUntil(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => void setImmediate(resolve));
}
