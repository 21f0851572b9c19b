/**
 * The events of a trace, in the order in which they happen. An id is a number that is assigned once: ids of tasks, batches,
 * scopes and calls never collide.
 *
 * `at` is in ms: on the virtual clock of the scheduler, if it has one; else since the epoch, with fractions.
 */
import type { FlushReason } from '../../scheduler/events';

/** How a task, flight, scope or call ended. */
export type Outcome = 'succeeded' | 'failed' | 'cancelled';

/** Why a key opened a new batch, although an earlier batch of the same function might have included it. */
export type SplitReason =
  /** The earlier batch had been flushed; `detail` says what the task that needs the key did at that moment. */
  | 'already-flushed'
  /** The earlier batch held `maxSize` keys. */
  | 'full'
  /** Keys of different partitions never share a flush. */
  | 'partition'
  /** Keys of different schedulers never share a flush. */
  | 'scheduler';

export interface Split {
  readonly because: SplitReason;
  /** The id of the earlier batch. */
  readonly from: number;
  /** A sentence about the reason, for people. */
  readonly detail: string;
}

interface EventBase<Type extends string> {
  readonly type: Type;
  readonly at: number;
}

interface BeginEvent<Type extends string> extends EventBase<Type> {
  readonly id: number;
  readonly name: string;
  /** The id of the waiter: a task, a scope, work of a scope, or a flight whose resolver made the call. */
  readonly parent?: number;
  /** The call site, as a line of a stack; only with debugging on. */
  readonly calledAt?: string;
}

interface EndEvent<Type extends string> extends EventBase<Type> {
  readonly id: number;
  readonly outcome: Outcome;
  /** A description of the error, if the outcome is `failed`. */
  readonly error?: string;
  /** The class and code of an error of sluice, without its message, which may quote keys. */
  readonly ownError?: string;
}

/** A task, from its first step to its last. */
export type TaskEvent =
  | BeginEvent<'task-begin'>
  /** The task waits, and others run. `for` describes what it waits for. */
  | (EventBase<'task-wait'> & { readonly id: number; readonly for: string })
  | (EventBase<'task-resume'> & { readonly id: number })
  | EndEvent<'task-end'>;

/** A batch, from its first key until its results are handed out. Its flight has the same id. */
export type BatchEvent =
  | (EventBase<'batch-open'> & {
      readonly id: number;
      readonly batch: string;
      readonly scheduler: string;
      readonly split?: Split;
      /** The id of the scope of the GraphQL operation that the batch serves. */
      readonly operation?: number;
    })
  /** A key was requested. `isNew` is false if the batch had the key already. */
  | (EventBase<'batch-ask'> & {
      readonly id: number;
      readonly key: string;
      readonly isNew: boolean;
      /** The task that requests the key. */
      readonly task?: number;
      readonly calledAt?: string;
    })
  /** A key was answered from the cache. */
  | (EventBase<'batch-recall'> & { readonly batch: string; readonly key: string; readonly task?: number })
  | (EventBase<'batch-flush'> & {
      readonly id: number;
      readonly batch: string;
      readonly keys: readonly string[];
      readonly reason: FlushReason;
      /** The names of the batch functions whose results might have added keys, so that the batch was held for them. */
      readonly heldFor?: readonly string[];
      /** The tasks that wait for its keys. */
      readonly tasks: readonly number[];
    })
  /** The outcome is `failed` if all keys failed. If only some did, `error` has their number and the first error. */
  | (EndEvent<'batch-land'> & { readonly failedKeys?: number });

export interface TracedOperation {
  readonly type: 'query' | 'mutation' | 'subscription';
  /** Missing for an anonymous operation. */
  readonly name?: string;
  /** Whether one event of a subscription is served. */
  readonly isEvent: boolean;
}

/** A scope, and the work that is started in it. */
export type ScopeEvent =
  | (BeginEvent<'scope-open'> & {
      /** The GraphQL operation whose whole work runs in the scope. */
      readonly operation?: TracedOperation;
    })
  | (EventBase<'scope-cancel'> & { readonly id: number; readonly reason: string })
  | EndEvent<'scope-close'>
  /** Work runs. Work that waits for the `concurrency` of its scope has not begun yet. */
  | (BeginEvent<'work-begin'> & { readonly scope: number })
  | EndEvent<'work-end'>;

/** A call of a pool's task, and the threads that calls run on. */
export type CallEvent =
  | (BeginEvent<'call-queue'> & { readonly pool: string })
  /** The call was sent to a thread. */
  | (EventBase<'call-send'> & { readonly id: number; readonly thread: number })
  | EndEvent<'call-end'>
  | (EventBase<'thread-spawn'> & { readonly pool: string; readonly thread: number })
  | (EventBase<'thread-exit'> & { readonly pool: string; readonly thread: number; readonly detail: string })
  | (EventBase<'thread-fault'> & { readonly pool: string; readonly thread: number; readonly detail: string });

/** A call of a limiter, from its arrival to its end. */
export type LimitedCallEvent =
  | (BeginEvent<'limit-queue'> & {
      readonly limiter: string;
      /** A description of the key. */
      readonly key: string;
      /** What the call waits for; missing if it starts at once. */
      readonly for?: string;
    })
  /** The call has its slot, and its work begins. */
  | (EventBase<'limit-start'> & { readonly id: number })
  /** The work has ended with its clean-up, and its slot is free; or the call left the limiter without a start. */
  | EndEvent<'limit-end'>;

export type TraceEvent = TaskEvent | BatchEvent | ScopeEvent | CallEvent | LimitedCallEvent;
