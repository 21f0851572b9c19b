/** Where somebody called from, in words, for messages that are read much later. */
type Named = (...args: never[]) => unknown;

/** To look costs, so it is done only where somebody may be given up one day. */
export function callerOf(callee: Named, graceMs: number): string {
  const { captureStackTrace } = Error as { captureStackTrace?: (target: object, above: Named) => void };
  if (graceMs === Infinity || !captureStackTrace) return 'somewhere';
  const here: { stack?: string } = {};
  captureStackTrace(here, callee);
  return here.stack?.split('\n')[1]?.trim() ?? 'somewhere';
}
