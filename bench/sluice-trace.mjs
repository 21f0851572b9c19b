/** The entry point `sluice/trace` of the built package. */
export * from '../dist/trace.mjs';
