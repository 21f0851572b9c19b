/**
 * A named object is displayed as its class and its name: on Node's console, in JSON and in messages. Its content may be
 * private data of users and is not displayed.
 */
import { inspectSymbol, titleSymbol } from './describe';

export abstract class Named {
  abstract readonly name: string;

  /** @internal */
  get [titleSymbol](): string {
    return `${this.constructor.name} "${this.name}"`;
  }

  /** The class and the name. */
  toJSON(): string {
    return this[titleSymbol];
  }

  /** @internal */
  [inspectSymbol](): string {
    return this[titleSymbol];
  }
}
