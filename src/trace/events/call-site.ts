/** A call site is the place that called the library: the first stack frame outside of sluice, RxJS and Node. */
import { captureStack, isLibraryFrame, type CapturedStack } from '../../core/call-site';

/** Captures a stack at once, and formats it on the first read, because formatting costs far more than capturing. */
export class CallSite {
  #captured: CapturedStack | undefined;
  #line: string | undefined;

  /** @param callee the library function that was called, if known: its own frames and those it called are left out */
  constructor(callee?: object) {
    const limit = Error.stackTraceLimit;
    // Each captured frame costs time. With `callee`, only frames such as `map` lie between the function and its caller.
    // `Reflect.set` does not throw where intrinsics are frozen; the limit stays as it is then.
    Reflect.set(Error, 'stackTraceLimit', callee ? FRAMES_FROM_CALLEE : FRAMES_FROM_ANYWHERE);
    this.#captured = captureStack(callee ?? CallSite);
    Reflect.set(Error, 'stackTraceLimit', limit);
  }

  /** A line of a stack, such as `at load (file:///app/load.js:1:2)`. */
  get line(): string | undefined {
    if (!this.#captured) return this.#line;
    const lines = textOf(this.#captured).split('\n');
    this.#captured = undefined;
    this.#line = lines.find((line) => USER_FRAME.test(line) && !isLibraryFrame(line))?.trim();
    return this.#line;
  }
}

/** A `prepareStackTrace` of the program may return anything, or throw. */
function textOf(captured: CapturedStack): string {
  try {
    const stack: unknown = captured.stack;
    return typeof stack === 'string' ? stack : '';
  } catch {
    return '';
  }
}

const FRAMES_FROM_CALLEE = 4;
const FRAMES_FROM_ANYWHERE = 32;

/** A frame with a file position that belongs neither to Node nor to RxJS. */
const USER_FRAME = /^\s+at (?!.*(?:\(?node:|[\\/]node_modules[\\/]rxjs[\\/])).*:\d+:\d+\)?$/;
