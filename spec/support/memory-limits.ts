/**
 * Whether a thread that has filled its heap ends by itself. On Node 24 it may collect garbage without end instead, with
 * small limits, as a bare `worker_threads` shows: specs of it are for the versions before.
 */
export const memoryLimitsHold = Number.parseInt(process.versions.node, 10) < 24;
