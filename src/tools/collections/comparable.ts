/** What items are put in order by: plain values, and lists of them, which are compared place by place. */

/** What is missing (`null`, `undefined`, `NaN`) comes last, in whatever direction. */
export type Comparable = string | number | bigint | boolean | Date | null | undefined | readonly Comparable[];

/** The greatest first, or the least. */
export type Direction = 'descending' | 'ascending';

/** Negative where `one` comes before `other`, and zero where neither does. */
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
  // To `<` it is all the same what they are; the types of the tools let only pass what it can tell.
  const [left, right] = [one as number, other as number];
  if (left < right) return -1;
  return left > right ? 1 : 0;
}
