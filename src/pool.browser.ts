/**
 * `sluice/pool` in browsers: a pool of Web Workers, whose tasks return values and streams.
 */
export type { Call } from './pool/api/call';
export type { FunctionReference } from './pool/wire/function-code';
export { Job, type WorkerResult, type ChainConfig } from './pool/api/job';
export { WorkerPool } from './pool/browser/worker-pool';
export { offload, type OffloadConfig } from './pool/api/offload';
export type { WorkerPoolConfig } from './pool/host/pool-config';
export {
  ModuleLoadError,
  PoisonedTaskError,
  PoolClosedError,
  QueueFullError,
  ThrownValueError,
  TransferError,
  WorkerCrashError,
  WorkerStartError,
  type CrashKind,
} from './pool/wire/pool-errors';
export type { PoolEvent, PoolStats } from './pool/host/pool-events';
export type { PoolFunction, PoolModule } from './pool/api/pool-module';
export { registerError } from './pool/wire/error-deserializer';
export type { TaskPool } from './pool/api/task-pool';
export { transfer } from './pool/wire/transfer';
export type { BroadcastConfig } from './pool/api/broadcast-config';
export type { CloseConfig } from './pool/api/close-config';
export type { TaskConfig } from './pool/api/task-config';
export type { PoolTask } from './pool/api/worker-pool-base';
export { workerTask, type NestedJob, type WorkerTask } from './pool/worker/worker-task';
