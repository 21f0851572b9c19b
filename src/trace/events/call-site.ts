/** Where the library was called from: the first line of a stack that is none of its own. */
import { captureStack, isLibraryFrame, type CapturedStack } from '../../core/call-site';

/** It is written down only when it is read, which costs far more than to note it. */
export class CallSite {
  #captured: CapturedStack | undefined;
  #line: string | undefined;

  /** `above`: what was called, if that is known; all that it has called is left out. */
  constructor(above?: object) {
    const limit = Error.stackTraceLimit;
    // Each frame costs. Between what was called and its caller there may be `map` and the like.
    // Where intrinsics are frozen it stays as it is.
    Reflect.set(Error, 'stackTraceLimit', above ? NEAR : FAR);
    this.#captured = captureStack(above ?? CallSite);
    Reflect.set(Error, 'stackTraceLimit', limit);
  }

  /** As in a stack: `at load (file:///app/load.js:1:2)`. */
  get line(): string | undefined {
    if (!this.#captured) return this.#line;
    const lines = textOf(this.#captured).split('\n');
    this.#captured = undefined;
    this.#line = lines.find((line) => PLACE.test(line) && !isLibraryFrame(line))?.trim();
    return this.#line;
  }
}

/** A program may have a `prepareStackTrace` of its own, which gives anything, or throws. */
function textOf(captured: CapturedStack): string {
  try {
    const stack: unknown = captured.stack;
    return typeof stack === 'string' ? stack : '';
  } catch {
    return '';
  }
}

const NEAR = 4;
const FAR = 32;

/** Frames of Node's own, and those without a place, say nothing to people. */
const PLACE = /^\s+at (?!.*(?:\(?node:|[\\/]node_modules[\\/]rxjs[\\/])).*:\d+:\d+\)?$/;
