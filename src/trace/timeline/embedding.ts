/** Embeds data of a trace into a page as text: no name, key or error can become markup. */

/** For a script element with data. U+2028 and U+2029 end a line in older JavaScript, and are escaped as well. */
export const embeddedJson = (value: unknown): string =>
  JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });

/** For the content of an element, and for quoted attributes. */
export const htmlText = (text: string): string =>
  text.replace(/[<>&"']/g, (character) => `&#${String(character.charCodeAt(0))};`);
