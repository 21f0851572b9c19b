/**
 * Room on the native stack for what must not be cut short by an overflow of it, and how an overflow is known.
 */
import { isError } from './sluice-error';

/** What V8 and JavaScriptCore say of an overflow, and what SpiderMonkey says. */
const OVERFLOWS = ['Maximum call stack size exceeded', 'too much recursion'];

/** No regular expression: to compile one takes stack, and there may be none left. */
export const isOverflow = (error: unknown): boolean =>
  isError(error) && OVERFLOWS.some((message) => error.message.startsWith(message));

/**
 * Asks for two kilobytes of the native stack and gives them back.
 *
 * To call a function is to check that its frame fits, with a register for each argument of the longest call in it, also
 * one that is never made. That costs a comparison, where a recursion would cost its calls.
 *
 * @throws RangeError, as the overflow that is about to come, where there is no such room.
 */
export function needRoom(never?: (...args: number[]) => void): void {
  // prettier-ignore
  never?.(
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  );
}
