/**
 * A cold Observable of exactly one value. Building it does nothing; each subscription runs it anew.
 *
 * It is a lazy thenable, as a query builder's is: awaiting it runs it, and so does returning it from an `async`
 * function. The idea is asynq's future, made cold.
 */
import { from as inputFrom, type ObservableInput } from 'rxjs';
import { invalidOption } from '../core/describe';
import { currentScheduler, type BatchScheduler } from '../scheduler/batch-scheduler';
import { runIn } from '../scheduler/frame';
import type { AsyncValue } from './async-value';
import { begin, ended, type Execution, type Sink } from './execution';
import { beginInput } from './external-input';
import { SingleValueObservable } from './single-value-observable';
import { StartedFuture } from './started-future';

export abstract class Future<T> extends SingleValueObservable<T> {
  /**
   * A future that has its value already.
   *
   * @example
   * Future.of(7).subscribe(console.log); // 7
   */
  static of<T>(value: T): Future<T> {
    return new BegunBy((sink) => {
      sink.succeed(value);
      return ended;
    });
  }

  /** A future that fails. */
  static fail(error: unknown): Future<never> {
    return new BegunBy((sink) => {
      sink.fail(error);
      return ended;
    });
  }

  /**
   * A future of the last value of anything RxJS can subscribe to.
   *
   * @throws TypeError at once if RxJS cannot subscribe to it. Fails with RxJS's `EmptyError` if no value comes.
   * @example
   * Future.from(timer(10)).subscribe(console.log); // 0
   */
  static from<T>(input: ObservableInput<T>): Future<T> {
    if (input instanceof Future) return input as Future<T>;
    const source = input instanceof SingleValueObservable ? (input as SingleValueObservable<T>) : inputFrom(input);
    return new BegunBy((sink, scheduler) => beginInput(source, sink, scheduler));
  }

  /** A future whose input is made anew for each subscription. */
  static defer<T>(makeInput: () => ObservableInput<T>): Future<T> {
    if (typeof makeInput !== 'function')
      throw invalidOption('Future.defer: its argument', 'a function giving an input', makeInput);
    return new BegunBy((sink, scheduler) => {
      try {
        return beginInput(runIn(sink.frame, makeInput), sink, scheduler);
      } catch (error) {
        sink.fail(error);
        return ended;
      }
    });
  }

  /**
   * Runs it now, hot: whoever asks the value later gets what came.
   *
   * @example
   * const started = nameOf(1).start();
   * await started; // does not run it again
   */
  start(): AsyncValue<T> {
    return new StartedFuture(this, currentScheduler());
  }
}

/** A future whose executions are begun by a function. */
class BegunBy<T> extends Future<T> {
  constructor(private readonly beginWith: (sink: Sink<T>, scheduler: BatchScheduler) => Execution) {
    super();
  }

  /** @internal */
  override [begin](sink: Sink<T>, scheduler: BatchScheduler): Execution {
    return this.beginWith(sink, scheduler);
  }
}
