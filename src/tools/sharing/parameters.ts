/**
 * How many of its arguments a function looks at: `Array#map` adds an index and the array, which make no other call of a
 * function that has one parameter.
 */
import { taskDefinitionOf } from '../../task/task-body';

export interface Parameters {
  /** Arguments after so many are never looked at; Infinity where that cannot be told. */
  readonly count: number;
  /** Whether `f(1)` and `f(1, undefined)` are the same to it. */
  readonly takesMissingForUndefined: boolean;
}

type AnyFunction = (...args: never[]) => unknown;

const unknown: Parameters = { count: Infinity, takesMissingForUndefined: false };

/** Those of functions that stand for others, by their body. */
const stoodFor = new WeakMap<object, Parameters>();

/** Notes that a function hands all of its arguments on to another one. */
export function standFor(body: object, fn: AnyFunction): void {
  stoodFor.set(body, parametersOf(fn));
}

export function parametersOf(fn: AnyFunction): Parameters {
  const body: AnyFunction = taskDefinitionOf(fn)?.body ?? fn;
  return stoodFor.get(body) ?? inSource(body.length, Function.prototype.toString.call(body));
}

/** By its source up to its body; any doubt, as by an `=` in a comment, counts as not known. */
function inSource(length: number, source: string): Parameters {
  const head = /^(?:(?:async\s+)?[\w$]+\s*=>|[^]*?\)\s*(?:\{|=>))/.exec(source)?.[0];
  if (head === undefined || source.includes('[native code]')) return unknown;
  if (head.includes('...') || /\b(?:arguments|eval)\b/.test(source)) return unknown;
  return { count: /=(?!>)/.test(head) ? Infinity : length, takesMissingForUndefined: true };
}
