/**
 * The worlds of a batch function: one for each scheduler and era of time, since what is on its way in one never comes
 * in another.
 */
import { batchScheduler, type BatchScheduler } from '../scheduler/batch-scheduler';
import type { SchedulerState } from '../scheduler/scheduler-state';
import { PartitionedCache } from './partitioned-cache';
import { BatchQueue, type BatchDefinition } from './batch-queue';

export class BatchQueues<K, V> {
  readonly #byState = new WeakMap<SchedulerState, BatchQueue<K, V>>();
  /** That of real time on the scheduler that lives as long as this: nearly always the one that is asked. */
  #lasting: BatchQueue<K, V> | undefined;
  readonly #lastingScheduler: BatchScheduler;

  constructor(readonly definition: BatchDefinition<K, V>) {
    this.#lastingScheduler = definition.options.scheduler ?? batchScheduler;
  }

  /** The world of a request that comes from this scheduler. */
  for(scheduler: BatchScheduler): BatchQueue<K, V> {
    const responsible = this.definition.options.scheduler ?? scheduler;
    return this.#of(responsible, responsible.state);
  }

  #of(scheduler: BatchScheduler, era: SchedulerState): BatchQueue<K, V> {
    if (this.#lasting?.state === era) return this.#lasting;
    let known = this.#byState.get(era);
    if (!known)
      this.#byState.set(
        era,
        (known = new BatchQueue(this.definition, scheduler, { era, memory: this.#cacheOf(scheduler, era) })),
      );
    // No other is held: the scheduler of a request goes with all that it remembers when the request is gone.
    if (scheduler === this.#lastingScheduler && !era.real) this.#lasting = known;
    return known;
  }

  #cacheOf(scheduler: BatchScheduler, { real }: SchedulerState): PartitionedCache<K, V> | undefined {
    const { options } = this.definition;
    if (options.cache === false) return undefined;
    return new PartitionedCache(options, options.cache, {
      now: () => scheduler.now(),
      real: real && this.#of(scheduler, real).cache,
    });
  }
}
