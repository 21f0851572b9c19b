/**
 * The place of a function that can be mocked: while mocks lie on it, the topmost answers every call that begins, from
 * wherever; when the last is lifted, in whatever order, the function is as it was.
 */
import { from, mergeMap, of } from 'rxjs';
import { batchDefinitionOf } from '../../batch/batch';
import { describe } from '../../core/describe';
import { awaitedIn } from '../../pool/api/call';
import { poolTaskDefinitionOf, type PoolTaskDefinition } from '../../pool/api/pool-task-definition';
import { task } from '../../task/task';
import { taskDefinitionOf, type TaskDefinition } from '../../task/task-body';
import type { BatchDefinition } from '../../batch/batch-queue';
import { ItemsCall, itemsOf } from '../virtual-pool/items-call';

export interface MockedCall {
  readonly self: unknown;
  readonly args: readonly unknown[];
  /** Calls what lies beneath: another mock, or the original. */
  readonly beneath: () => unknown;
}

export interface Layer {
  respond(call: MockedCall): unknown;
}

/** Gives what the body of a task gives; `original` does so too. */
type Answer = (self: unknown, args: readonly unknown[], original: () => unknown) => unknown;

export class MockTarget {
  #layers: readonly Layer[] = [];
  #uncover: (() => void) | undefined;

  constructor(
    /** For messages. */
    readonly title: string,
    /** Puts an answer in the place of the function; what it gives takes it away again. */
    private readonly cover: (answer: Answer) => () => void,
  ) {}

  add(layer: Layer): void {
    this.#layers = [...this.#layers, layer];
    this.#uncover ??= this.cover((self, args, original) => {
      // As they lie now: who passes a call on may do so later.
      const layers = this.#layers;
      const respond = (index: number): unknown =>
        layers[index] ? layers[index].respond({ self, args, beneath: () => respond(index - 1) }) : original();
      return respond(layers.length - 1);
    });
  }

  remove(layer: Layer): void {
    this.#layers = this.#layers.filter((each) => each !== layer);
    if (this.#layers.length > 0) return;
    this.#uncover?.();
    this.#uncover = undefined;
  }
}

const targets = new WeakMap<object, MockTarget>();

/** @throws TypeError for what is neither a task, nor a batch function, nor a task of a pool. */
export function mockTargetOf(fn: unknown, caller: string): MockTarget {
  const seat = typeof fn === 'function' ? mockTargetOfFunction(fn) : undefined;
  if (seat) return seat;
  throw new TypeError(
    `${caller}: expected its function to be what task(), batch() or the task() of a pool has made; ` +
      `got ${describe(fn)} (${typeof fn}). Mock the task that calls it, or make it one, task(fn), where it is defined; ` +
      'for other functions and methods there is the mock of your test runner.',
  );
}

function mockTargetOfFunction(fn: object): MockTarget | undefined {
  const ofTask = taskDefinitionOf(fn);
  if (ofTask) return mockTargetOn(ofTask, `task "${ofTask.name}"`, (answer) => coverTask(ofTask, answer));
  const ofBatch = batchDefinitionOf(fn);
  if (ofBatch) return mockTargetOn(ofBatch, `batch "${ofBatch.options.name}"`, (answer) => coverBatch(ofBatch, answer));
  const ofPool = poolTaskDefinitionOf(fn);
  return ofPool && mockTargetOn(ofPool, `task "${ofPool.name}" of a pool`, (answer) => coverPoolTask(ofPool, answer));
}

function mockTargetOn(kind: object, title: string, cover: (answer: Answer) => () => void): MockTarget {
  let seat = targets.get(kind);
  if (!seat) targets.set(kind, (seat = new MockTarget(title, cover)));
  return seat;
}

function coverTask(kind: TaskDefinition, answer: Answer): () => void {
  const { body, isGeneratorFunction } = kind;
  kind.body = function (this: unknown, ...args: readonly unknown[]): unknown {
    return answer(this, args, () => Reflect.apply(body, this, args));
  };
  kind.isGeneratorFunction = false;
  return () => {
    kind.body = body;
    kind.isGeneratorFunction = isGeneratorFunction;
  };
}

/** What answers a key is a task, which may be anything that a task may be. */
function coverBatch(kind: BatchDefinition<unknown, unknown>, answer: Answer): () => void {
  const { name } = kind.options;
  kind.substitute = (key, genuine) => {
    const body = (): unknown => answer(undefined, [key], () => genuine);
    return task(Object.defineProperty(body, 'name', { value: name }))();
  };
  return () => {
    kind.substitute = undefined;
  };
}

/** It is called with what was waited for among its arguments, as it would be on its thread. */
function coverPoolTask(kind: PoolTaskDefinition, answer: Answer): () => void {
  kind.substitute = (args, genuine) =>
    new ItemsCall(
      (demand) =>
        from(awaitedIn(args) ?? of(args)).pipe(
          mergeMap((values) =>
            itemsOf(
              answer(undefined, values, () => genuine),
              demand,
            ),
          ),
        ),
      { describe: () => `the mock of task "${kind.name}"` },
    );
  return () => {
    kind.substitute = undefined;
  };
}
