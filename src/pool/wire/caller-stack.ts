/**
 * Where something was asked for. V8 notes a stack in two microseconds, which is as long as a tiny task takes there and
 * back among many; it writes it down when it is read, which only failures do.
 */
import { captureStack, isLibraryFrame, type CapturedStack } from '../../core/call-site';

/** So many are worth it at a time: while so many tasks are under way, and in a turn. */
const FEW = 16;

export class CallerStacks {
  readonly #underWay: () => number;
  #noted = 0;

  constructor(underWay: () => number) {
    this.#underWay = underWay;
  }

  /** What called a function of ours, if few others do. */
  note(ours: unknown): CapturedStack | undefined {
    if (this.#underWay() >= FEW || ++this.#noted > FEW) return undefined;
    return captureStack(ours);
  }

  /** A new turn. */
  forget(): void {
    this.#noted = 0;
  }
}

/** The stack of a worker, down to where our code called that of the task. */
export function withoutLibraryFrames(stack: string): string {
  const lines = stack.split('\n');
  const ours = lines.findIndex((line) => FRAME.test(line) && isLibraryFrame(line, 'pool'));
  return ours < 0 ? stack : lines.slice(0, ours).join('\n');
}

const FRAME = /^\s+at /;
