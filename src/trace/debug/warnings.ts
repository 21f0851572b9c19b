/** Warnings of the doctor. Each is printed once, with the call site it is about. */
import { printable } from '../../core/printable';

interface Warning {
  /** What is wrong: a clause without a full stop. */
  readonly problem: string;
  /** What the warning is about, for telling repeated warnings: the call site, else the problem. */
  readonly subject?: string;
  /** A sentence on how the problem showed. A repeated warning may have another one. */
  readonly example?: string;
  /** What to do about it. */
  readonly advice: string;
  /** A line of a stack. */
  readonly site: string | undefined;
}

export class Warnings {
  readonly #printed = new Set<string>();

  warn({ problem, example = '', advice, site, subject = site ?? problem }: Warning): void {
    if (this.#printed.has(`${advice} ${subject}`)) return;
    this.#printed.add(`${advice} ${subject}`);
    const where = site ? `,\n    ${site}\n` : '. ';
    console.warn(`sluice doctor: ${printable(problem)}${where}${printable(example)}${advice}`);
  }
}
