/** `decode` restores a value that another thread has encoded. */
import type { EncodedValue, PartRecord } from './encode-value';
import { deserializeError } from './error-deserializer';
import {
  bufferFrom,
  defineField,
  isArray,
  mapGet,
  mapSet,
  newMap,
  setAdd,
  setSize,
  attempt,
  typedArrayBuffer,
  typedArrayByteLength,
  typedArrayOffset,
} from './intrinsics';

/** Makes the copy of the AbortSignal with this index. */
export type CreateSignal = (index: number) => AbortSignal;

export function decode({ root, parts, fills }: EncodedValue, createSignal?: CreateSignal): unknown {
  const restored = newMap<PartRecord, unknown>();
  for (let index = 0; index < parts.length; index += 3) {
    const record = parts[index + 2] as PartRecord;
    const value = mapGet(restored, record) ?? restore(record, createSignal);
    mapSet(restored, record, value);
    defineField(parts[index] as object, parts[index + 1] as PropertyKey, value);
  }
  for (let index = 0; index < fills.length; index += 2) fill(fills[index] as object, fills[index + 1]);
  return root[0];
}

function restore(record: PartRecord, createSignal: CreateSignal | undefined): unknown {
  switch (record.kind) {
    case 'buffer': {
      const { bytes } = record;
      return bufferFrom
        ? bufferFrom(typedArrayBuffer(bytes), typedArrayOffset(bytes), typedArrayByteLength(bytes))
        : bytes;
    }
    case 'signal':
      return createSignal?.(record.index);
    default:
      return deserializeError(record);
  }
}

function fill(container: object, items: unknown): void {
  if (!isArray(items)) return;
  const isSet = !('thrown' in attempt(() => setSize(container)));
  for (let index = 0; index < items.length; index += isSet ? 1 : 2) {
    if (isSet) setAdd(container as Set<unknown>, items[index]);
    else mapSet(container as Map<unknown, unknown>, items[index], items[index + 1]);
  }
}
