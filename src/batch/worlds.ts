/**
 * The worlds of a batch function: one for each scheduler and era of time, since what is on its way in one never comes
 * in another.
 */
import { batchScheduler, type BatchScheduler } from '../scheduler/batch-scheduler';
import type { Era } from '../scheduler/era';
import { Memory } from './memory';
import { World, type BatchKind } from './world';

export class Worlds<K, V> {
  readonly #byEra = new WeakMap<Era, World<K, V>>();
  /** That of real time on the scheduler that lives as long as this: nearly always the one that is asked. */
  #lasting: World<K, V> | undefined;
  readonly #lastingScheduler: BatchScheduler;

  constructor(readonly kind: BatchKind<K, V>) {
    this.#lastingScheduler = kind.options.scheduler ?? batchScheduler;
  }

  /** The world of a request that comes from this scheduler. */
  for(scheduler: BatchScheduler): World<K, V> {
    const responsible = this.kind.options.scheduler ?? scheduler;
    return this.#of(responsible, responsible.era);
  }

  #of(scheduler: BatchScheduler, era: Era): World<K, V> {
    if (this.#lasting?.era === era) return this.#lasting;
    let known = this.#byEra.get(era);
    if (!known)
      this.#byEra.set(era, (known = new World(this.kind, scheduler, { era, memory: this.#memoryOf(scheduler, era) })));
    // No other is held: the scheduler of a request goes with all that it remembers when the request is gone.
    if (scheduler === this.#lastingScheduler && !era.real) this.#lasting = known;
    return known;
  }

  #memoryOf(scheduler: BatchScheduler, { real }: Era): Memory<K, V> | undefined {
    const { options } = this.kind;
    if (options.cache === false) return undefined;
    return new Memory(options, options.cache, {
      now: () => scheduler.now(),
      real: real && this.#of(scheduler, real).memory,
    });
  }
}
