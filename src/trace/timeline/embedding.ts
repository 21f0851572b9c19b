/** Whatever a trace has heard, written into a page so that it stays text: no name, key or error can become markup. */

/** For a script element that is data. JSON may be written with escapes, and the two line ends are none to old readers. */
export const embeddedJson = (value: unknown): string =>
  JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });

/** For the content of an element, and for attributes in quotes. */
export const htmlText = (text: string): string =>
  text.replace(/[<>&"']/g, (character) => `&#${String(character.charCodeAt(0))};`);
