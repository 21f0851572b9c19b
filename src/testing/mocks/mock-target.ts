/**
 * A mock target is a function that can be mocked. Its mocks form a stack: the top one answers every new call. When the
 * last mock is restored, in any order, the function is as before.
 */
import { from, mergeMap, of } from 'rxjs';
import { batchDefinitionOf } from '../../batch/batch';
import { describe } from '../../core/describe';
import { awaitArguments } from '../../pool/api/call';
import { poolTaskDefinitionOf, type PoolTaskDefinition } from '../../pool/api/pool-task-definition';
import { task } from '../../task/task';
import { taskDefinitionOf, type TaskDefinition } from '../../task/task-body';
import type { BatchDefinition } from '../../batch/batch-queue';
import { ItemsCall, itemsOf } from '../virtual-pool/items-call';

export interface MockedCall {
  readonly self: unknown;
  readonly args: readonly unknown[];
  /** Calls the next lower mock of the stack, or the original. */
  readonly callNext: () => unknown;
}

/** One mock in the stack of a target. */
export interface MockLayer {
  respond(call: MockedCall): unknown;
}

/** Runs in place of the function. Its result may be all that the body of a task may return; so may that of `original`. */
type Substitute = (self: unknown, args: readonly unknown[], original: () => unknown) => unknown;

export class MockTarget {
  #layers: readonly MockLayer[] = [];
  #restoreOriginal: (() => void) | undefined;

  constructor(
    /** The function as named in messages. */
    readonly title: string,
    /** Replaces the function, and returns the function that undoes it. */
    private readonly replace: (substitute: Substitute) => () => void,
  ) {}

  add(layer: MockLayer): void {
    this.#layers = [...this.#layers, layer];
    this.#restoreOriginal ??= this.replace((self, args, original) => {
      // A mock may call the next one later, when the stack has changed.
      const layers = this.#layers;
      const respond = (index: number): unknown =>
        layers[index] ? layers[index].respond({ self, args, callNext: () => respond(index - 1) }) : original();
      return respond(layers.length - 1);
    });
  }

  remove(layer: MockLayer): void {
    this.#layers = this.#layers.filter((each) => each !== layer);
    if (this.#layers.length > 0) return;
    this.#restoreOriginal?.();
    this.#restoreOriginal = undefined;
  }
}

const targets = new WeakMap<object, MockTarget>();

/** @throws TypeError unless `fn` is a task, a batch function or a task of a pool. */
export function mockTargetOf(fn: unknown, caller: string): MockTarget {
  const target = typeof fn === 'function' ? mockTargetOfFunction(fn) : undefined;
  if (target) return target;
  throw new TypeError(
    `${caller}: expected \`fn\` to be a function made by task(), batch() or the task() of a pool; ` +
      `got ${describe(fn)} (${typeof fn}). Mock the task that calls it, or wrap it in task(fn) where it is defined. ` +
      'For other functions and methods, use the mocks of the test runner.',
  );
}

function mockTargetOfFunction(fn: object): MockTarget | undefined {
  const ofTask = taskDefinitionOf(fn);
  if (ofTask) return targetFor(ofTask, `task "${ofTask.name}"`, (by) => replaceTask(ofTask, by));
  const ofBatch = batchDefinitionOf(fn);
  if (ofBatch) return targetFor(ofBatch, `batch "${ofBatch.options.name}"`, (by) => replaceBatch(ofBatch, by));
  const ofPool = poolTaskDefinitionOf(fn);
  return ofPool && targetFor(ofPool, `task "${ofPool.name}" of a pool`, (by) => replacePoolTask(ofPool, by));
}

/** Functions with the same definition share one target. */
function targetFor(definition: object, title: string, replace: (substitute: Substitute) => () => void): MockTarget {
  let target = targets.get(definition);
  if (!target) targets.set(definition, (target = new MockTarget(title, replace)));
  return target;
}

function replaceTask(definition: TaskDefinition, substitute: Substitute): () => void {
  const { body, isGeneratorFunction } = definition;
  definition.body = function (this: unknown, ...args: readonly unknown[]): unknown {
    return substitute(this, args, () => Reflect.apply(body, this, args));
  };
  definition.isGeneratorFunction = false;
  return () => {
    definition.body = body;
    definition.isGeneratorFunction = isGeneratorFunction;
  };
}

/** The answer for a key runs as a task, so that an implementation may be a generator function. */
function replaceBatch(definition: BatchDefinition<unknown, unknown>, substitute: Substitute): () => void {
  const { name } = definition.options;
  definition.substitute = (key, original) => {
    const body = (): unknown => substitute(undefined, [key], () => original);
    return task(Object.defineProperty(body, 'name', { value: name }))();
  };
  return () => {
    definition.substitute = undefined;
  };
}

/** Awaitables among the arguments are awaited first, as in a call on a thread. */
function replacePoolTask(definition: PoolTaskDefinition, substitute: Substitute): () => void {
  definition.substitute = (args, original) =>
    new ItemsCall(
      (demand) =>
        from(awaitArguments(args) ?? of(args)).pipe(
          mergeMap((values) =>
            itemsOf(
              substitute(undefined, values, () => original),
              demand,
            ),
          ),
        ),
      { describe: () => `the mock of task "${definition.name}"` },
    );
  return () => {
    definition.substitute = undefined;
  };
}
