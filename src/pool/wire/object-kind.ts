/**
 * The kind of an object decides how it is sent to another thread: part by part, as structured clone does it, as a record of
 * its own, or not at all. A live object has its state outside of its fields: structured clone would make `{}` of it.
 */
import { constructorName, describeKind, isMap, isPlainObject, isSet } from './describe-value';
import { isErrorLike } from './error-inspection';
import {
  attempt,
  attemptOr,
  bufferPrototype,
  clone,
  isArray,
  NativeWeakMap,
  newSet,
  objectKeys,
  objectPrototype,
  objectTag,
  ownKeysOf,
  prototypeOf,
  reflectGet,
  setAdd,
  setHas,
  typedArrayName,
  weakMapGet,
  weakMapSet,
} from './intrinsics';

export type ObjectKind = 'list' | 'fields' | 'map' | 'set' | 'error' | 'buffer' | 'signal' | 'live' | 'leaf';

/** May throw, as the traps of a Proxy may. */
export function objectKindOf(value: object): ObjectKind {
  if (isArray(value)) return 'list';
  const prototype = prototypeOf(value);
  if (prototype === objectPrototype || prototype === null) return 'fields';
  if (prototype === bufferPrototype) return 'buffer';
  if (typedArrayName(value) !== undefined) return 'leaf';
  const tag = objectTag(value);
  if (setHas(leafTags, tag)) return 'leaf';
  if (tag === '[object Map]' && isMap(value)) return 'map';
  if (tag === '[object Set]' && isSet(value)) return 'set';
  if (tag === '[object AbortSignal]' && typeof reflectGet(value, 'aborted') === 'boolean') return 'signal';
  const kind = classKindOf(value, prototype);
  if (kind === 'fields' || kind === 'error' || kind === 'live') return kind;
  return instanceKindOf(value, kind);
}

/** Objects that structured clone copies by their type, whatever their fields are. */
const leafTags = newSet<string>();
for (const name of 'Date RegExp ArrayBuffer SharedArrayBuffer DataView Boolean Number String BigInt'.split(' '))
  setAdd(leafTags, `[object ${name}]`);

/** `bare`: a class without methods and getters. */
type ClassKind = 'fields' | 'error' | 'live' | 'bare' | 'members';

const classKinds = new NativeWeakMap<object, ClassKind>();

function classKindOf(value: object, prototype: object): ClassKind {
  let kind = weakMapGet(classKinds, prototype);
  if (!kind) weakMapSet(classKinds, prototype, (kind = findClassKind(value, prototype)));
  return kind;
}

function findClassKind(value: object, prototype: object): ClassKind {
  if (isPlainObject(value)) return 'fields';
  if (isErrorLike(value)) return 'error';
  // Streams and emitters have fields, but what they are for is in their handles and listeners.
  if (hasMethod(prototype, 'pipe') || (hasMethod(prototype, 'on') && hasMethod(prototype, 'emit'))) return 'live';
  return hasMembers(prototype) ? 'members' : 'bare';
}

const hasMethod = (prototype: object, name: string): boolean =>
  attemptOr(() => typeof reflectGet(prototype, name) === 'function', false);

function hasMembers(prototype: object): boolean {
  for (let current: object | null = prototype; current; current = prototypeOf(current)) {
    if (constructorName(current) === 'Object') return false;
    if (ownKeysOf(current).length > 1) return true;
  }
  return false;
}

/** An instance without fields that structured clone copies may come out of it as another thing, or be refused by it. */
function instanceKindOf(value: object, kind: ClassKind): ObjectKind {
  if (objectKeys(value).length > 0 || (kind === 'bare' && ownKeysOf(value).length === 0)) return 'fields';
  const cloned = attempt(() => clone(value) as object);
  if ('thrown' in cloned) return 'leaf';
  const copy = cloned.value;
  const isEmpty = isPlainObject(copy) && objectKeys(copy).length === 0;
  return isEmpty || objectTag(copy) !== objectTag(value) ? 'live' : 'leaf';
}

/** Describes an object that cannot be sent because its state is not in its fields. */
export const describeLive = (value: object): string => `${describeKind(value)} whose state is not in its fields`;
