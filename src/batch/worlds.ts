/**
 * The worlds of a batch function: one for each scheduler and era of time, since what is on its way in one never comes in
 * another. What it remembers belongs to the scheduler, whatever the time.
 */
import { PerEra } from '../core/per-era';
import { currentScheduler, type BatchScheduler } from '../scheduler/batch-scheduler';
import { Memory } from './memory';
import { World, type BatchKind } from './world';

interface OnScheduler<K, V> {
  readonly scheduler: BatchScheduler;
  readonly memory: Memory<K, V>;
  readonly worlds: PerEra<World<K, V>>;
}

export class Worlds<K, V> {
  readonly #byScheduler = new WeakMap<BatchScheduler, OnScheduler<K, V>>();
  /** The one used last: nearly always the one used next. */
  #last: OnScheduler<K, V> | undefined;

  constructor(private readonly kind: BatchKind<K, V>) {}

  /** The world of a request that comes from this scheduler. */
  for(scheduler: BatchScheduler): World<K, V> {
    return this.#on(this.kind.options.scheduler ?? scheduler).worlds.current;
  }

  /** What is remembered where the caller runs. */
  get memory(): Memory<K, V> {
    return this.#on(this.kind.options.scheduler ?? currentScheduler()).memory;
  }

  #on(scheduler: BatchScheduler): OnScheduler<K, V> {
    if (this.#last?.scheduler === scheduler) return this.#last;
    let known = this.#byScheduler.get(scheduler);
    if (!known) this.#byScheduler.set(scheduler, (known = this.#make(scheduler)));
    return (this.#last = known);
  }

  #make(scheduler: BatchScheduler): OnScheduler<K, V> {
    const { kind } = this;
    const memory = new Memory<K, V>(kind.options, scheduler);
    return { scheduler, memory, worlds: new PerEra(() => new World(kind, scheduler, memory)) };
  }
}
