/** What the doctor says: each thing once, with the place it is about. */
interface Finding {
  readonly what: string;
  readonly how: string;
  /** As a line of a stack. */
  readonly site: string | undefined;
}

export class Advice {
  readonly #given = new Set<string>();

  give({ what, how, site }: Finding): void {
    const subject = site ?? what;
    if (this.#given.has(`${how} ${subject}`)) return;
    this.#given.add(`${how} ${subject}`);
    console.warn(`sluice doctor: ${what}${site ? `,\n    ${site}\n` : '. '}${how}`);
  }
}
