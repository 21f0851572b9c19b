/** Sluice's tools for tests: mocks of tasks, probes of batches, a pool on virtual time. */
export { answersAfter, type AnswerConfig } from './testing/answers-after';
export { flushKeys } from './testing/flush-keys';
export { mockTask } from './testing/mock-task';
export { probeBatch, type BatchProbe } from './testing/probe-batch';
export { restoreAllMocks, type Answer, type PoolTaskAnswer, type TaskAnswer, type TaskMock } from './testing/task-mock';
export type { TaskPool } from './pool/task-pool';
export { UnansweredMockError } from './testing/unanswered-mock-error';
export { VirtualPool } from './testing/virtual-pool';
export type { VirtualPoolConfig } from './testing/virtual-pool-config';
