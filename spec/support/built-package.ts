/** The package as its users have it: `build-threads.mjs` has built it before the specs. */
const { SLUICE_THREADS } = process.env;

/** The folder `dist` of that package. */
export function builtFiles(): string {
  if (SLUICE_THREADS === undefined)
    throw new Error('The package is not built: see why at the start of what jest printed.');
  return SLUICE_THREADS;
}
