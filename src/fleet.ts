/**
 * `sluice/fleet`: a pool of many machines, with the interface of a worker pool. Its engine is BullMQ on Redis; the packages
 * `bullmq` and `ioredis` are optional peers.
 */
export { FleetPool, type FleetMetrics } from './fleet/caller/fleet-pool';
export { FleetLimiter, type FleetLimiterConfig } from './fleet/caller/fleet-limiter';
export { FleetJob } from './fleet/caller/fleet-job';
export type { FleetPoolConfig, FleetTaskConfig } from './fleet/caller/fleet-pool-config';
export type { FleetConfig } from './fleet/redis/fleet-config';
export type { FleetConnectionConfig } from './fleet/redis/redis-connection';
export { runFleetWorker, type FleetWorker } from './fleet/worker/fleet-worker';
export type { FleetWorkerConfig } from './fleet/worker/fleet-worker-config';
export type { FleetTelemetryApi } from './fleet/wire/fleet-telemetry';
export type { PayloadStore } from './fleet/wire/payloads';
export {
  FleetProtocolError,
  FleetRedisError,
  FleetUnavailableError,
  FunctionNotAllowedError,
  IdempotencyConflictError,
  NoFleetWorkerError,
  PayloadTooLargeError,
  StalledCallError,
  StreamInterruptedError,
  UnknownCallError,
} from './fleet/wire/fleet-errors';
