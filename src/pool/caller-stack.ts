/**
 * Where something was asked for: the stack without what of it is ours. V8 notes it in two microseconds, and writes it
 * down when it is read, which only failures do.
 */

/** Ours and RxJS's frames stand above those of the caller. */
const DEEP_ENOUGH = 24;

export interface CallerStack {
  readonly stack?: string;
}

interface V8Errors {
  stackTraceLimit?: number;
  captureStackTrace?: (holder: object, above: unknown) => void;
}

export function callerStack(): CallerStack | undefined {
  const errors = Error as V8Errors;
  const { stackTraceLimit } = errors;
  if (!errors.captureStackTrace) return undefined;
  const holder: CallerStack = {};
  errors.stackTraceLimit = DEEP_ENOUGH;
  errors.captureStackTrace(holder, callerStack);
  if (stackTraceLimit === undefined) delete errors.stackTraceLimit;
  else errors.stackTraceLimit = stackTraceLimit;
  return holder;
}

/** A stack without the frames that are of this library. */
export const withoutOurs = (stack: string): string =>
  stack
    .split('\n')
    .filter((line) => !(home && line.includes(home) && /^\s+at /.test(line)))
    .join('\n');

/** The folder this is in, as stacks name it. */
const home = /(?:\(|at )((?:file:\/\/)?\S.*?)[\\/]pool[\\/]caller-stack\.\w+/.exec(new Error().stack ?? '')?.[1];
