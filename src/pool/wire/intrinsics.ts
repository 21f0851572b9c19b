/**
 * Intrinsics are the functions of the platform that sluice uses inside a worker, captured once at load: user code that
 * changes prototypes and globals afterwards does not affect them. A method is a function here, with its `this` as the
 * first argument.
 *
 * Code that runs in a worker walks arrays by index: `for…of`, spread and destructuring call the live iterators.
 */

/** Makes a function of a method. Used only at load, while `call` and `bind` are still those of the platform. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the types of the platform have no methods without `this`
const method = <F>(owner: object, name: PropertyKey): F =>
  // A method that is missing on this platform fails where it is called, not here.
  Function.prototype.call.bind(Reflect.get(owner, name) as (this: unknown) => unknown) as F;

/** Makes a function of the getter of a property. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- as above
export const getter = <F>(owner: object, name: PropertyKey): F =>
  method(Object.getOwnPropertyDescriptor(owner, name) ?? {}, 'get');

/** Binds a function to its namespace or class, which some of them need as `this`. */
const bound = <O extends object, K extends keyof O>(owner: O, name: K): O[K] =>
  (owner[name] as (this: unknown) => unknown).bind(owner) as O[K];

const setPrototype: (object: object, prototype: object | null) => object = bound(Reflect, 'setPrototypeOf') as never;
/**
 * An empty list without a prototype. An element is added by its index, and an accessor that user code has defined for an
 * index of `Array.prototype` does not intercept it. The list has no methods.
 */
export function newList<T>(): T[] {
  const list: T[] = [];
  setPrototype(list, null);
  return list;
}

export const isArray: (value: unknown) => value is unknown[] = bound(Array, 'isArray');
/** Adds an item by definition: an assignment would call an accessor that user code has defined on `Array.prototype`. */
export function arrayPush<T>(list: T[], item: T): void {
  defineField(list, list.length, item);
}
export const arrayIncludes: (list: readonly unknown[], item: unknown) => boolean = method(Array.prototype, 'includes');

export const stringSlice: (text: string, from: number, to?: number) => string = method(String.prototype, 'slice');
export const stringIndexOf: (text: string, part: string, from?: number) => number = method(String.prototype, 'indexOf');
export const charCodeAt: (text: string, index: number) => number = method(String.prototype, 'charCodeAt');

const MapClass = Map;
export const newMap = <K, V>(): Map<K, V> => new MapClass<K, V>();
export const mapGet: <K, V>(map: ReadonlyMap<K, V>, key: K) => V | undefined = method(Map.prototype, 'get');
export const mapHas: <K>(map: ReadonlyMap<K, unknown>, key: K) => boolean = method(Map.prototype, 'has');
export const mapSet: <K, V>(map: Map<K, V>, key: K, value: V) => unknown = method(Map.prototype, 'set');
export const mapForEach: <K, V>(map: ReadonlyMap<K, V>, visit: (value: V, key: K) => void) => void = method(
  Map.prototype,
  'forEach',
);
/** @throws TypeError if it is not a Map, whatever its prototype is. */
export const mapSize: (map: unknown) => number = getter(Map.prototype, 'size');

export const NativeWeakMap = WeakMap;
export const weakMapGet: <K extends object, V>(map: WeakMap<K, V>, key: K) => V | undefined = method(
  WeakMap.prototype,
  'get',
);
export const weakMapSet: <K extends object, V>(map: WeakMap<K, V>, key: K, value: V) => unknown = method(
  WeakMap.prototype,
  'set',
);

const SetClass = Set;
export const newSet = <T>(): Set<T> => new SetClass<T>();
export const setHas: <T>(set: ReadonlySet<T>, item: T) => boolean = method(Set.prototype, 'has');
export const setAdd: <T>(set: Set<T>, item: T) => unknown = method(Set.prototype, 'add');
export const setForEach: <T>(set: ReadonlySet<T>, visit: (item: T) => void) => void = method(Set.prototype, 'forEach');
/** @throws TypeError if it is not a Set, whatever its prototype is. */
export const setSize: (set: unknown) => number = getter(Set.prototype, 'size');

/** The prototype of the Buffers of Node; undefined in a browser. */
export const bufferPrototype: object | undefined =
  typeof Buffer === 'function' ? (Buffer.prototype as object) : undefined;
/** Makes a Buffer on the memory of a typed array. */
export const bufferFrom: ((memory: ArrayBufferLike, from: number, length: number) => Uint8Array) | undefined =
  typeof Buffer === 'function' ? bound(Buffer, 'from') : undefined;

const Bytes = Uint8Array;
export const newBytes = (memory: ArrayBufferLike, from: number, length: number): Uint8Array =>
  new Bytes(memory, from, length);
/** Copies the contents of a typed array into memory of its own. */
export const copyBytes = (bytes: Uint8Array): Uint8Array => new Bytes(bytes);

const Controller = AbortController;
export const newAbortController = (): AbortController => new Controller();
export const abortWith: (controller: AbortController, reason: unknown) => void = method(
  AbortController.prototype,
  'abort',
);

const TypedArrayPrototype = Reflect.getPrototypeOf(Uint8Array.prototype) ?? Uint8Array.prototype;
/** Returns the class name of a typed array; undefined for all else. */
export const typedArrayName: (value: unknown) => string | undefined = getter(TypedArrayPrototype, Symbol.toStringTag);
export const typedArrayBuffer: (view: unknown) => ArrayBufferLike = getter(TypedArrayPrototype, 'buffer');
export const typedArrayOffset: (view: unknown) => number = getter(TypedArrayPrototype, 'byteOffset');
export const typedArrayByteLength: (view: unknown) => number = getter(TypedArrayPrototype, 'byteLength');
/** @throws TypeError if it is not a DataView. */
export const dataViewBuffer: (view: unknown) => ArrayBufferLike = getter(DataView.prototype, 'buffer');
/** @throws TypeError if it is not an ArrayBuffer; a SharedArrayBuffer is not. */
export const bufferByteLength: (buffer: unknown) => number = getter(ArrayBuffer.prototype, 'byteLength');

export const hasOwn: (object: object, key: PropertyKey) => boolean = bound(Object, 'hasOwn');
/** Returns false for a property that cannot be defined. */
export const defineProperty: (object: object, key: PropertyKey, descriptor: object) => boolean = bound(
  Reflect,
  'defineProperty',
);
export const freeze: (object: object) => unknown = bound(Object, 'freeze');
export const objectKeys: (object: object) => string[] = bound(Object, 'keys');
export const objectPrototype: object = Object.prototype;
/** Returns the tag of a value, as `[object Map]`. */
export const objectTag: (value: unknown) => string = method(Object.prototype, 'toString');
// The type of Reflect.apply requires a function; the callers here have checked that already.
export const apply: (fn: unknown, self: unknown, args: readonly unknown[]) => unknown = Reflect.apply.bind(
  Reflect,
) as never;
export const reflectGet: (object: object, key: PropertyKey) => unknown = bound(Reflect, 'get');
export const reflectHas: (object: object, key: PropertyKey) => boolean = bound(Reflect, 'has');
export const ownKeysOf: (object: object) => (string | symbol)[] = bound(Reflect, 'ownKeys');
export const descriptorOf: (object: object, key: PropertyKey) => PropertyDescriptor | undefined = bound(
  Reflect,
  'getOwnPropertyDescriptor',
);
/** Defines an own property as structured clone does: whatever setters the prototypes have. */
export const defineField = (object: object, key: PropertyKey, value: unknown): void => {
  // Without its own `__proto__`, `Object.prototype` could add `get` to the descriptor.
  defineProperty(object, key, { __proto__: null, value, enumerable: true, writable: true, configurable: true });
};
export const prototypeOf: (object: object) => object | null = bound(Reflect, 'getPrototypeOf');

export const asString: (value: unknown) => string = String;
const nodeThreads = (
  globalThis as { process?: { getBuiltinModule?: (name: string) => typeof import('node:worker_threads') | undefined } }
).process?.getBuiltinModule?.('worker_threads');

/** Whether Node refuses to move an object, for example the memory that small Buffers share. Node 20 cannot tell. */
export const isMarkedAsUntransferable: (value: object) => boolean =
  (nodeThreads as { isMarkedAsUntransferable?: (value: object) => boolean } | undefined)?.isMarkedAsUntransferable ??
  (() => false);

function cloneByMessage(value: unknown): unknown {
  if (!nodeThreads) throw new TypeError('This platform has no structuredClone.');
  const { port1, port2 } = new nodeThreads.MessageChannel();
  try {
    port1.postMessage(value);
    // Cast: a message, because one was just sent.
    return (nodeThreads.receiveMessageOnPort(port2) as { readonly message: unknown }).message;
  } finally {
    port1.close();
  }
}

/**
 * Clones a value by structured clone. jsdom, inside jest, has no `structuredClone`.
 *
 * @throws DataCloneError, and what the getters of the value throw.
 */
export const clone: (value: unknown) => unknown =
  typeof structuredClone === 'function' ? structuredClone : cloneByMessage;

export const NativePromise = Promise;
const promisePrototype: object = Promise.prototype;
export const promiseThen: <T, R>(
  promise: PromiseLike<T>,
  onValue: (value: T) => R | PromiseLike<R>,
  onError?: (error: unknown) => R | PromiseLike<R>,
) => Promise<R> = method(Promise.prototype, 'then');
/** Whether `promiseThen` can subscribe to it: a promise of this realm, without a subclass or a `then` of its own. */
export const isPromise = (value: unknown): value is Promise<unknown> =>
  typeof value === 'object' &&
  value !== null &&
  attemptOr(() => prototypeOf(value) === promisePrototype && !hasOwn(value, 'then'), false);
export const now: () => number = bound(performance, 'now');

export const atomics = {
  add: bound(Atomics, 'add'),
  compareExchange: bound(Atomics, 'compareExchange'),
  load: bound(Atomics, 'load'),
  notify: bound(Atomics, 'notify'),
  store: bound(Atomics, 'store'),
  wait: bound(Atomics, 'wait'),
} as const;

export const asyncIteratorKey: typeof Symbol.asyncIterator = Symbol.asyncIterator;
export const NativeSymbol = Symbol;
export const observableKey: symbol = Symbol.for('observable');
export const sluiceErrorKey: symbol = Symbol.for('sluice.error');

/** The outcome of an inspection that may throw, because of a getter or a Proxy. */
export type Attempt<T> = { readonly value: T } | { readonly thrown: unknown };

/** Calls `inspect`, and never throws. The attempt has no prototype, so that its properties can be asked for by `in`. */
export function attempt<T>(inspect: () => T): Attempt<T> {
  try {
    return { __proto__: null, value: inspect() } as Attempt<T>;
  } catch (thrown) {
    return { __proto__: null, thrown } as Attempt<T>;
  }
}

/** Returns what `inspect` returns, or `fallback` if it throws. */
export function attemptOr<T>(inspect: () => T, fallback: T): T {
  try {
    return inspect();
  } catch {
    return fallback;
  }
}
