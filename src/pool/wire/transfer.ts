/**
 * What is to be moved to another thread, and not copied: marked where it is sent from, as an argument or as a result.
 * The idea is Comlink's `transfer`.
 */
import { invalidOption } from '../../core/describe';
import { NativeWeakMap, weakMapGet, weakMapSet } from './intrinsics';

/** One for all copies of the library in this realm. */
const marks: WeakMap<object, readonly unknown[]> = shared(Symbol.for('sluice.transfer'), () => new NativeWeakMap());

/**
 * Marks buffers, ports and streams to be moved along with a value instead of being copied with it; gives back the
 * value. What is moved is empty on this side afterwards.
 *
 * @param list what in the value is to be moved: by default the value itself, or the buffer of a typed array
 * @throws TypeError if the value is no object, or the list is none.
 * @example
 * const image = new Uint8Array(1_000_000);
 * pool.do((pixels: Uint8Array) => pixels.length, transfer(image));
 */
export function transfer<T extends object>(value: T, list?: readonly object[]): T {
  if (typeof value !== 'object' || (value as unknown) === null)
    throw invalidOption('transfer: its value', 'an object', value);
  if (list !== undefined && !Array.isArray(list)) throw invalidOption('transfer: its list', 'an array', list);
  weakMapSet(marks, value, list ?? [ArrayBuffer.isView(value) ? value.buffer : value]);
  return value;
}

/** What of a value was marked. */
export const markedIn = (value: unknown): readonly unknown[] | undefined =>
  typeof value === 'object' && value !== null ? weakMapGet(marks, value) : undefined;

function shared<T>(symbol: symbol, make: () => T): T {
  const store = globalThis as unknown as Record<symbol, T | undefined>;
  return (store[symbol] ??= make());
}
