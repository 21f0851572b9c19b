/**
 * `findUncloneable` finds the part of a value that cannot be sent to another thread. It runs after structured clone has
 * refused the value, so that an error can name that part instead of `#<Object> could not be cloned`.
 *
 * It searches twice. A walk finds what is known to be never cloned, in linear time, also through cycles. Some objects,
 * for example a Proxy, look like plain objects to every check: for those, a binary search gives smaller and smaller parts
 * to structured clone itself.
 */
import {
  article,
  className,
  describeSafely,
  isMap,
  isPlainObject,
  isUncloneable,
  isSet,
  describeKind,
  appendKey,
} from './describe-value';
import { isErrorLike } from './error-inspection';
import { describeLive } from './object-kind';
import {
  arrayIncludes,
  arrayPush,
  attempt,
  attemptOr,
  charCodeAt,
  isArray,
  mapForEach,
  mapGet,
  mapHas,
  mapSet,
  newMap,
  newSet,
  objectKeys,
  objectTag,
  reflectGet,
  setAdd,
  setForEach,
  setHas,
} from './intrinsics';

export interface UncloneablePart {
  /** An access path in JavaScript notation: `result.a[2].b`, `args[0].onDone`. */
  readonly path: string;
  /** A description: `the function onDone`, `a Promise`. */
  readonly what: string;
}

/** The walk stops at this depth and reports it. */
const MAX_DEPTH = 500;
const MAX_NODES = 200_000;
const MAX_CLONES = 1_000;

/**
 * Returns the first part of a value that structured clone refuses; undefined if it accepts the whole value. Never throws.
 *
 * @param root the name of the value, with which paths begin
 * @param transferred the objects that are not cloned but moved, or sent in another way
 * @param refused an object that structured clone accepts, but that is not sent
 */
export function findUncloneable(
  value: unknown,
  root: string,
  transferred: readonly unknown[] = [],
  refused?: object,
): UncloneablePart | undefined {
  return attemptOr(
    () => {
      // A trial clone with a transfer list would move the objects in it away.
      if (transferred.length === 0 && !refused && !isUncloneable(value)) return undefined;
      const found = new UncloneableWalk(transferred, refused).find({ value, path: root, inside: '' }, 0);
      return found ?? (transferred.length === 0 ? narrowDown(value, root) : undefined);
    },
    { path: root, what: 'a value that throws when it is inspected' },
  );
}

interface ValuePart {
  readonly value: unknown;
  readonly path: string;
  /** The nearest class instance around it, as `a Job at args[0]`; empty if there is none. */
  readonly inside: string;
}

interface ValueParts {
  /** The parts that structured clone would read. */
  readonly list: ValuePart[];
  /** A getter after those parts that throws. */
  readonly broken: UncloneablePart | undefined;
}

class UncloneableWalk {
  readonly #seen = newSet<unknown>();
  readonly #transferred: readonly unknown[];
  readonly #refused: object | undefined;
  #nodes = 0;

  constructor(transferred: readonly unknown[], refused: object | undefined) {
    this.#transferred = transferred;
    this.#refused = refused;
  }

  find(part: ValuePart, depth: number): UncloneablePart | undefined {
    const { value } = part;
    if (typeof value === 'function' || typeof value === 'symbol') return culprit(part, describeKind(value));
    if (typeof value !== 'object' || value === null || setHas(this.#seen, value)) return undefined;
    if (arrayIncludes(this.#transferred, value)) return undefined;
    if (value === this.#refused && !isUncloneable(value)) return culprit(part, describeLive(value));
    // An error is sent as a record, which can always be cloned.
    if (isErrorLike(value)) return undefined;
    setAdd(this.#seen, value);
    if (depth > MAX_DEPTH) return { path: part.path, what: `a value nested deeper than ${MAX_DEPTH} levels` };
    if (++this.#nodes > MAX_NODES) return undefined;
    if (attemptOr(() => isOpaque(value), true))
      return isUncloneable(value) ? culprit(part, describeKind(value)) : undefined;
    const { list, broken } = partsOf(part);
    for (let index = 0; index < list.length; index++) {
      const found = this.find(list[index] as ValuePart, depth + 1); // The index is in range.
      if (found) return found;
    }
    return broken;
  }
}

/** Descends into the part that is refused until no part of it is refused: then it is the uncloneable one itself. */
function narrowDown(value: unknown, root: string): UncloneablePart {
  const paths = newMap<unknown, string>();
  let current: ValuePart = { value, path: root, inside: '' };
  let clones = 0;
  for (;;) {
    if (typeof current.value !== 'object' || current.value === null)
      return culprit(current, describeKind(current.value));
    mapSet(paths, current.value, current.path);
    const { list } = partsOf(current);
    const unseen: ValuePart[] = [];
    let ancestor: unknown;
    for (let index = 0; index < list.length; index++) {
      const part = list[index] as ValuePart; // The index is in range.
      if (mapHas(paths, part.value)) ancestor ??= part.value;
      else if (typeof part.value === 'object' && part.value !== null) arrayPush(unseen, part);
    }
    let from = 0;
    let to = unseen.length;
    const isAnyUncloneable = (start: number, end: number): boolean =>
      clones++ < MAX_CLONES && areUncloneable(unseen, start, end);
    if (!isAnyUncloneable(from, to)) {
      // It is refused only because it refers back to an ancestor.
      if (ancestor !== undefined) current = { ...current, value: ancestor, path: mapGet(paths, ancestor) ?? root };
      return clones < MAX_CLONES
        ? culprit(current, describeKind(current.value))
        : { path: current.path, what: 'a value with an uncloneable part deep inside' };
    }
    while (to - from > 1) {
      const middle = (from + to) >> 1;
      if (isAnyUncloneable(from, middle)) to = middle;
      else from = middle;
    }
    current = unseen[from] as ValuePart; // The list is not empty: a part of it was refused.
  }
}

const areUncloneable = (parts: readonly ValuePart[], from: number, to: number): boolean => {
  const values: unknown[] = [];
  for (let index = from; index < to; index++) arrayPush(values, parts[index]?.value);
  return isUncloneable(values);
};

const culprit = ({ path, inside }: ValuePart, what: string): UncloneablePart => ({
  path,
  what: inside === '' ? what : `${what}, in ${inside}`,
});

/** Whether structured clone treats the object by its type instead of reading its fields. */
function isOpaque(value: object): boolean {
  if (isArray(value) || isMap(value) || isSet(value)) return false;
  const tag = objectTag(value);
  return tag !== '[object Object]';
}

/** A Proxy may throw at any inspection: then the Proxy itself is uncloneable. */
function partsOf(whole: ValuePart): ValueParts {
  const parts = attempt(() => listParts(whole));
  return 'value' in parts ? parts.value : { list: [], broken: culprit(whole, describeKind(whole.value)) };
}

function listParts(whole: ValuePart): ValueParts {
  const { value, path } = whole;
  const list: ValuePart[] = [];
  if (typeof value !== 'object' || value === null) return { list, broken: undefined };
  const name = isArray(value) || isMap(value) || isSet(value) || isPlainObject(value) ? undefined : className(value);
  const inside = name === undefined ? whole.inside : `${article(name)} ${name} at ${path}`;
  const add = (part: unknown, at: string): void => {
    arrayPush(list, { value: part, path: at, inside });
  };
  if (isMap(value)) {
    mapForEach(value, (item, key) => {
      add(key, `${path}.keys() › ${describeSafely(key)}`);
      add(item, `${path}.get(${describeSafely(key)})`);
    });
    return { list, broken: undefined };
  }
  if (isSet(value)) {
    let count = 0;
    setForEach(value, (item) => add(item, `${path} › [${count++}]`));
    return { list, broken: undefined };
  }
  const keys = objectKeys(value);
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index] as string; // The index is in range.
    const at = isArray(value) && isIndex(key) ? `${path}[${key}]` : appendKey(path, key);
    const read = attempt(() => reflectGet(value, key));
    if ('thrown' in read) {
      return {
        list,
        broken: culprit({ ...whole, path: at, inside }, `a getter that throws ${describeSafely(read.thrown)}`),
      };
    }
    add(read.value, at);
  }
  return { list, broken: undefined };
}

const isIndex = (key: string): boolean => {
  const code = charCodeAt(key, 0);
  return code >= 48 && code <= 57;
};
