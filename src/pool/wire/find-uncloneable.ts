/**
 * What in a value cannot be sent to another thread: where it is, and what it is. It is asked once structured clone has
 * refused the value, so that an error can name the culprit instead of `#<Object> could not be cloned`.
 *
 * Two searches. A walk knows by sight what is never cloned, in linear time, cycles and all. What only looks like a plain
 * object, a Proxy for one, no code can know: for that, ever smaller parts are given to structured clone itself.
 */
import { article, className, inWords, isMap, isPlain, isRefused, isSet, kindOf, stepTo } from './describe-value';
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
  /** As one would write it: `result.a[2].b`, `args[0].onDone`. */
  readonly path: string;
  /** In words: `function onDone`, `a Promise`. */
  readonly what: string;
}

/** What is nested deeper is not looked for, only told of. */
const DEEPEST = 500;
const MOST_NODES = 200_000;
const MOST_CLONES = 1_000;

/**
 * The first thing in a value that structured clone refuses; undefined if it takes all of it. `root` is what the value is
 * called, and `transferred` what goes over without being cloned. Never throws.
 */
export function findUncloneable(
  value: unknown,
  root: string,
  transferred: readonly unknown[] = [],
): UncloneablePart | undefined {
  return attemptOr(
    () => {
      // With something to transfer it cannot be tried: the trial would take it away.
      if (transferred.length === 0 && !isRefused(value)) return undefined;
      const known = new UncloneableSearch(transferred).find({ value, path: root, inside: '' }, 0);
      return known ?? (transferred.length === 0 ? narrowed(value, root) : undefined);
    },
    { path: root, what: 'something that cannot be looked at' },
  );
}

/** A part of a value: `inside` names the nearest object of a class around it. */
interface Part {
  readonly value: unknown;
  readonly path: string;
  readonly inside: string;
}

/** The parts that structured clone would look at; `broken` is the getter that throws, after them. */
interface Parts {
  readonly list: Part[];
  readonly broken: UncloneablePart | undefined;
}

class UncloneableSearch {
  readonly #seen = newSet<unknown>();
  readonly #transferred: readonly unknown[];
  #nodes = 0;

  constructor(transferred: readonly unknown[]) {
    this.#transferred = transferred;
  }

  find(part: Part, depth: number): UncloneablePart | undefined {
    const { value } = part;
    if (typeof value === 'function' || typeof value === 'symbol') return culprit(part, kindOf(value));
    if (typeof value !== 'object' || value === null || setHas(this.#seen, value)) return undefined;
    if (arrayIncludes(this.#transferred, value)) return undefined;
    setAdd(this.#seen, value);
    if (depth > DEEPEST) return { path: part.path, what: `something nested deeper than ${DEEPEST} levels` };
    if (++this.#nodes > MOST_NODES) return undefined;
    if (attemptOr(() => isOpaque(value), true)) return isRefused(value) ? culprit(part, kindOf(value)) : undefined;
    const { list, broken } = partsOf(part);
    for (let index = 0; index < list.length; index++) {
      const found = this.find(list[index] as Part, depth + 1); // The index is within.
      if (found) return found;
    }
    return broken;
  }
}

/** What is wrong is in what is refused, and in no part of it: so it is that itself. */
function narrowed(value: unknown, root: string): UncloneablePart {
  const paths = newMap<unknown, string>();
  let at: Part = { value, path: root, inside: '' };
  let clones = 0;
  for (;;) {
    if (typeof at.value !== 'object' || at.value === null) return culprit(at, kindOf(at.value));
    mapSet(paths, at.value, at.path);
    const { list } = partsOf(at);
    const unseen: Part[] = [];
    let ancestor: unknown;
    for (let index = 0; index < list.length; index++) {
      const part = list[index] as Part; // The index is within.
      if (mapHas(paths, part.value)) ancestor ??= part.value;
      else if (typeof part.value === 'object' && part.value !== null) arrayPush(unseen, part);
    }
    let from = 0;
    let to = unseen.length;
    const isBad = (start: number, end: number): boolean => clones++ < MOST_CLONES && areRefused(unseen, start, end);
    if (!isBad(from, to)) {
      // It is refused for the sake of what it refers back to.
      if (ancestor !== undefined) at = { ...at, value: ancestor, path: mapGet(paths, ancestor) ?? root };
      return clones < MOST_CLONES ? culprit(at, kindOf(at.value)) : { path: at.path, what: 'something deep inside' };
    }
    while (to - from > 1) {
      const middle = (from + to) >> 1;
      if (isBad(from, middle)) to = middle;
      else from = middle;
    }
    at = unseen[from] as Part; // It is not empty: something in it was refused.
  }
}

const areRefused = (parts: readonly Part[], from: number, to: number): boolean => {
  const values: unknown[] = [];
  for (let index = from; index < to; index++) arrayPush(values, parts[index]?.value);
  return isRefused(values);
};

const culprit = ({ path, inside }: Part, what: string): UncloneablePart => ({
  path,
  what: inside === '' ? what : `${what}, in ${inside}`,
});

/** Whether structured clone does not look at its fields, or does so in a way of its own. */
function isOpaque(value: object): boolean {
  if (isArray(value) || isMap(value) || isSet(value)) return false;
  const tag = objectTag(value);
  return tag !== '[object Object]';
}

/** A Proxy may throw at any look: then it is itself what is broken. */
function partsOf(whole: Part): Parts {
  const looked = attempt(() => lookInto(whole));
  return 'value' in looked ? looked.value : { list: [], broken: culprit(whole, kindOf(whole.value)) };
}

function lookInto(whole: Part): Parts {
  const { value, path } = whole;
  const list: Part[] = [];
  if (typeof value !== 'object' || value === null) return { list, broken: undefined };
  const name = isArray(value) || isMap(value) || isSet(value) || isPlain(value) ? undefined : className(value);
  const inside = name === undefined ? whole.inside : `${article(name)} ${name} at ${path}`;
  const add = (part: unknown, at: string): void => void arrayPush(list, { value: part, path: at, inside });
  if (isMap(value)) {
    mapForEach(value, (item, key) => {
      add(key, `${path}.keys() › ${inWords(key)}`);
      add(item, `${path}.get(${inWords(key)})`);
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
    const key = keys[index] as string; // The index is within.
    const at = isArray(value) && isIndex(key) ? `${path}[${key}]` : stepTo(path, key);
    const read = attempt(() => reflectGet(value, key));
    if ('fault' in read) {
      return { list, broken: culprit({ ...whole, path: at, inside }, `a getter that throws ${inWords(read.fault)}`) };
    }
    add(read.value, at);
  }
  return { list, broken: undefined };
}

const isIndex = (key: string): boolean => {
  const code = charCodeAt(key, 0);
  return code >= 48 && code <= 57;
};
