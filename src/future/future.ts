/**
 * A future is a cold Observable of exactly one value. Building a future runs nothing; each subscription runs it anew.
 *
 * A future is a lazy thenable, like the query of a query builder: `await`, or returning the future from an `async`
 * function, runs it. The idea is asynq's future, made cold.
 */
import { from as inputFrom, type ObservableInput } from 'rxjs';
import { checkFunction } from '../core/option-values';
import { currentScheduler, type BatchScheduler } from '../scheduler/batch-scheduler';
import { runIn } from '../scheduler/frame';
import type { AsyncValue } from './async-value';
import { begin, endedExecution, type Execution, type Sink } from './execution';
import { beginInput } from './external-input';
import { SingleValueObservable } from './single-value-observable';
import { StartedFuture } from './started-future';

export abstract class Future<T> extends SingleValueObservable<T> {
  /**
   * Makes a future that has its value already.
   *
   * @example
   * Future.of(7).subscribe(console.log); // 7
   */
  static of<T>(value: T): Future<T> {
    return new FutureBegunBy((sink) => {
      sink.succeed(value);
      return endedExecution;
    });
  }

  /**
   * Makes a future that fails.
   *
   * @param error the error, of any type
   * @example
   * Future.fail(new Error('no')).subscribe({ error: console.log });
   */
  static fail(error: unknown): Future<never> {
    return new FutureBegunBy((sink) => {
      sink.fail(error);
      return endedExecution;
    });
  }

  /**
   * Makes a future of the last value of anything RxJS can subscribe to. The future fails with RxJS's `EmptyError` if the
   * input completes without a value.
   *
   * @throws TypeError at the call if RxJS cannot subscribe to the input.
   * @example
   * Future.from(timer(10)).subscribe(console.log); // 0
   */
  static from<T>(input: ObservableInput<T>): Future<T> {
    if (input instanceof Future) return input as Future<T>;
    const source = input instanceof SingleValueObservable ? (input as SingleValueObservable<T>) : inputFrom(input);
    return new FutureBegunBy((sink, scheduler) => beginInput(source, sink, scheduler));
  }

  /**
   * Makes a future that calls a function for its input at each subscription. The idea is RxJS's `defer`.
   *
   * @param makeInput returns the input; an error it throws fails the future
   * @throws TypeError at the call if `makeInput` is not a function.
   * @example
   * Future.defer(() => fetch('https://example.com')).subscribe((response) => console.log(response.status));
   */
  static defer<T>(makeInput: () => ObservableInput<T>): Future<T> {
    checkFunction('Future.defer: makeInput', makeInput, 'a function that returns an input');
    return new FutureBegunBy((sink, scheduler) => {
      try {
        return beginInput(runIn(sink.frame, makeInput), sink, scheduler);
      } catch (error) {
        sink.fail(error);
        return endedExecution;
      }
    });
  }

  /**
   * Runs the future now and returns its result as a hot value. Later subscribers receive the same result.
   *
   * @example
   * const started = nameOf(1).start();
   * await started; // does not run the future again
   */
  start(): AsyncValue<T> {
    return new StartedFuture(this, currentScheduler());
  }
}

/** A future that a function begins. */
class FutureBegunBy<T> extends Future<T> {
  constructor(private readonly beginWith: (sink: Sink<T>, scheduler: BatchScheduler) => Execution) {
    super();
  }

  /** @internal */
  override [begin](sink: Sink<T>, scheduler: BatchScheduler): Execution {
    return this.beginWith(sink, scheduler);
  }
}
