/** A call of a task of a pool: cold, so that each subscription runs it anew. */
import type { Subscriber, TeardownLogic } from 'rxjs';
import { all } from '../../future/all';
import type { AsyncValue } from '../../future/async-value';
import { begin } from '../../future/execution';
import { Future } from '../../future/future';
import { SingleValueObservable } from '../../future/single-value-observable';
import { currentScheduler, type BatchScheduler } from '../../scheduler/batch-scheduler';
import { frameHere, runIn } from '../../scheduler/frame';
import { ItemIterator, type Demandable } from './item-iterator';
import type { StreamSink } from '../host/task-run';

/** What stands for an argument: itself, or what it is waited for as. */
export type Argument<T> = T | AsyncValue<T> | Future<T>;

/** Each of a list of arguments. */
export type Arguments<A extends readonly unknown[]> = { [K in keyof A]: Argument<A[K]> };

export abstract class Call<T> extends Future<T> {
  /** @internal */
  abstract override [begin](sink: StreamSink<T>, scheduler: BatchScheduler): Demandable;

  /** Its items one by one, as they are asked for: it goes no further than that, and a window of items more. */
  [Symbol.asyncIterator](): AsyncIterator<T> {
    return new ItemIterator((sink) => {
      const scheduler = currentScheduler();
      return scheduler.runQueue.drive(() => this[begin](sink, scheduler));
    });
  }

  /** @internal Emits all items of a stream, where a future has the last. */
  override _subscribe(subscriber: Subscriber<T>): TeardownLogic {
    return this.beginFor(new ItemSink(subscriber));
  }
}

/** What is waited for among arguments; undefined if nothing is. */
export const awaitedIn = (args: readonly unknown[]): Future<unknown[]> | undefined =>
  args.some(isAwaited) ? all(args.map((arg) => (isAwaited(arg) ? arg : Future.of(arg)))) : undefined;

/** A Proxy may throw when it is looked at; that it can't be sent is told later, by the error of its task. */
function isAwaited(arg: unknown): arg is SingleValueObservable<unknown> {
  try {
    return arg instanceof SingleValueObservable;
  } catch {
    return false;
  }
}

class ItemSink<T> implements StreamSink<T> {
  isOver = false;
  readonly frame = frameHere();

  constructor(private readonly subscriber: Subscriber<T>) {}

  get isLeft(): boolean {
    return this.subscriber.closed;
  }

  next(item: T): void {
    runIn(this.frame, () => {
      this.subscriber.next(item);
    });
  }

  completed(): void {
    this.succeed();
  }

  succeed(): void {
    this.isOver = true;
    runIn(this.frame, () => {
      this.subscriber.complete();
    });
  }

  fail(error: unknown): void {
    this.isOver = true;
    runIn(this.frame, () => {
      this.subscriber.error(error);
    });
  }
}
