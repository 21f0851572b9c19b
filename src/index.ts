/**
 * Sluice: ask for one thing at a time; make few round trips. This is the front door: exports, by layer.
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
  RecursionError,
  ScopeClosedError,
  ScopeDeadlockError,
  ScopeError,
  SuspensionError,
  TaskLeakError,
  TaskTimeoutError,
  UnawaitedError,
  WouldBlockError,
  type TimeoutKind,
} from './core/errors';
export { isSluiceError, SluiceError } from './core/sluice-error';
export type { Awaitable, AwaitableTree, AwaitedTree } from './core/shape';

// scheduler
export { BatchScheduler, batchScheduler, type BatchSchedulerConfig } from './scheduler/batch-scheduler';
export type { FlushEvent, FlushReason, LandEvent, SchedulerEvent } from './scheduler/events';
export { feedersFirst } from './scheduler/feeders-first';
export { flushAll, largestFirst, type FlushPolicy, type OpenBatch } from './scheduler/flush-policy';

// future
export { all, allSettled, type AllSettledValues } from './future/all';
export { AsyncList } from './future/async-list';
export { AsyncValue } from './future/async-value';
export { Future } from './future/future';

// task
export { emit, type Emission, type Emitted } from './task/emission';
export { stream } from './task/stream';
export { task, type TaskResult } from './task/task';

// batch
export { batch, type BatchFunction } from './batch/batch';
export type { BatchConfig } from './batch/batch-config';
export { batchMap, type BatchMapByConfig, type BatchMapConfig } from './batch/batch-map';
export type { CacheConfig } from './batch/cache/cache';
export type { CacheBounds, CacheStore } from './batch/cache/cache-store';
export type { BatchResults, Flush, Resolver } from './batch/resolver';

// context
export { TaskContext } from './context/task-context';
export { enter } from './context/enter';
export { forbidSuspension } from './context/forbid-suspension';
export { ScopedValue } from './context/scoped-value';
export { within } from './context/within';

// scope
export { boundTo } from './scope/bound-to';
export { Scope, type ScopeTask } from './scope/scope';
export type { ErrorMode, ExitMode, ScopeConfig } from './scope/scope-config';
export { scoped } from './scope/scoped';
export type { ScopeResult } from './scope/work';

// run
export { loop, run, type Loop, type ReturnErrors, type RunConfig, type RunResults } from './run/loop';

// limit
export type { AdaptiveConfig } from './limit/adaptive-concurrency';
export { distinctBy } from './limit/distinct-by';
export { expandBy, type ExpandByConfig } from './limit/expand-by';
export type { LimitBounds, LimitChange, RateConfig } from './limit/limit-bounds';
export { limitMap, type LimitMapConfig } from './limit/limit-map';
export type { LimitedCall } from './limit/limited-call';
export type { LimitedFuture, StartedCall } from './limit/limited-future';
export { LimiterClosedError, LimiterCostError, LimiterDeadlockError, LimiterFullError } from './limit/limiter-errors';
export { Limiter } from './limit/limiter';
export type { LimiterChange, LimiterConfig } from './limit/limiter-config';
export type { LimiterEvent } from './limit/limiter-events';
export type { LimiterKey } from './limit/limiter-key';
export type { LimiterKeyStats, LimiterStats, LimiterWait } from './limit/limiter-stats';
export { pullMap, type PullMapConfig } from './limit/pull-map';
export type { AsyncItems, PullItems, PullSource } from './limit/pull-source';
export type { SeenKeysConfig, SeenKeyStore } from './limit/seen-keys';

// trace
export { debug, type DebugConfig } from './trace/debug/debug';
export { dumpTasks } from './trace/debug/dump-tasks';
