/**
 * Takes errors and values apart into records, within bounds. It keeps what it has met already, so that what is shared is
 * shared in the record; and counts what it had to leave out.
 */
import { classesOf, has, isErrorLike, isHiddenData, KNOWN, replaced, TELLING, textOf } from './error-inspection';
import type { FieldRecord, Portable, RecordOfError, RecordOfThrown } from './error-serializer';
import { bufferOf, className, inWords, isBranch, isMap, isSet, kindOf, stepTo } from './describe-value';
import { findUncloneable } from './find-uncloneable';
import {
  arrayIncludes,
  arrayPush,
  attempt,
  attemptOr,
  bufferByteLength,
  clone,
  descriptorOf,
  isArray,
  mapForEach,
  mapGet,
  mapSet,
  newMap,
  objectKeys,
  objectTag,
  ownKeysOf,
  reflectGet,
  reflectHas,
  setForEach,
  setSize,
  sluiceErrorKey,
  stringSlice,
} from './intrinsics';

/** How many causes, or levels of a field, deep. */
const DEEPEST = 8;
const MOST_NODES = 10_000;
/** In characters: of one text, and of all of a record. */
const LONGEST_TEXT = 65_536;
const MOST_TEXT = 1_048_576;
/** In bytes: of the buffers of a record. */
const MOST_BYTES = 1_048_576;

/** Where a value is, and whether nothing of it may be left out. */
interface Place {
  readonly path: string;
  readonly depth: number;
  readonly isWhole: boolean;
}

export class ValueSerializer {
  readonly #made = newMap<object, Portable | 'under way'>();
  #nodes = 0;
  #text = 0;
  #bytes = 0;
  /** What was left out of values so far: because it cannot be cloned, for its size, and where it refers back. */
  #refused = 0;
  #cut = 0;
  #cycles = 0;

  error(error: object, path: string, depth: number): RecordOfError {
    mapSet(this.#made, error, 'under way');
    const classes = classesOf(error);
    const name = textOf(error, 'name') ?? classes[0] ?? 'Error';
    const message = textOf(error, 'message') ?? '';
    const short = this.#shorten(message);
    const stack = attemptOr(() => reflectGet(error, 'stack'), undefined);
    const record: RecordOfError = {
      kind: 'error',
      classes,
      name: this.#shorten(name),
      message: short,
      stack:
        typeof stack === 'string'
          ? this.#shorten(replaced(stack, message, short), LONGEST_TEXT + short.length)
          : undefined,
      isSluice: attemptOr(() => reflectHas(error, sluiceErrorKey), false),
      fields: this.#fields(error, path, depth),
    };
    mapSet(this.#made, error, record);
    return record;
  }

  thrown(thrown: unknown): RecordOfThrown {
    const value = attemptOr(() => this.#whole(thrown, { path: 'thrown', depth: 0, isWhole: true }), undefined);
    if (value) return { kind: 'thrown', text: inWords(thrown), value };
    const found = findUncloneable(thrown, 'thrown');
    const why = found && found.path !== 'thrown' ? ` (${found.path} is ${found.what})` : '';
    return { kind: 'thrown', text: this.#shorten(`${inWords(thrown)}${why}`), value: undefined };
  }

  #fields(error: object, path: string, depth: number): FieldRecord[] {
    const fields: FieldRecord[] = [];
    const add = (key: string, isHidden: boolean): void => {
      const read = attempt(() => reflectGet(error, key));
      const at = { path: stepTo(path, key), depth: depth + 1, isWhole: false };
      const value = 'fault' in read ? this.#broken(read.fault, at) : this.#portable(read.value, at);
      arrayPush(fields, { key, value, isHidden });
    };
    const isHidden = (key: string): boolean => attemptOr(() => descriptorOf(error, key)?.enumerable !== true, true);
    for (let index = 0; index < TELLING.length; index++) {
      const key = TELLING[index] as string; // The index is within.
      if (attemptOr(() => has(error, key), false)) add(key, isHidden(key));
    }
    const keys = attemptOr(() => ownKeysOf(error), []);
    for (let index = 0; index < keys.length && this.#nodes < MOST_NODES; index++) {
      const key = keys[index];
      if (typeof key !== 'string' || arrayIncludes(KNOWN, key)) continue;
      if (!isHidden(key) || attemptOr(() => isHiddenData(error, key), false)) add(key, isHidden(key));
    }
    return fields;
  }

  #portable(value: unknown, place: Place): Portable {
    if (++this.#nodes > MOST_NODES) return this.#leaveOut(place, 'there is too much of it');
    if (typeof value === 'string') return { is: 'value', value: this.#shorten(value) };
    if (typeof value === 'function' || typeof value === 'symbol') return this.#refuse(value, place);
    if (typeof value !== 'object' || value === null) return { is: 'value', value };
    return attemptOr(() => this.#object(value, place), undefined) ?? this.#refuse(value, place);
  }

  #object(value: object, place: Place): Portable | undefined {
    const made = mapGet(this.#made, value);
    if (made === 'under way') {
      this.#cycles++;
      return note(place, `a cycle, back to ${className(value) ?? 'an object'}`);
    }
    if (made) return made;
    if (place.depth > DEEPEST) return this.#leaveOut(place, 'it is too deep');
    if (isErrorLike(value)) return this.#part(value, place);
    if (bufferOf(value)) return this.#buffer(value, place);
    return place.isWhole || isBranch(value) ? this.#branch(value, place) : this.#whole(value, place);
  }

  /** What an error loses is its own affair: what it is in has all of it that there is. */
  #part(error: object, { path, depth }: Place): RecordOfError {
    const before = { refused: this.#refused, cut: this.#cut, cycles: this.#cycles };
    const record = this.error(error, path, depth);
    ({ refused: this.#refused, cut: this.#cut, cycles: this.#cycles } = before);
    return record;
  }

  /** All of it or nothing: an object of a class without some of its parts is not worth having. */
  #whole(value: unknown, place: Place): Portable | undefined {
    const flaws = this.#refused + this.#cut;
    const cycles = this.#cycles;
    const portable = this.#portable(value, { path: place.path, depth: place.depth, isWhole: true });
    if (this.#refused + this.#cut > flaws) return undefined;
    if (typeof value !== 'object' || value === null || isErrorLike(value)) return portable;
    const whole = this.#clone(value, portable, this.#cycles > cycles);
    if (whole) mapSet(this.#made, value, whole);
    return whole;
  }

  /** Whether it is more than its fields, a Date, a Promise or a socket, only structured clone itself can tell. */
  #clone(value: object, portable: Portable, hasCycle: boolean): Portable | undefined {
    const copy = attemptOr(() => ({ value: clone(value) as object }), undefined);
    if (!copy) return undefined;
    if (hasCycle) return { is: 'value', value: copy.value };
    if (isBranch(value)) return portable;
    if (objectTag(copy.value) !== '[object Object]') return { is: 'value', value: copy.value };
    return objectKeys(copy.value).length > 0 ? portable : undefined;
  }

  #buffer(value: object, place: Place): Portable {
    this.#bytes += attemptOr(() => bufferByteLength(bufferOf(value)), 0);
    return this.#bytes > MOST_BYTES
      ? this.#leaveOut(place, 'there is too much of it')
      : { is: 'value', value: clone(value) };
  }

  #branch(value: object, place: Place): Portable {
    mapSet(this.#made, value, 'under way');
    const portable =
      isArray(value) || isMap(value) || isSet(value) ? this.#list(value, place) : this.#entries(value, place);
    mapSet(this.#made, value, portable);
    return portable;
  }

  #list(value: readonly unknown[] | Map<unknown, unknown> | Set<unknown>, place: Place): Portable {
    const items: Portable[] = [];
    const flaws = this.#refused + this.#cut;
    const isFull = (): boolean => this.#nodes >= MOST_NODES || (place.isWhole && this.#refused + this.#cut > flaws);
    const add = (item: unknown, step: string): void =>
      void arrayPush(items, this.#portable(item, inner(place, `${place.path}[${step}]`)));
    let index = 0;
    if (isMap(value)) {
      const entries: (readonly [Portable, Portable])[] = [];
      mapForEach(value, (item, key) => {
        if (isFull()) return;
        const step = inner(place, `${place.path}[${index++}]`);
        arrayPush(entries, [this.#portable(key, step), this.#portable(item, step)]);
      });
      if (isFull()) this.#cut++;
      return { is: 'map', entries };
    }
    if (isSet(value)) setForEach(value, (item) => (isFull() ? undefined : add(item, `${index++}`)));
    else for (; index < value.length && !isFull(); index++) add(value[index], `${index}`);
    const left = (isSet(value) ? setSize(value) : value.length) - index;
    if (left > 0) arrayPush(items, this.#leaveOut(place, `there are ${left} more of them`));
    return { is: isSet(value) ? 'set' : 'list', items };
  }

  #entries(value: object, place: Place): Portable {
    const entries: (readonly [string, Portable])[] = [];
    const flaws = this.#refused + this.#cut;
    const keys = objectKeys(value);
    for (let index = 0; index < keys.length; index++) {
      if (place.isWhole && this.#refused + this.#cut > flaws) break;
      const key = keys[index] as string; // The index is within.
      const at = inner(place, stepTo(place.path, key));
      if (this.#nodes >= MOST_NODES) {
        arrayPush(entries, ['…', this.#leaveOut(at, `there are ${keys.length - index} more of them`)]);
        break;
      }
      const read = attempt(() => reflectGet(value, key));
      const item = 'fault' in read ? this.#broken(read.fault, at) : this.#portable(read.value, at);
      arrayPush(entries, [this.#shorten(key), item]);
    }
    return { is: 'object', entries };
  }

  #refuse(value: unknown, place: Place): Portable {
    this.#refused++;
    const refusal = note(place, `${kindOf(value)} cannot be cloned`);
    if (typeof value === 'object' && value !== null) mapSet(this.#made, value, refusal);
    return refusal;
  }

  #broken(fault: unknown, place: Place): Portable {
    this.#refused++;
    return note(place, `a getter that throws ${inWords(fault)}`);
  }

  #leaveOut(place: Place, why: string): Portable {
    this.#cut++;
    return note(place, `cut, for ${why}`);
  }

  #shorten(text: string, longest = LONGEST_TEXT): string {
    const room = MOST_TEXT - this.#text;
    const most = room < longest ? room : longest;
    this.#text += text.length < most ? text.length : most;
    if (text.length <= most) return text;
    this.#cut++;
    return `${stringSlice(text, 0, most)}… (${text.length - most} more characters were cut)`;
  }
}

const note = ({ path }: Place, what: string): Portable => ({ is: 'value', value: `[${path}: ${what}]` });

const inner = ({ depth, isWhole }: Place, path: string): Place => ({ path, depth: depth + 1, isWhole });
