/** What the doctor says: each thing once, with the place it is about. */
import { printable } from '../../core/printable';

interface Warning {
  readonly what: string;
  /** What it is about: of that it is said once (the place). */
  readonly subject?: string;
  /** How it showed; another time it may show otherwise, and is the same thing. */
  readonly example?: string;
  readonly how: string;
  /** As a line of a stack. */
  readonly site: string | undefined;
}

export class Warnings {
  readonly #given = new Set<string>();

  warn({ what, example = '', how, site, subject = site ?? what }: Warning): void {
    if (this.#given.has(`${how} ${subject}`)) return;
    this.#given.add(`${how} ${subject}`);
    console.warn(`sluice doctor: ${printable(what)}${site ? `,\n    ${site}\n` : '. '}${printable(example)}${how}`);
  }
}
