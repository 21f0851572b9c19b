/** The type of a value that has come from another thread: an instance of a class arrives with its fields alone. */

/** The type of a copy: an instance, alone or in a list, a Map or a Set, has lost its methods. */
export type Cloned<T> = 0 extends 1 & T
  ? T
  : T extends readonly unknown[]
    ? { [I in keyof T]: WithoutMethods<T[I]> }
    : T extends Map<infer K, infer V>
      ? Map<WithoutMethods<K>, WithoutMethods<V>>
      : T extends Set<infer V>
        ? Set<WithoutMethods<V>>
        : WithoutMethods<T>;

/** A type without methods keeps its name. */
type WithoutMethods<T> = 0 extends 1 & T
  ? T
  : T extends Kept
    ? T
    : T extends object
      ? [keyof T] extends [DataKeys<T>]
        ? T
        : Pick<T, DataKeys<T>>
      : T;

type DataKeys<T> = { [K in keyof T]-?: NonNullable<T[K]> extends ClonedMethod ? never : K }[keyof T];

type ClonedMethod = (...args: never) => unknown;

/** Types with methods that arrive as they are, or that are refused when the program runs. */
type Kept =
  | ClonedMethod
  | readonly unknown[]
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  | string
  | number
  | bigint
  | boolean
  | symbol
  | Date
  | RegExp
  | Error
  | ArrayBuffer
  | SharedArrayBuffer
  | ArrayBufferView
  | ClonedInstance<'Blob' | 'MessagePort' | 'ReadableStream' | 'WritableStream' | 'TransformStream' | 'ImageBitmap'>;

/** The instances of global classes, as far as the program knows the types of them. */
type ClonedInstance<Name extends string> = Name extends keyof typeof globalThis
  ? (typeof globalThis)[Name] extends abstract new (...args: never) => infer I
    ? I
    : never
  : never;
