/** Where the library was called from: the first line of a stack that is none of its own. */
interface Captured {
  readonly stack?: string;
}

/** It is written down only when it is read, which costs far more than to note it. */
export class CallSite {
  readonly #captured: Captured = {};

  /** `above`: what was called, if that is known; all that it has called is left out. */
  constructor(above: object = CallSite) {
    const { captureStackTrace } = Error as { captureStackTrace?: (target: object, above: object) => void };
    captureStackTrace?.(this.#captured, above);
  }

  /** As in a stack: `at load (file:///app/load.js:1:2)`. */
  get line(): string | undefined {
    const lines = this.#captured.stack?.split('\n') ?? [];
    return lines.find((line) => PLACE.test(line) && !(home && line.includes(home)))?.trim();
  }
}

/** Frames of Node's own, and those without a place, say nothing to people. */
const PLACE = /^\s+at (?!.*\(?node:).*:\d+:\d+\)?$/;

/** The folder of the library; undefined where a bundler has put it into one file with everything else. */
const home = /(?:\(|at )((?:file:\/\/)?\S[^(]*?[\\/])trace[\\/]call-site\.\w+/.exec(new Error().stack ?? '')?.[1];
