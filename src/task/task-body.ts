/**
 * The body of a task after its call: always a generator, so that the driver handles one form only. The result of a plain
 * function becomes a generator that yields nothing.
 */
export interface TaskBody {
  next(value: unknown): IteratorResult<unknown, unknown>;
  throw(error: unknown): IteratorResult<unknown, unknown>;
  /** Optional, as for every iterator. A body without it ends at its current yield. */
  return?(value: unknown): IteratorResult<unknown, unknown>;
}

/** The part of a task that all of its calls share. A mock replaces the body for the time of a test. */
export interface TaskDefinition {
  readonly name: string;
  body: (...args: readonly never[]) => unknown;
  /** Whether a call returns a generator for certain, so that its result needs no check. */
  isGeneratorFunction: boolean;
}

/** The property of a task function that holds its definition. */
export const taskDefinition = Symbol('sluice.task');

export const taskDefinitionOf = (fn: object): TaskDefinition | undefined =>
  (fn as { [taskDefinition]?: TaskDefinition })[taskDefinition];

/** One call of a task, which can run any number of times. */
export interface TaskCall {
  readonly definition: TaskDefinition;
  readonly self: unknown;
  readonly args: readonly unknown[];
}

/** Calls the body of a task. Throws what the call throws. */
export function bodyOf({ definition, self, args }: TaskCall): TaskBody {
  const result: unknown = Reflect.apply(definition.body, self, args);
  return definition.isGeneratorFunction || isTaskBody(result) ? (result as TaskBody) : returning(result);
}

export const isGeneratorFunction = (body: object): boolean => tagOf(body) === '[object GeneratorFunction]';
export const isAsyncGeneratorFunction = (body: object): boolean => tagOf(body) === '[object AsyncGeneratorFunction]';

export const isAsyncFunction = (body: object): boolean => tagOf(body) === '[object AsyncFunction]';

const tagOf = (body: object): string => Object.prototype.toString.call(body);

/** A body that waits for one input and returns its value. */
export function* awaiting(input: unknown): Generator<unknown, unknown, unknown> {
  return yield input;
}

function* returning(value: unknown): Generator<unknown, unknown, unknown> {
  return value;
}

/** Whether a value has the methods of a generator. Its class is not checked, so that wrapped generators count too. */
export function isTaskBody(value: unknown): value is TaskBody {
  if (typeof value !== 'object' || value === null) return false;
  const { next, throw: throwInto } = value as Partial<TaskBody>;
  return typeof next === 'function' && typeof throwInto === 'function' && Symbol.iterator in value;
}
