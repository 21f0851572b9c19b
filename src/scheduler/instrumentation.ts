/**
 * The seam for whoever looks on: traces, debugging, the doctor. All that the core does for them is to look whether
 * somebody is there; while nobody is, nothing is noted and nothing is called.
 */
import { failure, success, type Outcome } from '../core/outcome';
import type { FlushReason } from './events';
import type { Asker } from './open-batches';
import type { Waiter } from './waiter';

/** A batch, as far as onlookers know it. */
export interface ObservedBatch {
  readonly name: string;
  /** The same for all batches of one function. */
  readonly ofFunction: object;
  readonly partition: unknown;
  /** What waits in one era of time never comes in another. */
  readonly state: object;
  readonly size: number;
  /** It takes no more keys, and waits for room in the air. */
  readonly isSealed: boolean;
  readonly scheduler: ObservedScheduler;
  askers(): Iterable<Asker>;
}

export interface ObservedScheduler {
  readonly name: string;
  /** Its clock stands still while this thread is held. */
  readonly isVirtual: boolean;
  now(): number;
}

export interface ObservedScope {
  /** Its end, which is waited for. */
  readonly closing: object;
  readonly name: string;
  readonly scheduler: ObservedScheduler;
  readonly parentLink: { readonly parent?: object; readonly above?: Waiter | undefined };
}

export interface ObservedPool {
  readonly name: string;
}

/** How something ended; undefined when it was cancelled. */
export type EndedOutcome = Outcome<unknown> | undefined;

/** The keys of a flush that failed. */
export interface KeyFailures {
  count: number;
  /** What the first of them failed with. */
  readonly first: unknown;
}

export const ended = (isError: boolean, result: unknown): EndedOutcome => (isError ? failure(result) : success(result));

export type InstrumentationEvent =
  /** A call has given a future. `by` is the function that was called. */
  | { readonly type: 'built'; readonly future: object; readonly by: object; readonly name: string }
  /** A function was made a batch function. */
  | { readonly type: 'made'; readonly ofFunction: object; readonly name: string; readonly by: object }
  | { readonly type: 'task-began'; readonly task: Waiter; readonly scheduler: ObservedScheduler }
  | { readonly type: 'task-suspended'; readonly task: Waiter; readonly awaited: { describe?(): string } | undefined }
  | { readonly type: 'task-resumed'; readonly task: Waiter }
  | { readonly type: 'task-ended'; readonly task: Waiter; readonly how: EndedOutcome }
  | { readonly type: 'opened'; readonly batch: ObservedBatch }
  | {
      readonly type: 'asked';
      readonly batch: ObservedBatch;
      readonly key: unknown;
      readonly waiter: Waiter;
      readonly future: object | undefined;
      readonly isNew: boolean;
    }
  | {
      readonly type: 'recalled';
      readonly name: string;
      readonly key: unknown;
      readonly waiter: Waiter;
      readonly future: object | undefined;
      readonly scheduler: ObservedScheduler;
    }
  /** Somebody has it who sees to it, whether it is run or not. */
  | { readonly type: 'taken'; readonly future: object }
  | {
      readonly type: 'flushed';
      readonly batch: ObservedBatch;
      readonly flight: Waiter;
      readonly keys: readonly unknown[];
      readonly reason: FlushReason;
    }
  | {
      readonly type: 'resolved';
      readonly batch: ObservedBatch;
      readonly keys: readonly unknown[];
      readonly result: unknown;
    }
  | {
      readonly type: 'landed';
      readonly batch: ObservedBatch;
      readonly how: EndedOutcome;
      readonly failures: KeyFailures | undefined;
    }
  | { readonly type: 'scope-opened'; readonly scope: ObservedScope }
  | { readonly type: 'scope-cancelled'; readonly scope: ObservedScope; readonly reason: unknown }
  | { readonly type: 'scope-closed'; readonly scope: ObservedScope; readonly how: EndedOutcome }
  | { readonly type: 'work-began'; readonly scope: ObservedScope; readonly work: Waiter }
  | { readonly type: 'work-ended'; readonly scope: ObservedScope; readonly work: Waiter; readonly how: EndedOutcome }
  | {
      readonly type: 'call-queued';
      readonly pool: ObservedPool;
      readonly call: object;
      readonly name: string;
      readonly waiter: Waiter;
    }
  | { readonly type: 'call-sent'; readonly pool: ObservedPool; readonly call: object; readonly thread: number }
  | { readonly type: 'call-ended'; readonly pool: ObservedPool; readonly call: object; readonly how: EndedOutcome }
  | {
      readonly type: 'thread';
      readonly pool: ObservedPool;
      readonly thread: number;
      readonly event: 'spawn' | 'exit' | 'fault';
      readonly detail: string;
    };

export interface Instrumentation {
  emit(note: InstrumentationEvent): void;
  /** Does `work`, in which others may begin for this waiter though nothing they pass on to leads to it. */
  within<R>(waiter: Waiter, work: () => R): R;
  /** For whom a task runs whose results go to no other task. */
  callerOf(task: Waiter): Waiter | undefined;
  /** Where a future was built, as a line of a stack. */
  siteOf(future: object | undefined): string | undefined;
  /** Where the library was called from just now, as a line of a stack. */
  siteHere(): string | undefined;
}

/** Whoever looks on. */
export const instrumentation: { current: Instrumentation | undefined } = { current: undefined };
