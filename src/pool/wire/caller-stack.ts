/**
 * Caller stacks are captured where work is requested from a pool, so that its errors show them. V8 captures a stack in
 * two microseconds, about the round trip of one tiny task among many, and formats it when it is read, which only
 * failures do.
 */
import { captureStack, isLibraryFrame, type CapturedStack } from '../../core/call-site';

/** The number of pending tasks from which no stack is captured, and the number of captures in one turn. */
const MAX_CAPTURES = 16;

export class CallerStacks {
  readonly #countPending: () => number;
  #captureCount = 0;

  /** @param countPending returns the number of tasks that have not ended */
  constructor(countPending: () => number) {
    this.#countPending = countPending;
  }

  /**
   * Captures the stack of the caller of `callee`, a function of the library. Returns undefined where many tasks are
   * pending or were requested in this turn: then the captures would cost more than the tasks.
   */
  capture(callee: unknown): CapturedStack | undefined {
    if (this.#countPending() >= MAX_CAPTURES || ++this.#captureCount > MAX_CAPTURES) return undefined;
    return captureStack(callee);
  }

  /** A new turn may capture stacks again. */
  startTurn(): void {
    this.#captureCount = 0;
  }
}

/** Returns the stack of an error in a worker without the frames of the library and all frames below them. */
export function withoutLibraryFrames(stack: string): string {
  const lines = stack.split('\n');
  const firstOfLibrary = lines.findIndex((line) => FRAME.test(line) && isLibraryFrame(line, 'pool'));
  return firstOfLibrary < 0 ? stack : lines.slice(0, firstOfLibrary).join('\n');
}

const FRAME = /^\s+at /;
