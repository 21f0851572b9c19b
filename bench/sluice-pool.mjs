/** The entry point `sluice/pool` of the built package. */
export * from '../dist/pool.mjs';
