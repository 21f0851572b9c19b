/**
 * The body of a task, once called: a generator in every case, so that the driver knows only one thing. What a plain
 * function returns is a generator that has nothing to yield.
 */
export interface TaskBody {
  next(value: unknown): IteratorResult<unknown, unknown>;
  throw(error: unknown): IteratorResult<unknown, unknown>;
  /** An iterator need not have it: then it is over where it stands. */
  return?(value: unknown): IteratorResult<unknown, unknown>;
}

/** What all calls of a task have in common. A test may exchange its body, for as long as it lasts. */
export interface TaskDefinition {
  readonly name: string;
  body: (...args: readonly never[]) => unknown;
  /** A call of it gives a generator for certain, so none needs to be looked at. */
  isGeneratorFunction: boolean;
}

/** Where a function that was made a task has what it was made of. */
export const definitions = Symbol('sluice.task');

export const taskDefinitionOf = (made: object): TaskDefinition | undefined =>
  (made as { [definitions]?: TaskDefinition })[definitions];

/** One call of a task, to be run any number of times. */
export interface TaskCall {
  readonly definition: TaskDefinition;
  readonly self: unknown;
  readonly args: readonly unknown[];
}

/** Calls it; throws what the call throws. */
export function bodyOf({ definition: kind, self, args }: TaskCall): TaskBody {
  const result: unknown = Reflect.apply(kind.body, self, args);
  return kind.isGeneratorFunction || isTaskBody(result) ? (result as TaskBody) : returning(result);
}

export const isGeneratorFunction = (body: object): boolean => tagOf(body) === '[object GeneratorFunction]';
export const isAsyncGeneratorFunction = (body: object): boolean => tagOf(body) === '[object AsyncGeneratorFunction]';

export const isAsyncFunction = (body: object): boolean => tagOf(body) === '[object AsyncFunction]';

const tagOf = (body: object): string => Object.prototype.toString.call(body);

/** A body that waits for one thing and returns its value. */
export function* awaiting(input: unknown): Generator<unknown, unknown, unknown> {
  return yield input;
}

function* returning(value: unknown): Generator<unknown, unknown, unknown> {
  return value;
}

/** By its methods, not by its class: a wrapper around a generator function is one too. */
export function isTaskBody(value: unknown): value is TaskBody {
  if (typeof value !== 'object' || value === null) return false;
  const { next, throw: throwInto } = value as Partial<TaskBody>;
  return typeof next === 'function' && typeof throwInto === 'function' && Symbol.iterator in value;
}
