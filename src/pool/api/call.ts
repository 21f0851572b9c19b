/** A call of a pool task is cold: each subscription runs it anew. */
import type { Subscriber } from 'rxjs';
import { all } from '../../future/all';
import type { AsyncValue } from '../../future/async-value';
import { begin, endedExecution, type Execution } from '../../future/execution';
import { Future } from '../../future/future';
import { SingleValueObservable } from '../../future/single-value-observable';
import { SubscriptionSink } from '../../future/subscription-sink';
import { currentScheduler, type BatchScheduler } from '../../scheduler/batch-scheduler';
import { runIn } from '../../scheduler/frame';
import { ItemIterator, type Demandable } from './item-iterator';
import type { StreamSink } from '../host/stream-sink';

/** An argument of a pool task: the value itself, or a future or `AsyncValue` of it, which is awaited first. */
export type Argument<T> = T | AsyncValue<T> | Future<T>;

/** The arguments of a pool task, each of which may be awaited first. */
export type Arguments<A extends readonly unknown[]> = { [K in keyof A]: Argument<A[K]> };

/**
 * A call of a pool task: a Future of its result. The call of a stream emits each item, and the Future has the last one.
 *
 * @example
 * const square = pool.task((n: number) => n * n);
 * square(7).subscribe(console.log); // 49
 */
export abstract class Call<T> extends Future<T> {
  /** @internal */
  abstract override [begin](sink: StreamSink<T>, scheduler: BatchScheduler): Demandable;

  /** Iterates over the items of a stream. The worker produces them on demand, with a window of items sent ahead. */
  [Symbol.asyncIterator](): AsyncIterator<T> {
    return new ItemIterator((sink) => {
      const scheduler = currentScheduler();
      return scheduler.runQueue.drive(() => this[begin](sink, scheduler));
    });
  }

  /** @internal Emits all items of a stream, where other futures emit the last. */
  override _subscribe(subscriber: Subscriber<T>): void {
    this.beginFor(new ItemSink(subscriber, currentScheduler()));
  }
}

/** A future of all arguments, or undefined if none of them has to be awaited. */
export const awaitArguments = (args: readonly unknown[]): Future<unknown[]> | undefined =>
  args.some(isAwaited) ? all(args.map((arg) => (isAwaited(arg) ? arg : Future.of(arg)))) : undefined;

/** A run that has its arguments later. */
interface RunWithoutArguments extends Demandable {
  readonly name: string;
  args: readonly unknown[];
  onOver: (() => void) | undefined;
}

interface ArgumentsConsumer {
  readonly sink: StreamSink<never>;
  readonly scheduler: BatchScheduler;
  /** Called when the run has its arguments. */
  readonly start: () => void;
  /** Called if one of them fails. */
  readonly fail: (error: unknown) => void;
}

/** Awaits the arguments before the run starts, so that no thread is held meanwhile. */
export function startAfter(
  awaitedArgs: Future<unknown[]>,
  run: RunWithoutArguments,
  { sink, scheduler, start, fail }: ArgumentsConsumer,
): Demandable {
  const succeed = (args: readonly unknown[]): void => {
    run.args = args;
    start();
  };
  const execution = awaitedArgs[begin]({ parent: sink, frame: sink.frame, name: run.name, succeed, fail }, scheduler);
  run.onOver = () => scheduler.runQueue.drive(() => execution.cancel());
  return {
    demand: (count) => {
      run.demand?.(count);
    },
    cancel: (canceller) => {
      execution.cancel();
      run.cancel(canceller);
    },
  };
}

/** The execution of a call that is refused. */
export function refused(sink: StreamSink<never>, error: unknown): Execution {
  sink.fail(error);
  return endedExecution;
}

/** A Proxy may throw on `instanceof`. Its task then fails with a TransferError, which says more. */
function isAwaited(arg: unknown): arg is SingleValueObservable<unknown> {
  try {
    return arg instanceof SingleValueObservable;
  } catch {
    return false;
  }
}

/** Emits each item, and completes without the value of the future, which is the last item. */
class ItemSink<T> extends SubscriptionSink<T> implements StreamSink<T> {
  get isClosed(): boolean {
    return this.subscriber.closed;
  }

  next(item: T): void {
    runIn(this.frame, () => {
      this.subscriber.next(item);
    });
  }

  complete(): void {
    this.succeed();
  }

  override succeed(): void {
    this.isOver = true;
    runIn(this.frame, () => {
      this.subscriber.complete();
    });
  }
}
