/**
 * The worker file is the program of a Web Worker; it stands beside this file. Bundlers recognise the expression below and
 * bundle the file that it names.
 */

/** @throws what `new Worker` throws where the policy of the page forbids workers. */
export const startWorker = (name: string): Worker =>
  // @ts-expect-error -- the sources compile as CommonJS, which has no `import.meta`; this file is built as an ES module only
  new Worker(new URL('./worker-entry.mjs', import.meta.url), { type: 'module', name });
