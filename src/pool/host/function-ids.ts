/** A number for each function by its name, the same for the same code: what is sent with each task instead of it. */
import type { FunctionCode } from '../wire/messages';

export class FunctionIds {
  readonly #ids = new Map<string, number>();

  of(code: FunctionCode, name: string): number {
    const key = `${name} ${'source' in code ? code.source : `${code.url}#${code.exportName}`}`;
    let id = this.#ids.get(key);
    if (id === undefined) this.#ids.set(key, (id = this.#ids.size));
    return id;
  }
}
