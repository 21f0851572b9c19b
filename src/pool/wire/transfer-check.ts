/** Why something can't be moved to another thread, in words. */
export function whyNotTransferable(moved: readonly unknown[]): string | undefined {
  const seen = new Set<unknown>();
  for (const one of moved) {
    if (seen.has(one)) return 'marked to be moved twice';
    seen.add(one);
    if (isBuffer(one) && isDetached(one)) return 'a buffer that was moved before, and is empty here';
    if (!isTransferable(one)) return 'marked to be moved, and is nothing that can be';
  }
  return undefined;
}

/** Of whichever realm. */
const isBuffer = (value: unknown): value is ArrayBuffer =>
  Object.prototype.toString.call(value) === '[object ArrayBuffer]';

function isDetached(buffer: ArrayBuffer): boolean {
  try {
    return new Uint8Array(buffer).length < 0;
  } catch {
    return true;
  }
}

/** What is plain data is copied, and nothing else of it can be done. */
const isTransferable = (value: unknown): boolean =>
  !/^\[object (Object|Array|Map|Set|Date|Error|RegExp|SharedArrayBuffer|\w+Array|DataView)\]$/.test(
    Object.prototype.toString.call(value),
  );
