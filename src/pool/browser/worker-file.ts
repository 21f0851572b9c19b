/**
 * Where the program of a browser's workers is: beside this file. Bundlers look for just this expression, and bundle
 * what it names.
 */

/** @throws what `new Worker` throws, where the page may have none. */
export const startWorker = (name: string): Worker =>
  // @ts-expect-error -- the sources compile as CommonJS, which has no `import.meta`; this file is built as an ES module only
  new Worker(new URL('./worker-entry.mjs', import.meta.url), { type: 'module', name });
