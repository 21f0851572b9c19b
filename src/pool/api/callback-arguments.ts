/**
 * A pool task may be passed as a callback: as the resolver of a batch, or to `map` of an array. The arguments that such a
 * caller adds are not for the function on the thread, and are not sent.
 */
import { isFlush } from '../../batch/resolver';

/**
 * Removes the flush of a batch, and the index and the array of `map`, from the arguments of a call.
 *
 * @param arity number of parameters of the function; undefined if it is unknown
 */
export function removeCallbackArguments(args: unknown[], arity: number | undefined): unknown[] {
  if (args.length === 2 && (arity ?? 0) < 2 && isFlush(args[1])) args.length = 1;
  else if (args.length === 3 && isCallOfMap(args)) {
    // Where it is unknown whether the function has a second parameter, it gets the index, as it would on this thread.
    if (arity === undefined) args.length = 2;
    else if (arity < 3) args.length = Math.max(1, arity);
  }
  return args;
}

const isCallOfMap = ([item, index, list]: readonly unknown[]): boolean =>
  Array.isArray(list) && typeof index === 'number' && index in list && Object.is(list[index], item);
