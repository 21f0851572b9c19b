/** Keys that items can be sorted by: plain values, and lists of them, which are compared element by element. */

/** A sort key. Missing keys (`null`, `undefined`, `NaN`) come last in both directions. */
export type Comparable = string | number | bigint | boolean | Date | null | undefined | readonly Comparable[];

/** The greatest key first, or the least. */
export type Direction = 'descending' | 'ascending';

/** Negative if `one` comes before `other`, zero if neither comes first. */
export function compare(one: unknown, other: unknown, direction: Direction): number {
  const missing = Number(isMissing(one)) - Number(isMissing(other));
  if (missing !== 0 || isMissing(one)) return missing;
  const sign = direction === 'descending' ? -1 : 1;
  if (!Array.isArray(one) || !Array.isArray(other)) return sign * comparePlain(one, other);
  for (let index = 0; index < Math.min(one.length, other.length); index++) {
    const difference = compare(one[index], other[index], direction);
    if (difference !== 0) return difference;
  }
  return sign * (one.length - other.length);
}

const isMissing = (key: unknown): boolean =>
  key === null || key === undefined || Number.isNaN(key instanceof Date ? key.getTime() : key);

function comparePlain(one: unknown, other: unknown): number {
  // The casts are safe: `<` works for every type of `Comparable`, and the types of the tools allow no other.
  const [left, right] = [one as number, other as number];
  if (left < right) return -1;
  return left > right ? 1 : 0;
}
