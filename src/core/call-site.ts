/**
 * A call site is the line of the user's code that called the library. V8 captures a stack in about two microseconds and
 * formats it only when `stack` is read, which is far slower.
 */
export interface CapturedStack {
  readonly stack?: string;
}

type CaptureStackTrace = (target: object, calledFunction: unknown) => void;

const { captureStackTrace } = Error as { captureStackTrace?: CaptureStackTrace };

/** Whether the engine has `Error.captureStackTrace`: V8 has it, other engines in newer versions only. */
export const canCaptureStack = captureStackTrace !== undefined;

/** Captures the stack above a function: its own frame and the frames that it called are left out. */
export function captureStack(calledFunction: unknown): CapturedStack {
  const target: CapturedStack = {};
  captureStackTrace?.(target, calledFunction);
  return target;
}

/** The path or URL of the file of the user's code that called the library; undefined where the stack does not tell. */
export function callingFile(calledFunction: unknown): string | undefined {
  const { stack } = captureStack(calledFunction);
  if (typeof stack !== 'string') return undefined;
  const frame = stack.split('\n').find((line) => FILE.test(line) && !isLibraryFrame(line));
  return frame && FILE.exec(frame)?.[1];
}

/** A frame with an absolute path; frames of Node and of evaluated code have none. */
const FILE = /^\s+at (?:.*\()?(?:async )?((?:file:\/\/)?(?:\/|[a-zA-Z]:[\\/])[^()]*):\d+:\d+\)?$/;

/** The folder of the library's files as written in stacks; undefined where a bundler has joined all files into one. */
const libraryFolder = /(?:\(|at )((?:file:\/\/)?\S[^(]*?[\\/])core[\\/]call-site\.\w+/.exec(
  new Error().stack ?? '',
)?.[1];

/** Whether a line of a stack is a frame of the library (or of the given folder of the library). */
export const isLibraryFrame = (line: string, folder = ''): boolean =>
  libraryFolder !== undefined && line.includes(libraryFolder + folder);
