/**
 * The slots for flights of a batch function on one scheduler: how many are taken, in total and by partition, and which
 * full batch gets the next free slot.
 */
import { Fifo } from '../core/fifo';

interface SlotBounds {
  readonly concurrency: number;
  readonly partitionConcurrency: number;
}

/** A batch that takes a slot at its flush. */
interface SlotBatch {
  readonly partition: unknown;
  /** 0 if no key of the batch has a waiter any more. */
  readonly size: number;
}

export class FlightSlots<B extends SlotBatch> {
  readonly #bounds: SlotBounds;
  #taken = 0;
  /** The number of flights by partition; undefined without a bound for each partition. */
  readonly #takenBy: Map<unknown, number> | undefined;
  /** Full batches that wait for a slot. */
  readonly #queue = new Fifo<B>();
  /** Full batches whose partition had no free slot at their turn. */
  readonly #queues = new Map<unknown, Fifo<B>>();

  constructor(bounds: SlotBounds) {
    this.#bounds = bounds;
    if (bounds.partitionConcurrency < bounds.concurrency) this.#takenBy = new Map();
  }

  hasSlotFor(partition: unknown): boolean {
    return this.#taken < this.#bounds.concurrency && this.#hasPartitionSlot(partition);
  }

  /** Whether a partition without flights would get a slot. */
  get hasAny(): boolean {
    return this.#taken < this.#bounds.concurrency;
  }

  /** Whether at least one flight holds a slot. */
  get areTaken(): boolean {
    return this.#taken > 0;
  }

  get hasQueue(): boolean {
    return this.#queue.length > 0;
  }

  take({ partition }: B): void {
    this.#taken++;
    this.#takenBy?.set(partition, this.#takenOf(partition) + 1);
  }

  release({ partition }: B): void {
    this.#taken--;
    if (!this.#takenBy) return;
    const taken = this.#takenOf(partition) - 1;
    if (taken > 0) this.#takenBy.set(partition, taken);
    else this.#takenBy.delete(partition);
    this.#requeue(partition);
  }

  enqueue(batch: B): void {
    this.#queue.push(batch);
  }

  /** The next full batch that has a slot, or undefined. Called until it returns undefined. */
  next(): B | undefined {
    while (this.#taken < this.#bounds.concurrency) {
      const batch = this.#queue.shift();
      if (!batch) return undefined;
      const { partition } = batch;
      if (batch.size === 0) this.#requeue(partition);
      else if (this.#hasPartitionSlot(partition)) return batch;
      else this.#queueOf(partition).push(batch);
    }
    return undefined;
  }

  /** Moves one batch of the partition back to the queue for each released slot. */
  #requeue(partition: unknown): void {
    const queue = this.#queues.get(partition);
    const batch = queue?.shift();
    if (batch) this.#queue.push(batch);
    if (queue?.length === 0) this.#queues.delete(partition);
  }

  #queueOf(partition: unknown): Fifo<B> {
    let queue = this.#queues.get(partition);
    if (!queue) this.#queues.set(partition, (queue = new Fifo<B>()));
    return queue;
  }

  #hasPartitionSlot(partition: unknown): boolean {
    return !this.#takenBy || this.#takenOf(partition) < this.#bounds.partitionConcurrency;
  }

  #takenOf(partition: unknown): number {
    return this.#takenBy?.get(partition) ?? 0;
  }
}
