/** The built package, as published. `build-threads.mjs` builds it before the specs. */
const { SLUICE_THREADS } = process.env;

/** The folder `dist` of the built package. */
export function builtFiles(): string {
  if (SLUICE_THREADS === undefined)
    throw new Error(
      'The package was not built before the specs. The error of the build is at the start of the output of jest.',
    );
  return SLUICE_THREADS;
}
