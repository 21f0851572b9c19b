/**
 * The sink of a subscription from outside is also its teardown: one object for both, because programs subscribe to keys by the
 * million.
 */
import type { Subscriber, Unsubscribable } from 'rxjs';
import { addTeardown } from '../core/rx';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import { frameHere, holdWork, runIn } from '../scheduler/frame';
import type { Execution, Sink } from './execution';

export class SubscriptionSink<T> implements Sink<T>, Unsubscribable {
  readonly frame = frameHere();
  protected isOver = false;
  #execution: Execution | undefined;

  constructor(
    protected readonly subscriber: Subscriber<T>,
    readonly scheduler: BatchScheduler,
  ) {}

  /** Makes the end of the subscription cancel the execution, unless that has ended. */
  attach(execution: Execution): void {
    if (this.isOver) return;
    this.#execution = execution;
    addTeardown(this.subscriber, this);
  }

  unsubscribe(): void {
    const execution = this.#execution;
    if (!this.isOver && execution) this.scheduler.runQueue.drive(() => execution.cancel(holdWork(this.frame)));
  }

  succeed(value: T): void {
    this.isOver = true;
    runIn(this.frame, () => {
      this.subscriber.next(value);
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
