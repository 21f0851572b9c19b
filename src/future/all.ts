/**
 * `all` and `allSettled` wait for many inputs at once, in any nesting of arrays and records. `all` fails with the first
 * failure and cancels the rest; `allSettled` never fails and reports how each input ended. Inputs begin from left to
 * right, depth first: each starts all of its own work before the next one begins.
 */
import type { ObservableInput } from 'rxjs';
import { isAsyncInput } from '../core/rx';
import { flatten, type FlatShape, type Awaitable, type AwaitableTree, type AwaitedTree } from '../core/shape';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import { holdWork, type Frame } from '../scheduler/frame';
import { instrumentation } from '../scheduler/instrumentation';
import type { Runnable } from '../scheduler/run-queue';
import { begin, endedExecution, type Canceller, type Execution, type Sink } from './execution';
import { beginInput } from './external-input';
import { Future } from './future';
import { deliverBounded } from './bounded-delivery';

/** The result of `allSettled` for a tree of inputs: the same tree, with a settled result in place of each input. */
export type AllSettledValues<S> =
  S extends Awaitable<infer T>
    ? PromiseSettledResult<T>
    : S extends null | undefined
      ? S
      : { -readonly [K in keyof S]: AllSettledValues<S[K]> };

/**
 * Waits for every input of a tree and returns a future of the same tree with values in their place. `null` and
 * `undefined` stay as they are. The first failure fails the future and cancels the other inputs.
 *
 * @param shape one input, or arrays and records of inputs, nested to any depth
 * @throws TypeError at the call, with the path in the tree, if an element is not an input.
 * @example
 * all({ user: userById(7), tags: [tag(1), tag(2)] }).subscribe(({ user, tags }) => console.log(user, tags));
 */
export function all<const S extends AwaitableTree>(shape: S): Future<AwaitedTree<S>>;
export function all<const S extends AwaitableTree>(shape: S, ...others: readonly unknown[]): Future<AwaitedTree<S>> {
  checkSingleArgument('all', others);
  // Cast: safe, because the result is built from the template of the shape.
  return allOf(shape, 'all()') as Future<AwaitedTree<S>>;
}

/**
 * Waits until every input of a tree has ended and returns a future of the same tree with `{ status, value | reason }` in
 * their place. The results have the form of `Promise.allSettled`.
 *
 * @param shape one input, or arrays and records of inputs, nested to any depth
 * @throws TypeError at the call, with the path in the tree, if an element is not an input.
 * @example
 * allSettled([Future.of(1), Future.fail(new Error('no'))]).subscribe(console.log);
 */
export function allSettled<const S extends AwaitableTree>(shape: S): Future<AllSettledValues<S>>;
export function allSettled<const S extends AwaitableTree>(
  shape: S,
  ...others: readonly unknown[]
): Future<AllSettledValues<S>> {
  checkSingleArgument('allSettled', others);
  return new AllFuture<AllSettledValues<S>>(flatten(shape, 'allSettled()'), neverFail);
}

/**
 * Plain JavaScript has no compiler that refuses a second input. The extra arguments that `Array.prototype.map` passes, an
 * index and the array, are allowed.
 */
function checkSingleArgument(caller: string, [second]: readonly unknown[]): void {
  if (isAsyncInput(second)) {
    throw new TypeError(
      `${caller}() takes one array or record of futures: write ${caller}([a, b]), not ${caller}(a, b).`,
    );
  }
}

/** `all` for a shape of unknown type. `caller` names the function in errors. */
export const allOf = (shape: unknown, caller: string): Future<unknown> =>
  new AllFuture(flatten(shape, caller), failFast);

interface SettleMode {
  readonly onValue: (value: unknown) => unknown;
  /** The result that replaces a failed input. Without it, the first failure fails the result. */
  readonly onError?: (reason: unknown) => unknown;
}

const failFast: SettleMode = { onValue: (value) => value };
const neverFail: SettleMode = {
  onValue: (value) => ({ status: 'fulfilled', value }),
  onError: (reason) => ({ status: 'rejected', reason }),
};

class AllFuture<T> extends Future<T> {
  constructor(
    private readonly shape: FlatShape,
    private readonly mode: SettleMode,
  ) {
    super();
  }

  /** @internal */
  override [begin](sink: Sink<T>, scheduler: BatchScheduler): Execution {
    if (this.shape.leaves.length === 0) {
      sink.succeed(this.shape.build([]) as T);
      return endedExecution;
    }
    if (instrumentation.current)
      for (const leaf of this.shape.leaves)
        instrumentation.current.emit({ type: 'future-consumed', future: leaf as object });
    const execution = new AllExecution(this.shape, this.mode, sink, scheduler);
    scheduler.runQueue.runNext(execution);
    return execution;
  }
}

class AllExecution implements Execution, Runnable {
  readonly #leaves: LeafExecution[] = [];
  readonly #values: unknown[];
  /** Failures that `allSettled` will return as results. A cancellation reports them. */
  readonly #collectedErrors: unknown[] = [];
  #pending: number;
  #isOver = false;
  /** Index of the next leaf to begin; after the end, of the next leaf to cancel. */
  #next = 0;
  #canceller: Canceller | undefined;
  /** Number of cancelled leaves whose clean-up has not ended. */
  #pendingCleanUps = 0;

  constructor(
    private readonly shape: FlatShape,
    private readonly mode: SettleMode,
    readonly sink: Sink<unknown>,
    private readonly scheduler: BatchScheduler,
  ) {
    this.#pending = shape.leaves.length;
    this.#values = new Array<unknown>(this.#pending);
  }

  get name(): string | undefined {
    return this.sink.name;
  }

  get frame(): Frame | undefined {
    return this.sink.frame;
  }

  step(): void {
    const { runQueue } = this.scheduler;
    while (this.#isOver ? this.#next < this.#leaves.length : this.#next < this.shape.leaves.length) {
      runQueue.runNext(this);
      if (this.#isOver) this.#leaves[this.#next++]?.cancel();
      else this.#beginNext();
      if (!runQueue.takeBack(this)) return;
    }
  }

  #beginNext(): void {
    const index = this.#next++;
    const leaf = new LeafExecution(this, index);
    this.#leaves.push(leaf);
    leaf.attach(beginInput(this.shape.leaves[index] as ObservableInput<unknown>, leaf, this.scheduler));
  }

  succeedLeaf(index: number, value: unknown): void {
    // A leaf may end by itself before its turn to be cancelled.
    if (this.#isOver) this.onLeafCleanedUp();
    else this.#storeResult(index, this.mode.onValue(value));
  }

  failLeaf(index: number, error: unknown): void {
    if (this.#isOver) {
      this.frame?.work?.orphaned(error);
      this.onLeafCleanedUp();
    } else if (this.mode.onError) {
      this.#collectedErrors.push(error);
      this.#storeResult(index, this.mode.onError(error));
    } else {
      this.#cancelLeaves();
      if (this.#pendingCleanUps > 0) this.#canceller = holdWork(this.frame);
      deliverBounded(() => this.sink.fail(error), this.scheduler.runQueue);
    }
  }

  cancel(canceller?: Canceller): void {
    if (this.#isOver) return canceller?.cancelled();
    this.#canceller = canceller;
    this.#cancelLeaves();
    // No subscriber will receive the failures that were to be results.
    for (const error of this.#collectedErrors) this.frame?.work?.orphaned(error);
    if (this.#pendingCleanUps === 0) this.#canceller?.cancelled();
  }

  get cancelReason(): unknown {
    return this.#canceller?.cancelReason;
  }

  onLeafCleanedUp(): void {
    if (--this.#pendingCleanUps === 0) this.#canceller?.cancelled();
  }

  #storeResult(index: number, value: unknown): void {
    this.#values[index] = value;
    if (--this.#pending > 0) return;
    this.#isOver = true;
    this.#next = this.#leaves.length;
    deliverBounded(() => this.sink.succeed(this.shape.build(this.#values)), this.scheduler.runQueue);
  }

  /** Cancels the leaves in order. The clean-up of each leaf runs as far as it can before the next one is cancelled. */
  #cancelLeaves(): void {
    this.#isOver = true;
    this.#next = 0;
    this.#pendingCleanUps = this.#leaves.reduce((count, leaf) => count + (leaf.isOver ? 0 : 1), 0);
    this.scheduler.runQueue.runNext(this);
  }
}

/** The sink for one leaf: passes the result on together with the index of the leaf. */
class LeafExecution implements Sink<unknown>, Canceller {
  #execution: Execution | undefined;
  #state: 'running' | 'cancelled' | 'ended' = 'running';

  constructor(
    private readonly all: AllExecution,
    private readonly index: number,
  ) {}

  get name(): string | undefined {
    return this.all.name;
  }

  get frame(): Frame | undefined {
    return this.all.frame;
  }

  get parent(): Sink<unknown> {
    return this.all.sink;
  }

  get isOver(): boolean {
    return this.#state !== 'running';
  }

  attach(execution: Execution): void {
    // The leaf may have ended while it began, or may have cancelled all leaves.
    if (this.#state === 'cancelled') execution.cancel(this);
    else if (this.#state === 'running') this.#execution = execution;
  }

  succeed(value: unknown): void {
    this.#end();
    this.all.succeedLeaf(this.index, value);
  }

  fail(error: unknown): void {
    this.#end();
    this.all.failLeaf(this.index, error);
  }

  cancel(): void {
    if (this.isOver) return;
    this.#state = 'cancelled';
    this.#execution?.cancel(this);
  }

  get cancelReason(): unknown {
    return this.all.cancelReason;
  }

  cancelled(): void {
    this.all.onLeafCleanedUp();
  }

  #end(): void {
    this.#state = 'ended';
    this.#execution = undefined;
  }
}
