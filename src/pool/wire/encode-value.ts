/**
 * `encode` prepares a value to be posted to another thread. Most values are posted as they are. A value that contains an
 * error, a Buffer or an AbortSignal is posted as a copy without those parts, with a record of each: structured clone alone
 * would keep too little of them. The copy is restored by `decode`.
 */
import { serializeError } from './error-serializer';
import type { ErrorRecord } from './error-record';
import {
  arrayPush,
  attempt,
  bufferByteLength,
  copyBytes,
  defineField,
  isArray,
  isMarkedAsUntransferable,
  mapForEach,
  mapGet,
  mapSet,
  newBytes,
  newMap,
  newSet,
  objectKeys,
  reflectGet,
  setAdd,
  setForEach,
  setHas,
  typedArrayBuffer,
  typedArrayByteLength,
  typedArrayOffset,
} from './intrinsics';
import { objectKindOf } from './object-kind';
import { getTransferList, hasTransferLists } from './transfer';

/** A part of a value in the form in which it is posted. */
export type PartRecord =
  | ErrorRecord
  | { readonly kind: 'buffer'; readonly bytes: Uint8Array }
  /** The index of the signal among those of its message. */
  | { readonly kind: 'signal'; readonly index: number };

/** Structured clone keeps the identity of objects within one message, so the lists refer to containers in the copy. */
export interface EncodedValue {
  /** The copy of the value, at index 0. */
  readonly root: readonly unknown[];
  /** Triples of a container, a key and the record of the part that belongs there. */
  readonly parts: readonly unknown[];
  /** Pairs of an empty Map or Set and the list of its keys and values. */
  readonly fills: readonly unknown[];
}

/** How a value is posted. */
export interface Encoding {
  readonly value: unknown;
  /** What is posted: an `EncodedValue`, or the value itself. */
  readonly data: unknown;
  readonly isEncoded: boolean;
  readonly transferList: readonly unknown[];
  readonly signals: readonly AbortSignal[];
  /** The part that cannot be posted. */
  readonly refused: object | undefined;
}

/** Arguments may have AbortSignals, which are then connected with the other thread. */
export const encodeArguments = (args: readonly unknown[]): Encoding | undefined => {
  for (let index = 0; index < args.length; index++) {
    if (typeof args[index] === 'object' && args[index] !== null) return encode(args, true);
  }
  return undefined;
};

/** Returns how a value is posted; undefined if it is posted as it is. Never throws. */
export function encode(value: unknown, canHaveSignals = false): Encoding | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  // A getter or a Proxy that throws here throws in structured clone as well.
  const scanned = attempt(() => new PartScan().hasParts(value));
  if ('thrown' in scanned || !scanned.value) return undefined;
  const encoder = new Encoder(canHaveSignals);
  const root: unknown[] = [];
  const encoded = attempt(() => {
    encoder.put(root, 0, value);
  });
  if ('thrown' in encoded && encoder.refused === undefined) return undefined;
  const { parts, fills, transferList, signals, refused } = encoder;
  const isEncoded = parts.length > 0;
  return { value, data: isEncoded ? { root, parts, fills } : value, isEncoded, transferList, signals, refused };
}

/** The scan remembers the objects that it visits only in large or deep values: most values are smaller, and have no cycles. */
const MAX_UNREMEMBERED = 10_000;
const MAX_UNREMEMBERED_DEPTH = 30;

/** Searches a value for parts that are not posted as they are. */
class PartScan {
  #visits = 0;
  #depth = 0;
  #seen: Set<object> | undefined;

  hasParts(value: object): boolean {
    if (hasTransferLists() && getTransferList(value)) return true;
    const kind = objectKindOf(value);
    if (kind === 'leaf') return false;
    if (kind !== 'list' && kind !== 'fields' && kind !== 'map' && kind !== 'set') return true;
    if (++this.#visits > MAX_UNREMEMBERED || this.#depth > MAX_UNREMEMBERED_DEPTH) this.#seen ??= newSet();
    if (this.#seen) {
      if (setHas(this.#seen, value)) return false;
      setAdd(this.#seen, value);
    }
    if (isArray(value)) {
      for (let index = 0; index < value.length; index++) if (this.#isPart(value[index])) return true;
      return false;
    }
    let isFound = false;
    if (kind === 'map') {
      mapForEach(value as Map<unknown, unknown>, (item, key) => {
        isFound ||= this.#isPart(key) || this.#isPart(item);
      });
    } else if (kind === 'set') {
      setForEach(value as Set<unknown>, (item) => {
        isFound ||= this.#isPart(item);
      });
    } else {
      const keys = objectKeys(value);
      for (let index = 0; index < keys.length && !isFound; index++)
        isFound = this.#isPart((value as Record<string, unknown>)[keys[index] as string]); // The index is in range.
    }
    return isFound;
  }

  #isPart(value: unknown): boolean {
    if (typeof value !== 'object' || value === null) return false;
    this.#depth++;
    const hasParts = this.hasParts(value);
    this.#depth--;
    return hasParts;
  }
}

class Encoder {
  readonly parts: unknown[] = [];
  readonly fills: unknown[] = [];
  readonly transferList: unknown[] = [];
  readonly signals: AbortSignal[] = [];
  refused: object | undefined;
  readonly #canHaveSignals: boolean;
  /** Copies and records, by the object. */
  readonly #copies = newMap<object, object>();
  readonly #records = newMap<object, PartRecord>();
  readonly #moved = newSet<unknown>();

  constructor(canHaveSignals: boolean) {
    this.#canHaveSignals = canHaveSignals;
  }

  put(container: object, key: PropertyKey, value: unknown): void {
    if (typeof value !== 'object' || value === null) {
      defineField(container, key, value);
      return;
    }
    this.#addTransferList(value);
    const record = mapGet(this.#records, value) ?? this.#record(value);
    // The field is defined without a value, so that the order of the fields is kept.
    defineField(container, key, record ? undefined : this.#copy(value));
    if (!record) return;
    mapSet(this.#records, value, record);
    arrayPush<unknown>(this.parts, container);
    arrayPush<unknown>(this.parts, key);
    arrayPush<unknown>(this.parts, record);
  }

  #addTransferList(value: object): void {
    const list = getTransferList(value);
    if (!list) return;
    const from = this.transferList.length;
    for (let index = 0; index < list.length; index++) {
      const item = list[index];
      // Memory that cannot be moved is copied, as without the mark.
      if (!setHas(this.#moved, item) && !isUnmovableBuffer(item)) arrayPush(this.transferList, item);
    }
    // An object that one list names twice stays there twice, and is refused.
    for (let index = from; index < this.transferList.length; index++) setAdd(this.#moved, this.transferList[index]);
  }

  #record(value: object): PartRecord | undefined {
    if (mapGet(this.#copies, value) !== undefined || setHas(this.#moved, value)) return undefined;
    switch (objectKindOf(value)) {
      case 'error':
        return serializeError(value);
      case 'buffer':
        return { kind: 'buffer', bytes: this.#bytesOf(value as Uint8Array) };
      case 'signal': {
        if (!this.#canHaveSignals) throw this.#refuse(value);
        const index = this.signals.length;
        arrayPush(this.signals, value as AbortSignal);
        return { kind: 'signal', index };
      }
      case 'live':
        throw this.#refuse(value);
      default:
        return undefined;
    }
  }

  /** Structured clone copies all of the memory that a Buffer is a view on: small Buffers share that of others. */
  #bytesOf(buffer: Uint8Array): Uint8Array {
    const memory = typedArrayBuffer(buffer);
    const length = typedArrayByteLength(buffer);
    const isPartOfMemory = isArrayBuffer(memory) && bufferByteLength(memory) !== length;
    return isPartOfMemory && !setHas(this.#moved, memory)
      ? copyBytes(buffer)
      : newBytes(memory, typedArrayOffset(buffer), length);
  }

  #copy(value: object): object {
    const known = mapGet(this.#copies, value);
    if (known !== undefined) return known;
    switch (setHas(this.#moved, value) ? 'leaf' : objectKindOf(value)) {
      case 'list': {
        const copy: unknown[] = [];
        copy.length = (value as unknown[]).length;
        return this.#fieldsOf(value, copy);
      }
      case 'fields':
        return this.#fieldsOf(value, {});
      case 'map': {
        const copy = newMap<unknown, unknown>();
        const items = this.#fill(value, copy);
        mapForEach(value as Map<unknown, unknown>, (item, key) => {
          this.put(items, items.length, key);
          this.put(items, items.length, item);
        });
        return copy;
      }
      case 'set': {
        const copy = newSet<unknown>();
        const items = this.#fill(value, copy);
        setForEach(value as Set<unknown>, (item) => {
          this.put(items, items.length, item);
        });
        return copy;
      }
      default:
        return value;
    }
  }

  #fieldsOf(value: object, copy: object): object {
    mapSet(this.#copies, value, copy);
    const keys = objectKeys(value);
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index] as string; // The index is in range.
      this.put(copy, key, reflectGet(value, key));
    }
    return copy;
  }

  #fill(value: object, copy: object): unknown[] {
    mapSet(this.#copies, value, copy);
    const items: unknown[] = [];
    arrayPush<unknown>(this.fills, copy);
    arrayPush<unknown>(this.fills, items);
    return items;
  }

  #refuse(value: object): Error {
    this.refused = value;
    return new Error('An object cannot be sent to another thread.');
  }
}

/** False for shared memory. */
const isArrayBuffer = (memory: unknown): boolean => 'value' in attempt(() => bufferByteLength(memory));

const isUnmovableBuffer = (item: unknown): boolean =>
  typeof item === 'object' && item !== null && isMarkedAsUntransferable(item) && isArrayBuffer(item);
