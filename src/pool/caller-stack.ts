/**
 * Where something was asked for. V8 notes a stack in two microseconds, which is as long as a tiny task takes there and
 * back among many; it writes it down when it is read, which only failures do.
 */

export interface CallerStack {
  readonly stack?: string;
}

interface V8Errors {
  captureStackTrace?: (holder: object, above: unknown) => void;
}

/** So many are worth it at a time: while so many tasks are under way, and in a turn. */
const FEW = 16;

export class CallerStacks {
  readonly #underWay: () => number;
  #noted = 0;

  constructor(underWay: () => number) {
    this.#underWay = underWay;
  }

  /** What called a function of ours, if few others do. */
  note(ours: unknown): CallerStack | undefined {
    if (this.#underWay() >= FEW || ++this.#noted > FEW) return undefined;
    const holder: CallerStack = {};
    (Error as V8Errors).captureStackTrace?.(holder, ours);
    return holder;
  }

  /** A new turn. */
  forget(): void {
    this.#noted = 0;
  }
}

/** The stack of a worker, down to where our code called that of the task. */
export function withoutOurs(stack: string): string {
  if (!home) return stack;
  const lines = stack.split('\n');
  const ours = lines.findIndex((line) => FRAME.test(line) && line.includes(home));
  return ours < 0 ? stack : lines.slice(0, ours).join('\n');
}

const FRAME = /^\s+at /;

/** The folder this is in, as stacks name it. */
const home = /(?:\(|at )((?:file:\/\/)?\S[^(]*?[\\/]pool[\\/])caller-stack\.\w+/.exec(new Error().stack ?? '')?.[1];
