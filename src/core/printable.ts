/**
 * Text that may stand on a terminal, in a log or in a stack: names and keys may come from anywhere, and hold what clears a
 * screen, reverses a line or forges another one.
 */

// Controls (C0, C1), formats (bidirectional marks), lone surrogates, and what ends a line.
const unprintable = /[\p{C}\u2028\u2029]/gu;

/** The same text, with `\u{…}` for each character that does not print. */
export const printable = (text: string): string =>
  text.replace(unprintable, (character) => `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`);
