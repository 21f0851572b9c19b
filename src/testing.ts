/** The entry point `sluice/testing`: mocks of tasks, probes of batch functions, and a worker pool on virtual time. */
export { answersAfter, type AnswerConfig } from './testing/mocks/answers-after';
export { flushKeys } from './testing/probes/flush-keys';
export { mockTask } from './testing/mocks/mock-task';
export { probeBatch, type BatchProbe } from './testing/probes/probe-batch';
export {
  restoreAllMocks,
  type Answer,
  type PoolTaskAnswer,
  type TaskAnswer,
  type TaskMock,
} from './testing/mocks/task-mock';
export { UnansweredMockError } from './testing/mocks/unanswered-mock-error';
export { VirtualPool } from './testing/virtual-pool/virtual-pool';
export type { VirtualPoolConfig } from './testing/virtual-pool/virtual-pool-config';
