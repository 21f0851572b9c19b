/** The result of a function of the caller that has to be an Observable input, as for `mergeMap`. */
import type { ObservableInput } from 'rxjs';
import { invalidOption } from './describe';
import { isAsyncInput } from './rx';

/**
 * @param place the start of the message: `pullMap: the result of its project`
 * @throws TypeError for a plain value, which RxJS would refuse without a name
 */
export function checkInput<T>(place: string, input: ObservableInput<T>): ObservableInput<T> {
  if (isAsyncInput(input) || isSyncInput(input)) return input;
  const error = invalidOption(place, 'an Observable, a future, a promise or an iterable', input);
  error.message += ' Return of(value) for a plain value, and EMPTY for none.';
  throw error;
}

const isSyncInput = (value: unknown): boolean =>
  typeof value === 'string' ||
  (typeof value === 'object' && value !== null && (Symbol.iterator in value || 'length' in value));
