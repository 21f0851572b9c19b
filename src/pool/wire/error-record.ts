/** The records of thrown values and of values that hold errors, as threads send them to each other. */
export type ErrorRecord = ErrorObjectRecord | ThrownValueRecord;

export interface ErrorObjectRecord {
  readonly kind: 'error';
  /** The names of its class and of the superclasses, nearest first. */
  readonly classes: readonly string[];
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly isSluice: boolean;
  /** All other properties, including `cause`, `errors` and `code`. */
  readonly fields: readonly FieldRecord[];
}

/** The record of a thrown value that is not an Error. */
export interface ThrownValueRecord {
  readonly kind: 'thrown';
  /** A description of the value. */
  readonly text: string;
  /** The value itself; undefined if it cannot be cloned. */
  readonly value: SerializedValue | undefined;
}

export interface FieldRecord {
  readonly key: string;
  readonly value: SerializedValue;
  /** Whether the property is not enumerable. */
  readonly isHidden: boolean;
}

/** A value with its containers taken apart, so that an error inside keeps its class. */
export type SerializedValue =
  | { readonly is: 'value'; readonly value: unknown }
  | ErrorObjectRecord
  | { readonly is: 'list' | 'set'; readonly items: readonly SerializedValue[] }
  | { readonly is: 'map'; readonly entries: readonly (readonly [SerializedValue, SerializedValue])[] }
  | { readonly is: 'object'; readonly entries: readonly (readonly [string, SerializedValue])[] };
