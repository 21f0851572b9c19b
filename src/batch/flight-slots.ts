/**
 * How many flights of a batch function are in the air on one scheduler, altogether and for each partition, and whether
 * another one may take off.
 */
import { Fifo } from '../core/fifo';

interface SlotBounds {
  readonly concurrency: number;
  readonly partitionConcurrency: number;
}

/** A batch that takes a slot when it takes off. */
interface Boarding {
  readonly partition: unknown;
  /** 0 when all who waited for its keys have left. */
  readonly size: number;
}

export class FlightSlots<B extends Boarding> {
  readonly #bounds: SlotBounds;
  #taken = 0;
  /** The number of flights by partition; undefined without a bound for each partition. */
  readonly #takenBy: Map<unknown, number> | undefined;
  /** Full, and waiting for a slot. */
  readonly #queue = new Fifo<B>();
  /** The same, where every slot of the partition was taken when the turn of the batch came. */
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

  /** Whether a flight is in the air. */
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
    const left = this.#takenOf(partition) - 1;
    if (left > 0) this.#takenBy.set(partition, left);
    else this.#takenBy.delete(partition);
    this.#requeue(partition);
  }

  enqueue(batch: B): void {
    this.#queue.push(batch);
  }

  /** The next full batch for which there is a slot. Called until nothing comes back. */
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

  /** One for each slot that is released, since it takes that slot. */
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
