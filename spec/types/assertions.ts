/** Assertions on types, which the compiler checks. No code of the files that use them is run. */

/** `true` if two types are identical, `any` and optional members included. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the comparison of generic functions is exact
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

interface TypeAssertion<Actual> {
  /** Compiles only if `Expected` is identical to the type. */
  is<Expected>(...proof: Equal<Actual, Expected> extends true ? [] : ['the types differ']): void;
}

/** Asserts the type of a value. */
export declare function typeOf<Actual>(value: Actual): TypeAssertion<Actual>;

/** Asserts the type that a function returns. */
export declare function resultOf<Actual>(call: (...args: never[]) => Actual): TypeAssertion<Actual>;

/** Compiles only if the type argument is `true`. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- there is nothing but the type to check
export declare function expectType<Holds extends true>(...holds: Holds[]): void;

/** A value of the type argument. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller chooses the type
export declare function some<T>(): T;

/** Groups assertions under the name of what they are about. */
export declare function group(name: string, assertions: () => void): void;

/** Groups the statements of one promise about types. */
export declare function compiles(promise: string, statements: () => void): void;
