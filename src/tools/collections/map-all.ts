/**
 * What the tools for collections have in common: a function is asked about every item, of all of them together, so that
 * what it asks for goes in the fewest flushes; then something is made of the answers.
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

/** What is asked about each item. It gets the item and nothing else, so that a key of a cache is the item. */
export type ItemFunction<T, R> = (item: T) => R;

interface ItemMapping<T> {
  readonly items: Iterable<T>;
  /** Absent, each item is its own answer. */
  readonly fn: ItemFunction<T, unknown> | undefined;
}

/**
 * The items are taken when it is called, and asked about by each subscription. Fails as `all` does.
 *
 * @throws TypeError at once for what cannot be iterated over, and for what is no function.
 */
export function mapAll<T, V>(
  tool: string,
  { items, fn }: ItemMapping<T>,
  use: (items: readonly T[], answers: readonly unknown[]) => V,
): Future<V> {
  const list = checkedItems(tool, items);
  const ask = fn === undefined ? undefined : asked(tool, fn);
  const body = function* (): Generator<unknown, Box<V>, unknown> {
    if (!ask) return { boxed: use(list, list) };
    const answers = yield* allOf(
      list.map((item) => ask(item)),
      `${tool}()`,
    );
    return { boxed: use(list, answers as readonly unknown[]) }; // `all` of a list is a list
  };
  Object.defineProperty(body, 'name', { value: tool });
  return new Unboxed(task(body)());
}

/** What `use` makes may be an item, and that a future: it is not waited for. */
interface Box<V> {
  readonly boxed: V;
}

class Unboxed<V> extends Future<V> {
  constructor(private readonly inner: Future<Box<V>>) {
    super();
  }

  /** @internal */
  override [begin](sink: Sink<V>, scheduler: BatchScheduler): Execution {
    return this.inner[begin](
      {
        frame: sink.frame,
        name: sink.name,
        above: sink,
        succeed: ({ boxed }) => sink.succeed(boxed),
        fail: (error) => sink.fail(error),
      },
      scheduler,
    );
  }
}

function checkedItems<T>(tool: string, items: Iterable<T>): readonly T[] {
  const isRight =
    typeof items === 'string' || (typeof items === 'object' && (items as unknown) !== null && Symbol.iterator in items);
  // A future can be iterated over as well, for `yield*`.
  if (!isRight || isAsyncInput(items))
    throw invalidOption(`${tool}: its items`, 'an array, or another iterable', items);
  return Array.from(items);
}

function asked<T>(tool: string, fn: ItemFunction<T, unknown>): ItemFunction<T, Future<unknown>> {
  return isBatchFunction(fn) ? fn : asTask(`${tool}: its function`, fn);
}
