/** An items call is a call of a pool task that runs on this thread: an Observable delivers its items. */
import { from, mergeMap, Observable, of, takeWhile, tap } from 'rxjs';
import { isAsyncInput } from '../../core/rx';
import { begin, type Canceller } from '../../future/execution';
import { beginExternalInput } from '../../future/external-input';
import { ForwardingSink } from '../../future/forwarding-sink';
import { Call } from '../../pool/api/call';
import type { Demandable } from '../../pool/api/item-iterator';
import type { StreamSink } from '../../pool/host/stream-sink';
import type { BatchScheduler } from '../../scheduler/batch-scheduler';
import { Demand, pulledFrom } from './demand';

export class ItemsCall<T> extends Call<T> {
  constructor(
    private readonly itemsFor: (demand: Demand) => Observable<unknown>,
    private readonly waitsFor: { describe(): string },
  ) {
    super();
  }

  /** @internal */
  override [begin](sink: StreamSink<T>, scheduler: BatchScheduler): Demandable {
    const demand = new Demand(sink.isPulling === true);
    const forwarding = new ItemsSink(sink, this.waitsFor, scheduler);
    const items$ = this.itemsFor(demand).pipe(
      tap({
        next: (item) => {
          forwarding.next(item as T); // Cast: a `T`, because the type of the function guarantees it.
        },
        complete: () => {
          forwarding.hasCompleted = true;
        },
      }),
      // eslint-disable-next-line rxjs-x/no-ignored-takewhile-value -- the condition is a state of the sink, not of the item
      takeWhile(() => sink.isClosed !== true),
    );
    const execution = beginExternalInput(items$ as Observable<T>, forwarding, scheduler);
    return {
      demand: (count) => {
        demand.grant(count);
      },
      cancel: (canceller?: Canceller) => {
        execution.cancel(canceller);
      },
    };
  }
}

/** The items of a result, as a thread sends them: one by one for a stream or a promise of one, else the value alone. */
export function itemsOf(result: unknown, demand: Demand): Observable<unknown> {
  if (isPromised(result)) return from(result).pipe(mergeMap((value) => itemsOf(value, demand)));
  return streamOf(result, demand) ?? of(result);
}

/** The result as a stream; undefined if it is a value or a promise. */
export function streamOf(result: unknown, demand: Demand): Observable<unknown> | undefined {
  if (result instanceof Observable) return result;
  if (isPullable(result)) return pulledFrom(result, demand);
  return isAsyncInput(result) && !isPromised(result) ? from(result) : undefined;
}

/** Whether the result is a thenable. A future has a `then` too, but counts as an Observable. */
export const isPromised = (result: unknown): result is PromiseLike<unknown> =>
  isAsyncInput(result) && !(result instanceof Observable) && 'then' in result;

function isPullable(value: unknown): value is Iterable<unknown> | AsyncIterable<unknown> {
  if (typeof value !== 'object' || value === null || 'getReader' in value) return false;
  return Symbol.asyncIterator in value || Object.prototype.toString.call(value) === '[object Generator]';
}

/** Forwards items to the sink of the call, in a drive of its scheduler. */
class ItemsSink<T> extends ForwardingSink<T, StreamSink<T>> {
  hasCompleted = false;
  #isEmpty = true;

  constructor(
    sink: StreamSink<T>,
    private readonly waitsFor: { describe(): string },
    private readonly scheduler: BatchScheduler,
  ) {
    super(sink);
  }

  describe(): string {
    return this.waitsFor.describe();
  }

  next(item: T): void {
    this.#isEmpty = false;
    this.scheduler.runQueue.drive(() => this.sink.next?.(item));
  }

  /** An empty stream completes: the error of a future without a value does not apply to a stream. */
  override fail(error: unknown): void {
    if (this.hasCompleted && this.#isEmpty && this.sink.complete) this.sink.complete();
    else super.fail(error);
  }
}
