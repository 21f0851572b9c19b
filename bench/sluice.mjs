/** Sluice as people install it: the built package, which finds the one copy of RxJS in the root. */
export * from '../dist/index.mjs';
