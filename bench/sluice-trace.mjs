/** The trace of sluice, as people install it: its door in the built package. */
export * from '../dist/trace.mjs';
