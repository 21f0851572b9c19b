/**
 * The common core of the tools for collections: a function is called for all items together, so that what the calls
 * request is loaded in the fewest flushes; then the results are reduced to one value.
 */
import { invalidOption } from '../../core/describe';
import { isAsyncInput } from '../../core/rx';
import { isBatchFunction } from '../../batch/batch';
import { allOf } from '../../future/all';
import { begin, type Execution, type Sink } from '../../future/execution';
import { Future } from '../../future/future';
import type { BatchScheduler } from '../../scheduler/batch-scheduler';
import { task } from '../../task/task';
import { asTask } from '../call-task';

/** A function of one item. It gets no index, so that in a cache the key is the item alone. */
export type ItemFunction<T, R> = (item: T) => R;

interface ItemMapping<T> {
  readonly items: Iterable<T>;
  /** Without it each item is its own result. */
  readonly fn: ItemFunction<T, unknown> | undefined;
}

/**
 * The items are copied at the call; `fn` is called by each subscription. The future fails as `all` does.
 *
 * @throws TypeError at once if `items` is not iterable, or `fn` is not a function.
 */
export function mapAll<T, V>(
  tool: string,
  { items, fn }: ItemMapping<T>,
  reduce: (items: readonly T[], results: readonly unknown[]) => V,
): Future<V> {
  const list = checkedItems(tool, items);
  const itemTask = fn === undefined ? undefined : itemTaskOf(tool, fn);
  const body = function* (): Generator<unknown, Box<V>, unknown> {
    if (!itemTask) return { boxed: reduce(list, list) };
    const results = yield* allOf(
      list.map((item) => itemTask(item)),
      `${tool}()`,
    );
    return { boxed: reduce(list, results as readonly unknown[]) }; // Cast: a list, because `allOf` of a list is a list.
  };
  Object.defineProperty(body, 'name', { value: tool });
  return new UnboxedFuture(task(body)());
}

/** Protects the reduced value: it may be an item that is a future, which the task must not wait for. */
interface Box<V> {
  readonly boxed: V;
}

class UnboxedFuture<V> extends Future<V> {
  constructor(private readonly inner: Future<Box<V>>) {
    super();
  }

  /** @internal */
  override [begin](sink: Sink<V>, scheduler: BatchScheduler): Execution {
    return this.inner[begin](
      {
        frame: sink.frame,
        name: sink.name,
        parent: sink,
        succeed: ({ boxed }) => sink.succeed(boxed),
        fail: (error) => sink.fail(error),
      },
      scheduler,
    );
  }
}

function checkedItems<T>(tool: string, items: Iterable<T>): readonly T[] {
  const isIterable =
    typeof items === 'string' || (typeof items === 'object' && (items as unknown) !== null && Symbol.iterator in items);
  // A future is iterable too, for `yield*`.
  if (!isIterable || isAsyncInput(items))
    throw invalidOption(`${tool}: its items`, 'an array, or another iterable', items);
  return Array.from(items);
}

function itemTaskOf<T>(tool: string, fn: ItemFunction<T, unknown>): ItemFunction<T, Future<unknown>> {
  return isBatchFunction(fn) ? fn : asTask(`${tool}: its function`, fn);
}
