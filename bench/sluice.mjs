/** The main entry point of the built package, which resolves the copy of RxJS in the root. */
export * from '../dist/index.mjs';
