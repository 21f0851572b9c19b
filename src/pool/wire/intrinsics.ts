/**
 * What sluice needs of the globals inside a worker, taken once at load: code of a user that changes prototypes and
 * globals afterwards does not reach it. Methods are functions here, with what was `this` as their first argument.
 *
 * Whoever builds on these walks arrays by index: `for…of`, spread and destructuring ask the live iterators.
 */

/** For the time of loading only, while `call` and `bind` are still the platform's. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the platform's types know nothing of methods without `this`
const method = <F>(owner: object, name: PropertyKey): F =>
  // A method that this platform does not have fails where it is called, not here.
  Function.prototype.call.bind(Reflect.get(owner, name) as (this: unknown) => unknown) as F;

/** The same for the getter of a property. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- as above
export const getter = <F>(owner: object, name: PropertyKey): F =>
  method(Object.getOwnPropertyDescriptor(owner, name) ?? {}, 'get');

/** A function of a namespace or class, which may want it for `this`. */
const own = <O extends object, K extends keyof O>(owner: O, name: K): O[K] =>
  (owner[name] as (this: unknown) => unknown).bind(owner) as O[K];

export const isArray: (value: unknown) => value is unknown[] = own(Array, 'isArray');
export const arrayPush: <T>(list: T[], item: T) => number = method(Array.prototype, 'push');
export const arraySlice: <T>(list: readonly T[], from?: number, to?: number) => T[] = method(Array.prototype, 'slice');
export const arraySplice: <T>(list: T[], from: number, count?: number) => T[] = method(Array.prototype, 'splice');
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
/** @throws TypeError if it is no Map, whatever its prototype says. */
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
/** @throws TypeError if it is no Set, whatever its prototype says. */
export const setSize: (set: unknown) => number = getter(Set.prototype, 'size');

const TypedArrayPrototype = Reflect.getPrototypeOf(Uint8Array.prototype) ?? Uint8Array.prototype;
/** What kind of typed array it is; undefined if it is none. */
export const typedArrayName: (value: unknown) => string | undefined = getter(TypedArrayPrototype, Symbol.toStringTag);
export const typedArrayBuffer: (view: unknown) => ArrayBufferLike = getter(TypedArrayPrototype, 'buffer');
/** @throws TypeError if it is no DataView. */
export const dataViewBuffer: (view: unknown) => ArrayBufferLike = getter(DataView.prototype, 'buffer');
/** @throws TypeError if it is no ArrayBuffer; one that is shared is none. */
export const bufferByteLength: (buffer: unknown) => number = getter(ArrayBuffer.prototype, 'byteLength');

export const hasOwn: (object: object, key: PropertyKey) => boolean = own(Object, 'hasOwn');
export const objectKeys: (object: object) => string[] = own(Object, 'keys');
export const objectPrototype: object = Object.prototype;
/** The tag of a value, as `[object Map]`. */
export const objectTag: (value: unknown) => string = method(Object.prototype, 'toString');
// Its own type asks for a function, where whoever calls this has looked already.
export const apply: (fn: unknown, self: unknown, args: readonly unknown[]) => unknown = Reflect.apply.bind(
  Reflect,
) as never;
export const reflectGet: (object: object, key: PropertyKey) => unknown = own(Reflect, 'get');
export const reflectHas: (object: object, key: PropertyKey) => boolean = own(Reflect, 'has');
export const ownKeysOf: (object: object) => (string | symbol)[] = own(Reflect, 'ownKeys');
export const descriptorOf: (object: object, key: PropertyKey) => PropertyDescriptor | undefined = own(
  Reflect,
  'getOwnPropertyDescriptor',
);
export const prototypeOf: (object: object) => object | null = own(Reflect, 'getPrototypeOf');

export const asString: (value: unknown) => string = String;
const nodeThreads = (
  globalThis as { process?: { getBuiltinModule?: (name: string) => typeof import('node:worker_threads') | undefined } }
).process?.getBuiltinModule?.('worker_threads');

function cloneByMessage(value: unknown): unknown {
  if (!nodeThreads) throw new TypeError('This platform has no structuredClone.');
  const { port1, port2 } = new nodeThreads.MessageChannel();
  try {
    port1.postMessage(value);
    return (nodeThreads.receiveMessageOnPort(port2) as { readonly message: unknown }).message; // it was just sent
  } finally {
    port1.close();
  }
}

/** @throws DataCloneError, and whatever the getters of the value throw. jsdom, inside jest, has no `structuredClone`. */
export const clone: (value: unknown) => unknown =
  typeof structuredClone === 'function' ? structuredClone : cloneByMessage;

export const NativePromise = Promise;
const promisePrototype: object = Promise.prototype;
export const promiseThen: <T, R>(
  promise: PromiseLike<T>,
  onValue: (value: T) => R | PromiseLike<R>,
  onError?: (error: unknown) => R | PromiseLike<R>,
) => Promise<R> = method(Promise.prototype, 'then');
/** Whether `promiseThen` is all it takes: it is a promise of this realm, and of no class of its own. */
export const isPromise = (value: unknown): value is Promise<unknown> =>
  typeof value === 'object' &&
  value !== null &&
  attemptOr(() => prototypeOf(value) === promisePrototype && !hasOwn(value, 'then'), false);
export const now: () => number = own(performance, 'now');

export const atomics = {
  add: own(Atomics, 'add'),
  compareExchange: own(Atomics, 'compareExchange'),
  load: own(Atomics, 'load'),
  notify: own(Atomics, 'notify'),
  store: own(Atomics, 'store'),
  wait: own(Atomics, 'wait'),
} as const;

export const asyncIteratorKey: typeof Symbol.asyncIterator = Symbol.asyncIterator;
export const NativeSymbol = Symbol;
export const observableKey: symbol = Symbol.for('observable');
export const sluiceErrorKey: symbol = Symbol.for('sluice.error');

/** What came of looking at something that may throw: its getter, or a Proxy. */
export type Glance<T> = { readonly value: T } | { readonly fault: unknown };

/** Looks, and never throws. */
export function attempt<T>(look: () => T): Glance<T> {
  try {
    return { value: look() };
  } catch (fault) {
    return { fault };
  }
}

/** What looking gives, or else what is to be taken for it. */
export function attemptOr<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch {
    return otherwise;
  }
}
