/**
 * The worker pool: work off the thread, streams back, and a blocking get. This is its door for Node.
 */
export { Call } from './pool/call';
export type { FunctionReference } from './pool/function-code';
export { Job, type Arrived, type ChainConfig } from './pool/job';
export { WorkerPool } from './pool/node-pool';
export { offload, type OffloadConfig } from './pool/offload';
export type { WorkerPoolConfig } from './pool/pool-config';
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
} from './pool/pool-errors';
export type { PoolEvent, PoolStats } from './pool/pool-events';
export type { PoolFunction, PoolModule } from './pool/pool-module';
export { registerError } from './pool/error-revival';
export type { TaskPool } from './pool/task-pool';
export { transfer } from './pool/transfer';
export type { CloseConfig, PoolTask, TaskConfig } from './pool/worker-pool';
export { workerTask, type NestedJob, type WorkerTask } from './pool/worker/worker-task';
