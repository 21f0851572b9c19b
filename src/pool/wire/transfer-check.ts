/** The transfer check is asked in workers too, so it uses only captured intrinsics. */
import { arrayIncludes, attempt, newBytes, newSet, objectTag, setAdd, setHas, typedArrayName } from './intrinsics';

/** Returns why one of these objects cannot be transferred to another thread; undefined if all of them can. */
export function whyNotTransferable(transferList: readonly unknown[]): string | undefined {
  const seen = newSet<unknown>();
  for (let index = 0; index < transferList.length; index++) {
    const item = transferList[index];
    if (setHas(seen, item)) return 'marked to be moved twice';
    setAdd(seen, item);
    if (isBuffer(item) && isDetached(item)) return 'a buffer that was moved before and is now empty';
    if (!isTransferable(item)) return 'marked to be moved, but not transferable';
  }
  return undefined;
}

/** Also true for a buffer of another realm. */
export const isBuffer = (value: unknown): value is ArrayBuffer => objectTag(value) === '[object ArrayBuffer]';

/** A view cannot be made on a detached buffer. */
const isDetached = (buffer: ArrayBuffer): boolean => 'thrown' in attempt(() => newBytes(buffer, 0, 0));

/** The tags of plain data, which can only be copied. */
const COPIED: readonly unknown[] = [
  '[object Object]',
  '[object Array]',
  '[object Map]',
  '[object Set]',
  '[object Date]',
  '[object Error]',
  '[object RegExp]',
  '[object SharedArrayBuffer]',
  '[object DataView]',
];

const isTransferable = (value: unknown): boolean =>
  typedArrayName(value) === undefined && !arrayIncludes(COPIED, objectTag(value));
