/**
 * Printable text contains no line breaks and no control characters. Names and texts from files and lockfiles may
 * contain both, and a terminal would interpret them.
 */

/** Text with control, format, private-use and unassigned characters and lone surrogates written as `\u{...}`. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`);
}

/** JSON in which the same characters are written as JSON escapes, so that it parses to the same value. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replace(UNPRINTABLE, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

const UNPRINTABLE = /\p{C}/gu;
