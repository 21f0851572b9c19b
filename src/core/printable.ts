/**
 * Printable text is safe on a terminal, in a log and in a stack. Names and keys may come from untrusted input, with
 * characters that clear the screen, reverse a line or forge a new line.
 */

// Control characters (C0, C1), format characters (bidirectional marks), lone surrogates and line separators.
const unprintable = /[\p{C}\u2028\u2029]/gu;

/** Replaces each unprintable character by `\u{…}`. */
export const printable = (text: string): string =>
  text.replace(unprintable, (character) => `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`);
