/**
 * `transfer` marks objects to be moved to another thread instead of being copied, anywhere in an argument or a result. The
 * idea is Comlink's `transfer`.
 */
import { invalidOption } from '../../core/describe';
import { checkArray } from '../../core/option-values';
import { NativeWeakMap, weakMapGet, weakMapSet } from './intrinsics';

/** From a marked value to its transfer list. One map for all copies of the library in this realm. */
const transferLists: WeakMap<object, readonly unknown[]> & { isUsed?: boolean } = shared(
  Symbol.for('sluice.transfer'),
  () => new NativeWeakMap(),
);

/**
 * Marks buffers, ports and streams to be moved with a value instead of being copied with it; returns the value. The value
 * may be anywhere in an argument, a result or an item. A moved object is empty on this side afterwards, from the moment the
 * message is sent; do not write to it after the call. Memory that the platform cannot move, as that of small Buffers and of
 * WebAssembly, is copied. The idea is Comlink's `transfer`.
 *
 * @param value the argument or result that contains the objects to move
 * @param list the objects to move
 * @defaultValue `list` is the value itself, or the buffer of a typed array
 * @throws TypeError if the value is not an object, or the list is not an array.
 * @example
 * const image = new Uint8Array(1_000_000);
 * pool.do((pixels: Uint8Array) => pixels.length, transfer(image));
 */
export function transfer<T extends object>(value: T, list?: readonly object[]): T {
  if (typeof value !== 'object' || (value as unknown) === null)
    throw invalidOption('transfer: its value', 'an object', value);
  if (list !== undefined) checkArray('transfer: its list', list);
  transferLists.isUsed = true;
  weakMapSet(transferLists, value, list ?? [ArrayBuffer.isView(value) ? value.buffer : value]);
  return value;
}

/** Returns the objects that `transfer` marked for this value; undefined if it is not marked. */
export const getTransferList = (value: unknown): readonly unknown[] | undefined =>
  typeof value === 'object' && value !== null ? weakMapGet(transferLists, value) : undefined;

/** Whether any value was ever marked. */
export const hasTransferLists = (): boolean => transferLists.isUsed === true;

function shared<T>(symbol: symbol, create: () => T): T {
  const store = globalThis as unknown as Record<symbol, T | undefined>;
  return (store[symbol] ??= create());
}
