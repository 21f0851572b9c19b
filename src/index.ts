/**
 * Sluice: ask for one thing at a time; make the fewest round trips. This is the front door: exports, by layer.
 */

// core
export {
  AlreadySetError,
  BatchResultError,
  CancelledError,
  DeadlineError,
  DeadlockError,
  MissingResultError,
  NotReadyError,
  ScopeClosedError,
  ScopeDeadlockError,
  ScopeError,
  SuspensionError,
  TaskLeakError,
  TimeoutError,
  UnawaitedError,
  WouldBlockError,
  type TimeoutKind,
} from './core/errors';
export { isSluiceError, SluiceError } from './core/sluice-error';
export type { Leaf, Shape, ShapeValues } from './core/shape';

// scheduler
export { BatchScheduler, batchScheduler, type BatchSchedulerConfig } from './scheduler/batch-scheduler';
export type { FlushEvent, FlushReason, LandEvent, SchedulerEvent } from './scheduler/events';
export { flushAll, largestFirst, type FlushPolicy, type OpenBatch } from './scheduler/flush-policy';

// future
export { all, settled, type SettledValues } from './future/all';
export { AsyncList } from './future/async-list';
export { AsyncValue } from './future/async-value';
export { Future } from './future/future';

// task
export { task, type TaskResult } from './task/task';

// batch
export { batch, type BatchFunction } from './batch/batch';
export type { BatchConfig } from './batch/batch-config';
export { batchMap, type BatchMapConfig } from './batch/batch-map';
export type { CacheBounds, CacheConfig, CacheStore } from './batch/cache';
export type { BatchResults, Flush, Resolver } from './batch/flush';

// context
export { AsyncContext } from './context/async-context';
export { enter } from './context/enter';
export { forbidSuspension } from './context/forbid-suspension';
export { ScopedValue } from './context/scoped-value';
export { within } from './context/within';

// scope
export { boundTo } from './scope/bound-to';
export { Scope } from './scope/scope';
export type { ErrorMode, ExitMode, ScopeConfig } from './scope/scope-config';
export { scoped } from './scope/scoped';
export type { ScopeTask } from './scope/scoped-task';
export type { Given } from './scope/work';

// run
export type { ReturnErrors } from './run/listed';
export { loop, run, type Loop, type RunConfig, type RunResults } from './run/loop';
