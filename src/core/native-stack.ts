/** Overflows of the native stack are recognised here, and prevented where code must not be interrupted by one. */
import { isError } from './sluice-error';

/** The messages of V8 and JavaScriptCore, and of SpiderMonkey. */
const OVERFLOW_MESSAGES = ['Maximum call stack size exceeded', 'too much recursion'];

/** Whether an error is an overflow of the stack. A regular expression would need stack space to be compiled. */
export const isStackOverflow = (error: unknown): boolean =>
  isError(error) && OVERFLOW_MESSAGES.some((message) => error.message.startsWith(message));

/**
 * Throws unless two kilobytes of the native stack are free.
 *
 * On each call of a function, the engine checks that the frame of the function fits on the stack. The frame has a register
 * for each argument of the longest call in the function, even if that call is never made. The check is one comparison,
 * much cheaper than a recursion of the same depth.
 *
 * @throws RangeError the engine's own error of a stack overflow
 */
export function ensureStackSpace(neverPassed?: (...args: number[]) => void): void {
  // prettier-ignore
  neverPassed?.(
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  );
}
