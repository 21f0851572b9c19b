/**
 * An object that is shown by what it is and its name: on the console of Node, in JSON and in messages. What it holds may be
 * data of its users, and is not shown.
 */
import { inspected, titled } from './describe';

export abstract class Named {
  abstract readonly name: string;

  /** @internal */
  get [titled](): string {
    return `${this.constructor.name} "${this.name}"`;
  }

  /** Its kind and its name. */
  toJSON(): string {
    return this[titled];
  }

  /** @internal */
  [inspected](): string {
    return this[titled];
  }
}
