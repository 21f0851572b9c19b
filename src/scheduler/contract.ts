/** The contract between the state of a scheduler and work that the scheduler cannot drive: external waits of its tasks. */
import type { QueueLinks } from '../core/linked-queue';
import type { Waiter } from './waiter';

/** A wait of a task for work outside of its scheduler, which the scheduler cannot drive. */
export interface ExternalWait extends QueueLinks {
  describe(): string;
  /** Makes progress without the event loop, where possible. Returns false without progress. */
  advance?(): boolean;
  /** The waiters, each with a description of the awaited work. */
  waitDescriptions?(): Iterable<ExternalWaitDescription>;
  /** Whether the wait is for a key of a batch of another scheduler. That batch then lists its waiter. */
  readonly isBatchWait?: boolean;
}

export interface ExternalWaitDescription {
  readonly waiter: Waiter | undefined;
  /** Description of the awaited work. */
  readonly what: string;
}
