/**
 * The parameters a function uses. `Array#map` adds an index and the array to each call; for a function with one parameter
 * they do not make a different call.
 */
import { taskDefinitionOf } from '../task/task-body';

export interface UsedParameters {
  /** Number of arguments that can have an effect; Infinity if the source does not show it. */
  readonly count: number;
  /** Whether `f(1)` and `f(1, undefined)` have the same effect. */
  readonly takesMissingForUndefined: boolean;
}

type UnknownFunction = (...args: never[]) => unknown;

const unknown: UsedParameters = { count: Infinity, takesMissingForUndefined: false };

/** Parameters of wrapped functions, by the body of the wrapper. */
const inherited = new WeakMap<object, UsedParameters>();

/** Records that `body` passes all its arguments on to `fn`. */
export function inheritParameters(body: object, fn: UnknownFunction): void {
  inherited.set(body, parametersOf(fn));
}

export function parametersOf(fn: UnknownFunction): UsedParameters {
  const body: UnknownFunction = taskDefinitionOf(fn)?.body ?? fn;
  return inherited.get(body) ?? parseParameters(body.length, Function.prototype.toString.call(body));
}

/** Reads the source of a function up to its body; anything doubtful, such as an `=` in a comment, counts as unknown. */
function parseParameters(length: number, source: string): UsedParameters {
  const head = /^(?:(?:async\s+)?[\w$]+\s*=>|[^]*?\)\s*(?:\{|=>))/.exec(source)?.[0];
  if (head === undefined || source.includes('[native code]')) return unknown;
  if (head.includes('...') || /\b(?:arguments|eval)\b/.test(source)) return unknown;
  return { count: /=(?!>)/.test(head) ? Infinity : length, takesMissingForUndefined: true };
}
