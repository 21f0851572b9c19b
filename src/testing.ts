/** Sluice's tools for tests: mocks of tasks, probes of batches, a pool on virtual time. */
export {};
