/** A call of a task of a pool that no thread runs: its items come from an Observable, here. */
import { from, mergeMap, Observable, of, takeWhile, tap } from 'rxjs';
import { isAsyncInput } from '../../core/rx';
import { begin, type Canceller, type Sink } from '../../future/execution';
import { beginExternalInput } from '../../future/external-input';
import { Call } from '../../pool/api/call';
import type { Demandable } from '../../pool/api/item-iterator';
import type { StreamSink } from '../../pool/host/task-run';
import type { BatchScheduler } from '../../scheduler/batch-scheduler';
import type { Frame } from '../../scheduler/frame';
import { Demand, pulledFrom } from './demand';

export class ItemsCall<T> extends Call<T> {
  constructor(
    private readonly itemsFor: (demand: Demand) => Observable<unknown>,
    private readonly place: { describe(): string },
  ) {
    super();
  }

  /** @internal */
  override [begin](sink: StreamSink<T>, scheduler: BatchScheduler): Demandable {
    const demand = new Demand(sink.isPacing === true);
    const passing = new PassingSink(sink, this.place, scheduler);
    const items$ = this.itemsFor(demand).pipe(
      tap({
        next: (item) => {
          passing.next(item as T); // of whatever a function of this type has given
        },
        complete: () => {
          passing.hasCompleted = true;
        },
      }),
      // eslint-disable-next-line rxjs-x/no-ignored-takewhile-value -- it is the sink that knows whether it takes more
      takeWhile(() => sink.isLeft !== true),
    );
    const execution = beginExternalInput(items$ as Observable<T>, passing, scheduler);
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

/** What a function of a pool has given, as a thread would send it: item by item if it is a stream, promised or not. */
export function itemsOf(result: unknown, demand: Demand): Observable<unknown> {
  if (isPromised(result)) return from(result).pipe(mergeMap((value) => itemsOf(value, demand)));
  return streamOf(result, demand) ?? of(result);
}

/** Undefined for what is a value, or promises one. */
export function streamOf(result: unknown, demand: Demand): Observable<unknown> | undefined {
  if (result instanceof Observable) return result;
  if (isPullable(result)) return pulledFrom(result, demand);
  return isAsyncInput(result) && !isPromised(result) ? from(result) : undefined;
}

/** A future is a promise of a sort, too; but it is an Observable first. */
export const isPromised = (result: unknown): result is PromiseLike<unknown> =>
  isAsyncInput(result) && !(result instanceof Observable) && 'then' in result;

function isPullable(value: unknown): value is Iterable<unknown> | AsyncIterable<unknown> {
  if (typeof value !== 'object' || value === null || 'getReader' in value) return false;
  return Symbol.asyncIterator in value || Object.prototype.toString.call(value) === '[object Generator]';
}

class PassingSink<T> implements Sink<T> {
  readonly frame: Frame | undefined;
  readonly name: string | undefined;
  hasCompleted = false;
  #isEmpty = true;

  constructor(
    private readonly sink: StreamSink<T>,
    private readonly place: { describe(): string },
    private readonly scheduler: BatchScheduler,
  ) {
    this.frame = sink.frame;
    this.name = sink.name;
  }

  get above(): Sink<T> {
    return this.sink;
  }

  describe(): string {
    return this.place.describe();
  }

  next(item: T): void {
    this.#isEmpty = false;
    this.scheduler.runQueue.drive(() => this.sink.next?.(item));
  }

  succeed(value: T): void {
    this.sink.succeed(value);
  }

  /** Where it is a stream, none of it is no failure. */
  fail(error: unknown): void {
    if (this.hasCompleted && this.#isEmpty && this.sink.completed) this.sink.completed();
    else this.sink.fail(error);
  }
}
