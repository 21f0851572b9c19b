/** Sluice's trace: what it does, seen as it happens, and kept as pictures, spans and numbers. */
export * from './trace.browser';
