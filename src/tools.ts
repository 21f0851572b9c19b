/** Sluice's tools: functions over collections, rows by key, calls that are shared or kept, retries, event hooks and timers. */
export { AsyncEventHook } from './tools/async-event-hook';
export { AsyncTimer, type AsyncTimerConfig } from './tools/async-timer';
export { callTask, isTask } from './tools/call-task';
export { DuplicateKeyError } from './core/errors';
export type { Comparable } from './tools/collections/comparable';
export { dedupe, type Deduped } from './tools/sharing/dedupe';
export { filterBy, partitionBy, rejectBy } from './tools/collections/filter-by';
export { lazyConstant, type LazyConstant, type LazyConstantConfig } from './tools/sharing/lazy-constant';
export { mapBy } from './tools/collections/map-by';
export { memoizeLru, type MemoizedLru, type MemoizeLruConfig } from './tools/sharing/memoize-lru';
export { memoizePerInstance, type MemoizedPerInstance } from './tools/sharing/memoize-per-instance';
export type { BackoffConfig, BackoffKind, JitterKind, RetryDelayConfig } from './tools/retry-delay';
export { byKey, groupByKey, type ByKeyConfig, type GroupByKeyConfig } from './tools/rows-by-key';
export { retryTask, type RetryTaskConfig } from './tools/retry-task';
export { maxBy, minBy, sortBy, type SortConfig } from './tools/collections/sort-by';
export type { KeyConfig } from './tools/tool-config';
