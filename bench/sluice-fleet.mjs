/** The entry point `sluice/fleet` of the built package. */
export * from '../dist/fleet.mjs';
