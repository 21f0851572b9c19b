/** Function ids are the numbers by which the threads of a pool know its functions. */
import { LruMap } from '../../core/lru-map';
import type { FunctionCode } from '../wire/messages';

/** Number of functions that are recognised when they are given again. */
const MAX_FUNCTIONS = 1_000;

export class FunctionIds {
  readonly #ids = new LruMap<string, number>(MAX_FUNCTIONS);
  #next = 0;

  /** A number for each function. Equal code of one name has one number, as long as it was used of late. */
  of(code: FunctionCode, name: string): number {
    const key = `${name} ${code.from ?? ''} ${'source' in code ? code.source : `${code.url}#${code.exportName}`}`;
    let id = this.#ids.get(key);
    if (id === undefined) this.#ids.set(key, (id = this.#next++));
    return id;
  }
}
