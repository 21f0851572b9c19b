/**
 * Text from files and lockfiles may hold any character. What is printed of it stays on its line and holds no character
 * that tells the terminal what to do.
 */

/** Control, format, private and unassigned characters and lone surrogates, as `\u{...}`. */
export function printable(text: string): string {
  return text.replace(UNSEEN, (character) => `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`);
}

/** JSON in which the same characters are escaped as JSON escapes them: it parses to the same value. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replace(UNSEEN, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

const UNSEEN = /\p{C}/gu;
