/**
 * Instrumentation is the hook for traces, debugging and the doctor. The core only checks whether an instrumentation is
 * installed; without one, no event is created and no function is called.
 */
import { failure, success, type Settlement } from '../core/outcome';
import type { FlushReason } from './events';
import type { KeyWaiter } from './open-batches';
import type { Waiter } from './waiter';

/** A batch as seen by an instrumentation. */
export interface ObservedBatch {
  readonly name: string;
  /** One object for all batches of one batch function. */
  readonly ofFunction: object;
  readonly partition: unknown;
  /** The scheduler's state in the time domain of the batch. */
  readonly state: object;
  readonly size: number;
  /** Whether the batch accepts no more keys and waits for another flight to end. */
  readonly isFull: boolean;
  /** The names of the batch functions that the batch was held for. */
  readonly heldFor: readonly string[] | undefined;
  readonly scheduler: ObservedScheduler;
  keyWaiters(): Iterable<KeyWaiter>;
}

/** The GraphQL operation that a scheduler serves. */
export interface ObservedOperation {
  readonly type: 'query' | 'mutation' | 'subscription';
  /** Undefined for an anonymous operation. */
  readonly name: string | undefined;
  /** Whether one event of a subscription is served. */
  readonly isEvent: boolean;
}

export interface ObservedScheduler {
  readonly name: string;
  /** Undefined if the scheduler does not serve a single GraphQL operation. */
  readonly operation?: ObservedOperation | undefined;
  /** Whether the clock stands still while this thread is blocked. */
  readonly isVirtual: boolean;
  now(): number;
}

export interface ObservedScope {
  /** The waiter for the end of the scope. */
  readonly closing: object;
  readonly name: string;
  readonly scheduler: ObservedScheduler;
  readonly parentLink: {
    readonly parent?: object;
    readonly waiter?: Waiter | undefined;
    /** The GraphQL operation whose whole work runs in the scope. */
    readonly operation?: ObservedOperation | undefined;
  };
}

export interface ObservedPool {
  readonly name: string;
}

/** The outcome of a task, a flight, a call or a scope; undefined after a cancellation. */
export type EndOutcome = Settlement<unknown> | undefined;

/** The failed keys of a flush. */
export interface KeyFailures {
  count: number;
  /** The error of the first failed key. */
  readonly first: unknown;
}

export const toOutcome = (isError: boolean, result: unknown): EndOutcome =>
  isError ? failure(result) : success(result);

export type InstrumentationEvent =
  /** A call has returned a future; `by` is the called function. */
  | { readonly type: 'future-created'; readonly future: object; readonly by: object; readonly name: string }
  /** A batch function was created. */
  | { readonly type: 'batch-function-created'; readonly ofFunction: object; readonly name: string; readonly by: object }
  | { readonly type: 'task-began'; readonly task: Waiter; readonly scheduler: ObservedScheduler }
  | { readonly type: 'task-suspended'; readonly task: Waiter; readonly awaited: { describe?(): string } | undefined }
  | { readonly type: 'task-resumed'; readonly task: Waiter }
  | { readonly type: 'task-ended'; readonly task: Waiter; readonly outcome: EndOutcome }
  /** A batch was opened. */
  | { readonly type: 'batch-opened'; readonly batch: ObservedBatch }
  /** A key was requested from a batch. */
  | {
      readonly type: 'key-requested';
      readonly batch: ObservedBatch;
      readonly key: unknown;
      readonly waiter: Waiter;
      readonly future: object | undefined;
      readonly isNew: boolean;
    }
  /** A key was found in the cache. */
  | {
      readonly type: 'key-cached';
      readonly name: string;
      readonly key: unknown;
      readonly waiter: Waiter;
      readonly future: object | undefined;
      readonly scheduler: ObservedScheduler;
    }
  /** A future has a consumer, such as `all` or a scope, even if it is never run. */
  | { readonly type: 'future-consumed'; readonly future: object }
  | {
      readonly type: 'batch-flushed';
      readonly batch: ObservedBatch;
      readonly flight: Waiter;
      readonly keys: readonly unknown[];
      readonly reason: FlushReason;
    }
  | {
      readonly type: 'batch-resolved';
      readonly batch: ObservedBatch;
      readonly keys: readonly unknown[];
      readonly result: unknown;
    }
  | {
      readonly type: 'batch-ended';
      readonly batch: ObservedBatch;
      readonly outcome: EndOutcome;
      readonly failures: KeyFailures | undefined;
    }
  | { readonly type: 'scope-opened'; readonly scope: ObservedScope }
  | { readonly type: 'scope-cancelled'; readonly scope: ObservedScope; readonly reason: unknown }
  | { readonly type: 'scope-closed'; readonly scope: ObservedScope; readonly outcome: EndOutcome }
  | { readonly type: 'work-began'; readonly scope: ObservedScope; readonly work: Waiter }
  | { readonly type: 'work-ended'; readonly scope: ObservedScope; readonly work: Waiter; readonly outcome: EndOutcome }
  | {
      readonly type: 'call-queued';
      readonly pool: ObservedPool;
      readonly call: object;
      readonly name: string;
      readonly waiter: Waiter;
    }
  | { readonly type: 'call-sent'; readonly pool: ObservedPool; readonly call: object; readonly thread: number }
  | { readonly type: 'call-ended'; readonly pool: ObservedPool; readonly call: object; readonly outcome: EndOutcome }
  /** A call has arrived at a limiter. */
  | {
      readonly type: 'limited-call-queued';
      readonly limiter: string;
      readonly key: unknown;
      readonly call: object;
      readonly name: string | undefined;
      readonly waiter: Waiter | undefined;
      readonly scheduler: ObservedScheduler;
      /** Describes what the call waits for; undefined if it starts at once. */
      readonly awaited: string | undefined;
    }
  | { readonly type: 'limited-call-started'; readonly call: object }
  /** The call has ended, or has left the limiter without a start. */
  | { readonly type: 'limited-call-ended'; readonly call: object; readonly outcome: EndOutcome }
  | {
      readonly type: 'thread';
      readonly pool: ObservedPool;
      readonly thread: number;
      readonly event: 'spawn' | 'exit' | 'fault';
      readonly detail: string;
    };

export interface Instrumentation {
  emit(event: InstrumentationEvent): void;
  /** Runs `work`. Tasks started inside run for this waiter, even if no chain of waiters leads to it. */
  within<R>(waiter: Waiter, work: () => R): R;
  /** The waiter for which a task runs, where no chain of waiters leads from the task to another task. */
  callerOf(task: Waiter): Waiter | undefined;
  /** The call site that created a future, as a line of a stack. */
  siteOf(future: object | undefined): string | undefined;
  /** The call site of the current call of the library, as a line of a stack. */
  siteHere(): string | undefined;
}

/** The installed instrumentation. */
export const instrumentation: { current: Instrumentation | undefined } = { current: undefined };
