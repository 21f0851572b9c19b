/**
 * The window of a batch: RxJS's `bufferTime` gathers the keys for the time of the window, and emits them at the flush. Its
 * scheduler is a `FlushTrigger`, because a batch whose time has elapsed may still wait for a free slot, and because a
 * flush may be forced before.
 *
 * A batch without a window has no time to wait for, and so no `bufferTime`, which costs about 20 times as much as a list for
 * each key: `npm run bench -- batching --only gathered`.
 */
import { bufferTime, Subject, Subscription, type SchedulerAction, type SchedulerLike } from 'rxjs';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import { Countdown } from './countdown';
import type { PendingKey } from './pending-key';

export class KeyWindow<K, V> {
  readonly #keys = new Subject<PendingKey<K, V>>();
  readonly #trigger: FlushTrigger;
  readonly #buffering: Subscription;
  #emitted: PendingKey<K, V>[] = [];

  /** @param onElapsed Called when the time of the window, in ms, has elapsed. */
  constructor(scheduler: BatchScheduler, ms: number, onElapsed: () => void) {
    this.#trigger = new FlushTrigger(scheduler, onElapsed);
    this.#buffering = this.#keys
      .pipe(bufferTime(ms, null, Infinity, this.#trigger))
      .subscribe((keys) => (this.#emitted = keys));
  }

  get isOver(): boolean {
    return this.#trigger.isDue;
  }

  /** Starts the timer again if its clock dropped it. */
  ensureRunning(): void {
    this.#trigger.ensureRunning();
  }

  add(key: PendingKey<K, V>): void {
    this.#keys.next(key);
  }

  /** Returns the keys that the window has gathered. */
  close(): PendingKey<K, V>[] {
    this.#trigger.fire();
    this.#buffering.unsubscribe();
    return this.#emitted;
  }
}

/**
 * The scheduler of `bufferTime`. A scheduled action is due when its delay has elapsed by the clock, and runs when the trigger
 * fires.
 */
class FlushTrigger implements SchedulerLike {
  #countdown: Countdown | undefined;
  #action: FlushTriggerAction<unknown> | undefined;

  constructor(
    private readonly scheduler: BatchScheduler,
    private readonly onDue: () => void,
  ) {}

  now(): number {
    return this.scheduler.now();
  }

  schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription {
    const action = new FlushTriggerAction(work, state);
    this.#action = action as FlushTriggerAction<unknown>; // Cast: safe, because the action keeps its own state.
    this.#countdown ??= new Countdown({
      scheduler: this.scheduler,
      startedAt: this.now(),
      ms: delay,
      onEnd: this.onDue,
    });
    return action;
  }

  get isDue(): boolean {
    return this.#countdown?.isOver === true;
  }

  ensureRunning(): void {
    this.#countdown?.ensureRunning();
  }

  /** Runs the scheduled action now. */
  fire(): void {
    this.#countdown?.stop();
    const action = this.#action;
    this.#action = undefined;
    action?.run();
  }
}

class FlushTriggerAction<T> extends Subscription implements SchedulerAction<T> {
  constructor(
    private readonly work: (this: SchedulerAction<T>, state?: T) => void,
    private readonly state: T | undefined,
  ) {
    super();
  }

  /** Does nothing, because a trigger fires once. */
  schedule(): Subscription {
    return this;
  }

  run(): void {
    if (!this.closed) this.work(this.state);
  }
}
