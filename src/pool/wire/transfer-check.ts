/** Returns why one of these objects cannot be transferred to another thread; undefined if all of them can. */
export function whyNotTransferable(transferList: readonly unknown[]): string | undefined {
  const seen = new Set<unknown>();
  for (const item of transferList) {
    if (seen.has(item)) return 'marked to be moved twice';
    seen.add(item);
    if (isBuffer(item) && isDetached(item)) return 'a buffer that was moved before and is now empty';
    if (!isTransferable(item)) return 'marked to be moved, but not transferable';
  }
  return undefined;
}

/** Also true for a buffer of another realm. */
export const isBuffer = (value: unknown): value is ArrayBuffer =>
  Object.prototype.toString.call(value) === '[object ArrayBuffer]';

function isDetached(buffer: ArrayBuffer): boolean {
  try {
    return new Uint8Array(buffer).length < 0;
  } catch {
    return true;
  }
}

/** Plain data can only be copied. */
const isTransferable = (value: unknown): boolean =>
  !/^\[object (Object|Array|Map|Set|Date|Error|RegExp|SharedArrayBuffer|\w+Array|DataView)\]$/.test(
    Object.prototype.toString.call(value),
  );
