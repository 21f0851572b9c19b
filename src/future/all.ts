/**
 * Waiting for many at once, in any shape. `all` fails with the first failure and cancels the rest; `allSettled` never
 * fails and says how each ended. Leaves are begun left to right, each with all that it starts before the next.
 */
import type { ObservableInput } from 'rxjs';
import { isAsyncInput } from '../core/rx';
import { flatten, type FlatShape, type Awaitable, type AwaitableTree, type AwaitedTree } from '../core/shape';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import { holder, type Frame } from '../scheduler/frame';
import { instrumentation } from '../scheduler/instrumentation';
import type { Runnable } from '../scheduler/run-queue';
import { begin, ended, type Canceller, type Execution, type Sink } from './execution';
import { beginInput } from './external-input';
import { Future } from './future';
import { tellInTurn } from './telling';

/** What a shape becomes when all of it has ended: the same shape, with results at its leaves. */
export type AllSettledValues<S> =
  S extends Awaitable<infer T>
    ? PromiseSettledResult<T>
    : S extends null | undefined
      ? S
      : { -readonly [K in keyof S]: AllSettledValues<S[K]> };

/**
 * A future of the same shape with values at its leaves. `null` and `undefined` pass.
 *
 * @throws TypeError at once, naming the path, if something in the shape cannot be waited for.
 * @example
 * all({ user: userById(7), tags: [tag(1), tag(2)] }).subscribe(({ user, tags }) => console.log(user, tags));
 */
export function all<const S extends AwaitableTree>(shape: S): Future<AwaitedTree<S>>;
export function all<const S extends AwaitableTree>(shape: S, ...others: readonly unknown[]): Future<AwaitedTree<S>> {
  checkOne('all', others);
  return allOf(shape, 'all()') as Future<AwaitedTree<S>>; // it is built from the template of the shape
}

/**
 * A future of the same shape with `{ status, value | reason }` at its leaves, as `Promise.allSettled` gives them.
 *
 * @throws TypeError at once, naming the path, if something in the shape cannot be waited for.
 * @example
 * allSettled([Future.of(1), Future.fail(new Error('no'))]).subscribe(console.log);
 */
export function allSettled<const S extends AwaitableTree>(shape: S): Future<AllSettledValues<S>>;
export function allSettled<const S extends AwaitableTree>(
  shape: S,
  ...others: readonly unknown[]
): Future<AllSettledValues<S>> {
  checkOne('settled', others);
  return new AllFuture<AllSettledValues<S>>(flatten(shape, 'allSettled()'), neverFail);
}

/** In plain JavaScript nobody else says so. What `map` adds to each call, an index and its array, is let pass. */
function checkOne(caller: string, [second]: readonly unknown[]): void {
  if (isAsyncInput(second)) {
    throw new TypeError(
      `${caller}() takes one array or record of futures: write ${caller}([a, b]), not ${caller}(a, b).`,
    );
  }
}

/** `all` for a shape that is not known to be one. */
export const allOf = (shape: unknown, caller: string): Future<unknown> =>
  new AllFuture(flatten(shape, caller), failFast);

interface Mode {
  readonly onValue: (value: unknown) => unknown;
  /** What stands for a failed leaf; absent, a failure fails all. */
  readonly onError?: (reason: unknown) => unknown;
}

const failFast: Mode = { onValue: (value) => value };
const neverFail: Mode = {
  onValue: (value) => ({ status: 'fulfilled', value }),
  onError: (reason) => ({ status: 'rejected', reason }),
};

class AllFuture<T> extends Future<T> {
  constructor(
    private readonly shape: FlatShape,
    private readonly mode: Mode,
  ) {
    super();
  }

  /** @internal */
  override [begin](sink: Sink<T>, scheduler: BatchScheduler): Execution {
    if (this.shape.leaves.length === 0) {
      sink.succeed(this.shape.build([]) as T);
      return ended;
    }
    if (instrumentation.current)
      for (const leaf of this.shape.leaves) instrumentation.current.emit({ type: 'taken', future: leaf as object });
    const execution = new AllExecution(this.shape, this.mode, sink, scheduler);
    scheduler.runQueue.call(execution);
    return execution;
  }
}

class AllExecution implements Execution, Runnable {
  readonly #leaves: LeafExecution[] = [];
  readonly #values: unknown[];
  /** Failures that are to be results. */
  readonly #held: unknown[] = [];
  #pending: number;
  #isOver = false;
  /** The next leaf to begin; once it is over, the next to cancel. */
  #next = 0;
  #canceller: Canceller | undefined;
  #ending = 0;

  constructor(
    private readonly shape: FlatShape,
    private readonly mode: Mode,
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
      runQueue.call(this);
      if (this.#isOver) this.#leaves[this.#next++]?.cancel();
      else this.#beginNext();
      if (!runQueue.takeBack(this)) return;
    }
  }

  #beginNext(): void {
    const index = this.#next++;
    const leaf = new LeafExecution(this, index);
    this.#leaves.push(leaf);
    leaf.begun(beginInput(this.shape.leaves[index] as ObservableInput<unknown>, leaf, this.scheduler));
  }

  succeedLeaf(index: number, value: unknown): void {
    // It ended by itself before its turn to be cancelled came.
    if (this.#isOver) this.leafEnded();
    else this.#put(index, this.mode.onValue(value));
  }

  failLeaf(index: number, error: unknown): void {
    if (this.#isOver) {
      this.frame?.work?.orphaned(error);
      this.leafEnded();
    } else if (this.mode.onError) {
      this.#held.push(error);
      this.#put(index, this.mode.onError(error));
    } else {
      this.#cancelLeaves();
      if (this.#ending > 0) this.#canceller = holder(this.frame);
      tellInTurn(() => this.sink.fail(error), this.scheduler.runQueue);
    }
  }

  cancel(canceller?: Canceller): void {
    if (this.#isOver) return canceller?.cancelled();
    this.#canceller = canceller;
    this.#cancelLeaves();
    // Nobody will see what it held.
    for (const error of this.#held) this.frame?.work?.orphaned(error);
    if (this.#ending === 0) this.#canceller?.cancelled();
  }

  leafEnded(): void {
    if (--this.#ending === 0) this.#canceller?.cancelled();
  }

  #put(index: number, value: unknown): void {
    this.#values[index] = value;
    if (--this.#pending > 0) return;
    this.#isOver = true;
    this.#next = this.#leaves.length;
    tellInTurn(() => this.sink.succeed(this.shape.build(this.#values)), this.scheduler.runQueue);
  }

  /** One after the other, from the first; each with all that its clean-up runs before the next. */
  #cancelLeaves(): void {
    this.#isOver = true;
    this.#next = 0;
    this.#ending = this.#leaves.reduce((count, leaf) => count + (leaf.isOver ? 0 : 1), 0);
    this.scheduler.runQueue.call(this);
  }
}

/** One leaf: the sink of its execution, and its place. */
class LeafExecution implements Sink<unknown>, Canceller {
  #execution: Execution | undefined;
  #state: 'running' | 'cancelled' | 'ended' = 'running';

  constructor(
    private readonly whole: AllExecution,
    private readonly index: number,
  ) {}

  get name(): string | undefined {
    return this.whole.name;
  }

  get frame(): Frame | undefined {
    return this.whole.frame;
  }

  get above(): Sink<unknown> {
    return this.whole.sink;
  }

  get isOver(): boolean {
    return this.#state !== 'running';
  }

  begun(execution: Execution): void {
    // It may have ended meanwhile; or all may have been cancelled by what it did on its way.
    if (this.#state === 'cancelled') execution.cancel(this);
    else if (this.#state === 'running') this.#execution = execution;
  }

  succeed(value: unknown): void {
    this.#end();
    this.whole.succeedLeaf(this.index, value);
  }

  fail(error: unknown): void {
    this.#end();
    this.whole.failLeaf(this.index, error);
  }

  cancel(): void {
    if (this.isOver) return;
    this.#state = 'cancelled';
    this.#execution?.cancel(this);
  }

  cancelled(): void {
    this.whole.leafEnded();
  }

  #end(): void {
    this.#state = 'ended';
    this.#execution = undefined;
  }
}
