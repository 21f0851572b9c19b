/** The call site of work in a scope, for messages that are written much later: when the work is given up. */
import { canCaptureStack, captureStack } from '../core/call-site';

type Callee = (...args: never[]) => unknown;

/** Where `callee` was called from; captured only where the work may be given up one day, since each capture costs. */
export function callerOf(callee: Callee, graceMs: number): string {
  if (graceMs === Infinity || !canCaptureStack) return 'somewhere';
  return captureStack(callee).stack?.split('\n')[1]?.trim() ?? 'somewhere';
}
