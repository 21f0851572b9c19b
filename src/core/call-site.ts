/**
 * A call site is where the library was called from. V8 captures a stack in about two microseconds and formats it only
 * when `stack` is read, which is far slower.
 */
export interface CapturedStack {
  readonly stack?: string;
}

type CaptureStackTrace = (target: object, above: unknown) => void;

const { captureStackTrace } = Error as { captureStackTrace?: CaptureStackTrace };

/** Whether the engine captures stacks; only V8 and newer versions of others do. */
export const canCaptureStack = captureStackTrace !== undefined;

/** Captures the stack of the caller of `above`: the frame of `above` and all frames that it has called are left out. */
export function captureStack(above: unknown): CapturedStack {
  const target: CapturedStack = {};
  captureStackTrace?.(target, above);
  return target;
}

/** The folder of the library's files, as stacks name it; undefined where a bundler has put all files into one. */
const libraryFolder = /(?:\(|at )((?:file:\/\/)?\S[^(]*?[\\/])core[\\/]call-site\.\w+/.exec(
  new Error().stack ?? '',
)?.[1];

/** Whether a line of a stack is a frame of the library, or of one of its folders. */
export const isLibraryFrame = (line: string, folder = ''): boolean =>
  libraryFolder !== undefined && line.includes(libraryFolder + folder);
