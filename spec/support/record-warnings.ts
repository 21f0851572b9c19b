/** Warnings that code under test prints with `console.warn`. They are recorded, and not printed. */

/** Records the warnings of each spec of the calling file, and returns a function that returns those of the present spec. */
export function recordWarnings(): () => readonly string[] {
  let warn: jest.SpyInstance<void, unknown[]>;
  beforeEach(() => {
    warn = jest.spyOn(console, 'warn').mockReturnValue();
  });
  afterEach(() => {
    warn.mockRestore();
  });
  return () => textsOf(warn);
}

/** The warnings that are printed while `work` runs. */
export function warningsOf(work: () => void): readonly string[] {
  const warn = jest.spyOn(console, 'warn').mockReturnValue();
  try {
    work();
    return textsOf(warn);
  } finally {
    warn.mockRestore();
  }
}

const textsOf = (warn: jest.SpyInstance<void, unknown[]>): string[] => warn.mock.calls.map(([text]) => String(text));
