/**
 * A value serializer takes errors and values apart into records, within bounds. It remembers the objects that it has
 * serialized, so that shared objects stay shared, and counts what it has to leave out.
 */
import {
  classesOf,
  hasField,
  isErrorLike,
  isHiddenData,
  STANDARD_FIELDS,
  replaceMessage,
  INHERITABLE_FIELDS,
  readText,
} from './error-inspection';
import type { FieldRecord, SerializedValue, ErrorObjectRecord, ThrownValueRecord } from './error-record';
import {
  bufferOf,
  className,
  describeSafely,
  isContainer,
  isMap,
  isSet,
  describeKind,
  appendKey,
} from './describe-value';
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

/** Levels of causes, or of the value of a field. */
const MAX_DEPTH = 8;
const MAX_NODES = 10_000;
/** Characters of one text. */
const MAX_TEXT_LENGTH = 65_536;
/** Characters of a path in the text for a part that was left out. */
const MAX_PATH_LENGTH = 300;
const MAX_KEY_LENGTH = 1_000;
/** Characters that count for a key or a note beside its own: punctuation, where the record is written as text. */
const KEY_OVERHEAD = 20;
/** Characters of all texts of a record. */
const MAX_TOTAL_TEXT = 1_048_576;
/** Bytes of all buffers of a record. */
const MAX_BYTES = 1_048_576;

interface ValuePosition {
  readonly path: string;
  readonly depth: number;
  /** Whether the value is serialized completely or not at all. */
  readonly isWhole: boolean;
}

export class ValueSerializer {
  readonly #records = newMap<object, SerializedValue | 'in progress'>();
  #nodes = 0;
  #textLength = 0;
  #byteLength = 0;
  /** How many parts were left out because they cannot be cloned. */
  #refused = 0;
  /** How many parts were left out because of a bound. */
  #cut = 0;
  /** How many references back to an ancestor were left out. */
  #cycles = 0;

  error(error: object, path: string, depth: number): ErrorObjectRecord {
    mapSet(this.#records, error, 'in progress');
    const classes = classesOf(error);
    const name = readText(error, 'name') ?? classes[0] ?? 'Error';
    const message = readText(error, 'message') ?? '';
    const shortMessage = this.#shorten(message);
    const stack = attemptOr(() => reflectGet(error, 'stack'), undefined);
    const record: ErrorObjectRecord = {
      kind: 'error',
      classes,
      name: this.#shorten(name),
      message: shortMessage,
      stack:
        typeof stack === 'string'
          ? this.#shorten(replaceMessage(stack, message, shortMessage), MAX_TEXT_LENGTH + shortMessage.length)
          : undefined,
      isSluice: attemptOr(() => reflectHas(error, sluiceErrorKey), false),
      fields: this.#fields(error, path, depth),
    };
    mapSet(this.#records, error, record);
    return record;
  }

  thrown(thrown: unknown): ThrownValueRecord {
    const value = attemptOr(() => this.#whole(thrown, { path: 'thrown', depth: 0, isWhole: true }), undefined);
    if (value) return { kind: 'thrown', text: describeSafely(thrown), value };
    const found = findUncloneable(thrown, 'thrown');
    const why = found && found.path !== 'thrown' ? ` (${found.path} is ${found.what})` : '';
    return { kind: 'thrown', text: this.#shorten(`${describeSafely(thrown)}${why}`), value: undefined };
  }

  #fields(error: object, path: string, depth: number): FieldRecord[] {
    const fields: FieldRecord[] = [];
    const add = (key: string, isHidden: boolean): void => {
      const read = attempt(() => reflectGet(error, key));
      const at = { path: appendKey(path, key), depth: depth + 1, isWhole: false };
      const name = this.#shortenKey(key);
      const value = 'thrown' in read ? this.#brokenGetter(read.thrown, at) : this.#serialize(read.value, at);
      arrayPush(fields, { key: name, value, isHidden });
    };
    // A hidden object is often machinery, as a socket: it is sent completely, or not at all.
    const addHidden = (key: string): void => {
      const hidden: unknown = reflectGet(error, key);
      const before = { refused: this.#refused, cut: this.#cut, cycles: this.#cycles };
      const value = this.#whole(hidden, { path: appendKey(path, key), depth: depth + 1, isWhole: true });
      ({ refused: this.#refused, cut: this.#cut, cycles: this.#cycles } = before);
      if (value) arrayPush(fields, { key: this.#shortenKey(key), value, isHidden: true });
    };
    const isHidden = (key: string): boolean => attemptOr(() => descriptorOf(error, key)?.enumerable !== true, true);
    for (let index = 0; index < INHERITABLE_FIELDS.length; index++) {
      const key = INHERITABLE_FIELDS[index] as string; // The index is in range.
      if (attemptOr(() => hasField(error, key), false)) add(key, isHidden(key));
    }
    const keys = attemptOr(() => ownKeysOf(error), []);
    const hiddenKeys: string[] = [];
    for (let index = 0; index < keys.length && !this.#isFull; index++) {
      const key = keys[index];
      if (typeof key !== 'string' || arrayIncludes(STANDARD_FIELDS, key)) continue;
      if (!isHidden(key)) add(key, false);
      else if (attemptOr(() => isHiddenData(error, key), false)) arrayPush(hiddenKeys, key);
    }
    // Hidden fields come last, because they may use up the room of the record.
    for (let index = 0; index < hiddenKeys.length && !this.#isFull; index++) {
      const key = hiddenKeys[index] as string; // The index is in range.
      attempt(() => {
        addHidden(key);
      });
    }
    return fields;
  }

  get #isFull(): boolean {
    return this.#nodes >= MAX_NODES || this.#textLength >= MAX_TOTAL_TEXT;
  }

  #serialize(value: unknown, position: ValuePosition): SerializedValue {
    if (++this.#nodes > MAX_NODES || this.#textLength >= MAX_TOTAL_TEXT)
      return this.#leaveOut(position, 'the record is too large');
    if (typeof value === 'string') return { is: 'value', value: this.#shorten(value) };
    if (typeof value === 'function' || typeof value === 'symbol') return this.#refuse(value, position);
    if (typeof value !== 'object' || value === null) return { is: 'value', value };
    return attemptOr(() => this.#object(value, position), undefined) ?? this.#refuse(value, position);
  }

  #object(value: object, position: ValuePosition): SerializedValue | undefined {
    const known = mapGet(this.#records, value);
    if (known === 'in progress') {
      this.#cycles++;
      return this.#placeholder(position, `a cycle, back to ${className(value) ?? 'an object'}`);
    }
    if (known) return known;
    if (position.depth > MAX_DEPTH) return this.#leaveOut(position, 'it is nested too deeply');
    if (isErrorLike(value)) return this.#nestedError(value, position);
    if (bufferOf(value)) return this.#buffer(value, position);
    return position.isWhole || isContainer(value) ? this.#container(value, position) : this.#whole(value, position);
  }

  /** An error counts as complete whatever its record leaves out, so that the object around it is kept. */
  #nestedError(error: object, { path, depth }: ValuePosition): ErrorObjectRecord {
    const before = { refused: this.#refused, cut: this.#cut, cycles: this.#cycles };
    const record = this.error(error, path, depth);
    ({ refused: this.#refused, cut: this.#cut, cycles: this.#cycles } = before);
    return record;
  }

  /** Serializes a value completely or not at all: an instance of a class without some of its parts is useless. */
  #whole(value: unknown, position: ValuePosition): SerializedValue | undefined {
    const omitted = this.#refused + this.#cut;
    const cycles = this.#cycles;
    const serialized = this.#serialize(value, { path: position.path, depth: position.depth, isWhole: true });
    if (this.#refused + this.#cut > omitted) return undefined;
    if (typeof value !== 'object' || value === null || isErrorLike(value)) return serialized;
    const whole = this.#clone(value, serialized, this.#cycles > cycles);
    if (whole) mapSet(this.#records, value, whole);
    return whole;
  }

  /** Only structured clone itself shows whether an object is more than its fields, as a Date, a Promise or a socket is. */
  #clone(value: object, serialized: SerializedValue, hasCycle: boolean): SerializedValue | undefined {
    const copy = attemptOr(() => ({ value: clone(value) as object }), undefined);
    if (!copy) return undefined;
    if (hasCycle) return { is: 'value', value: copy.value };
    if (isContainer(value)) return serialized;
    if (objectTag(copy.value) !== '[object Object]') return { is: 'value', value: copy.value };
    return objectKeys(copy.value).length > 0 ? serialized : undefined;
  }

  #buffer(value: object, position: ValuePosition): SerializedValue {
    this.#byteLength += attemptOr(() => bufferByteLength(bufferOf(value)), 0);
    return this.#byteLength > MAX_BYTES
      ? this.#leaveOut(position, 'the record is too large')
      : { is: 'value', value: clone(value) };
  }

  #container(value: object, position: ValuePosition): SerializedValue {
    mapSet(this.#records, value, 'in progress');
    const serialized =
      isArray(value) || isMap(value) || isSet(value) ? this.#list(value, position) : this.#entries(value, position);
    mapSet(this.#records, value, serialized);
    return serialized;
  }

  #list(value: readonly unknown[] | Map<unknown, unknown> | Set<unknown>, position: ValuePosition): SerializedValue {
    const items: SerializedValue[] = [];
    const omitted = this.#refused + this.#cut;
    const isFull = (): boolean => this.#isFull || (position.isWhole && this.#refused + this.#cut > omitted);
    const add = (item: unknown, step: string): void => {
      arrayPush(items, this.#serialize(item, childOf(position, `${position.path}[${step}]`)));
    };
    let index = 0;
    if (isMap(value)) {
      const entries: (readonly [SerializedValue, SerializedValue])[] = [];
      mapForEach(value, (item, key) => {
        if (isFull()) return;
        const child = childOf(position, `${position.path}[${index++}]`);
        arrayPush(entries, [this.#serialize(key, child), this.#serialize(item, child)]);
      });
      if (isFull()) this.#cut++;
      return { is: 'map', entries };
    }
    if (isSet(value)) setForEach(value, (item) => (isFull() ? undefined : add(item, `${index++}`)));
    else for (; index < value.length && !isFull(); index++) add(value[index], `${index}`);
    const remaining = (isSet(value) ? setSize(value) : value.length) - index;
    if (remaining > 0) arrayPush(items, this.#leaveOut(position, `${remaining} more items`));
    return { is: isSet(value) ? 'set' : 'list', items };
  }

  #entries(value: object, position: ValuePosition): SerializedValue {
    const entries: (readonly [string, SerializedValue])[] = [];
    const omitted = this.#refused + this.#cut;
    const keys = objectKeys(value);
    for (let index = 0; index < keys.length; index++) {
      if (position.isWhole && this.#refused + this.#cut > omitted) break;
      const key = keys[index] as string; // The index is in range.
      const at = childOf(position, appendKey(position.path, key));
      if (this.#isFull) {
        arrayPush(entries, ['…', this.#leaveOut(at, `${keys.length - index} more fields`)]);
        break;
      }
      const name = this.#shortenKey(key);
      const read = attempt(() => reflectGet(value, key));
      const item = 'thrown' in read ? this.#brokenGetter(read.thrown, at) : this.#serialize(read.value, at);
      arrayPush(entries, [name, item]);
    }
    return { is: 'object', entries };
  }

  #refuse(value: unknown, position: ValuePosition): SerializedValue {
    this.#refused++;
    const refusal = this.#placeholder(position, `${describeKind(value)} cannot be cloned`);
    if (typeof value === 'object' && value !== null) mapSet(this.#records, value, refusal);
    return refusal;
  }

  #brokenGetter(thrown: unknown, position: ValuePosition): SerializedValue {
    this.#refused++;
    return this.#placeholder(position, `a getter that throws ${describeSafely(thrown)}`);
  }

  #leaveOut(position: ValuePosition, why: string): SerializedValue {
    this.#cut++;
    return this.#placeholder(position, `cut: ${why}`);
  }

  /** The text that stands for a part that was left out. Like all others, it counts towards the bound of the record. */
  #placeholder({ path }: ValuePosition, what: string): SerializedValue {
    const place = path.length > MAX_PATH_LENGTH ? `${stringSlice(path, 0, MAX_PATH_LENGTH)}…` : path;
    const value = `[${place}: ${what}]`;
    const isLast = this.#textLength >= MAX_TOTAL_TEXT;
    this.#textLength += value.length + KEY_OVERHEAD;
    return { is: 'value', value: isLast ? '…' : value };
  }

  /** A key of usual length is kept also where the room for texts is used up. */
  #shortenKey(key: string): string {
    const isLong = key.length > MAX_KEY_LENGTH;
    const name = isLong
      ? `${stringSlice(key, 0, MAX_KEY_LENGTH)}… (${key.length - MAX_KEY_LENGTH} more characters were cut)`
      : key;
    if (isLong) this.#cut++;
    this.#textLength += name.length + KEY_OVERHEAD;
    return name;
  }

  #shorten(text: string, maxLength = MAX_TEXT_LENGTH): string {
    const room = MAX_TOTAL_TEXT > this.#textLength ? MAX_TOTAL_TEXT - this.#textLength : 0;
    const length = room < maxLength ? room : maxLength;
    this.#textLength += text.length < length ? text.length : length;
    if (text.length <= length) return text;
    this.#cut++;
    return `${stringSlice(text, 0, length)}… (${text.length - length} more characters were cut)`;
  }
}

const childOf = ({ depth, isWhole }: ValuePosition, path: string): ValuePosition => ({
  path,
  depth: depth + 1,
  isWhole,
});
