/**
 * What a trace tells, one event after the other, in the order it happened. Ids are numbers that are given out once:
 * those of tasks, batches, scopes and calls never meet.
 *
 * `at` is in ms: of a virtual clock, where a scheduler has one; else since the epoch, with fractions.
 */
import type { FlushReason } from '../../scheduler/events';

/** How something ended. */
export type Outcome = 'succeeded' | 'failed' | 'cancelled';

/** Why a key opened a batch of its own, though an earlier one of the same function might have taken it along. */
export type SplitReason =
  /** The earlier one had gone: `detail` says what whoever asks was at just then. */
  | 'already-flushed'
  /** It held as many keys as one flush may. */
  | 'full'
  /** Keys of different partitions never share a flush. */
  | 'partition'
  /** Another scheduler is another world. */
  | 'scheduler';

export interface Split {
  readonly because: SplitReason;
  /** The id of the batch that it might have shared. */
  readonly from: number;
  /** In words, for people. */
  readonly detail: string;
}

interface Event<Type extends string> {
  readonly type: Type;
  readonly at: number;
}

interface Begin<Type extends string> extends Event<Type> {
  readonly id: number;
  readonly name: string;
  /** Whoever waits for it: the id of a task, of a scope's task, or of a flight whose resolver asks. */
  readonly parent?: number;
  /** Where it was asked for, as a line of a stack; with debugging on. */
  readonly calledAt?: string;
}

interface End<Type extends string> extends Event<Type> {
  readonly id: number;
  readonly outcome: Outcome;
  /** In words, if it failed. */
  readonly error?: string;
  /** What failed it, without its message, where sluice has written that: it may quote keys. */
  readonly ownError?: string;
}

/** A task, from its first step to its last. */
export type TaskEvent =
  | Begin<'task-begin'>
  /** It waits for something, in words, and others run. */
  | (Event<'task-wait'> & { readonly id: number; readonly for: string })
  | (Event<'task-resume'> & { readonly id: number })
  | End<'task-end'>;

/** A batch, from its first key until its results have been given to all who asked. It keeps its id in the air. */
export type BatchEvent =
  | (Event<'batch-open'> & {
      readonly id: number;
      readonly batch: string;
      readonly scheduler: string;
      readonly split?: Split;
    })
  /** A key was asked for; `isNew` unless somebody had asked for it already. */
  | (Event<'batch-ask'> & {
      readonly id: number;
      readonly key: string;
      readonly isNew: boolean;
      /** The task that asks. */
      readonly task?: number;
      readonly calledAt?: string;
    })
  /** A key was answered from the cache. */
  | (Event<'batch-recall'> & { readonly batch: string; readonly key: string; readonly task?: number })
  | (Event<'batch-flush'> & {
      readonly id: number;
      readonly batch: string;
      readonly keys: readonly string[];
      readonly reason: FlushReason;
      /** The tasks it serves. */
      readonly tasks: readonly number[];
    })
  /** It has failed if all its keys have; if only some have, their number is told, and the error of the first. */
  | (End<'batch-land'> & { readonly failedKeys?: number });

/** A scope, and the tasks that are started in it. */
export type ScopeEvent =
  | Begin<'scope-open'>
  | (Event<'scope-cancel'> & { readonly id: number; readonly reason: string })
  | End<'scope-close'>
  /** It runs; until then it waited for its turn. */
  | (Begin<'work-begin'> & { readonly scope: number })
  | End<'work-end'>;

/** A call of a pool's task, and the threads they run on. */
export type CallEvent =
  | (Begin<'call-queue'> & { readonly pool: string })
  /** It has gone to a thread. */
  | (Event<'call-send'> & { readonly id: number; readonly thread: number })
  | End<'call-end'>
  | (Event<'thread-spawn'> & { readonly pool: string; readonly thread: number })
  | (Event<'thread-exit'> & { readonly pool: string; readonly thread: number; readonly detail: string })
  | (Event<'thread-fault'> & { readonly pool: string; readonly thread: number; readonly detail: string });

export type TraceEvent = TaskEvent | BatchEvent | ScopeEvent | CallEvent;
