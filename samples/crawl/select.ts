/**
 * Fields are the texts of elements that CSS selectors name. They need a document tree, which takes four times the time of
 * a parser alone: so the library is loaded by the first page of a crawl that selects fields, and by no other crawl.
 */
import type { load } from 'cheerio/slim';

let loaded: typeof load | undefined;

/** Texts by the name of their field, with white space collapsed; a selector with `@name` selects an attribute. */
export function selectFields(
  html: string,
  select: Readonly<Record<string, string>>,
): Readonly<Record<string, readonly string[]>> {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  loaded ??= (require('cheerio/slim') as { readonly load: typeof load }).load;
  const document = loaded(html);
  const fields = Object.entries(select).map(([name, path]) => {
    const [, selector = path, attribute] = /^(.*?)@([\w-]+)$/.exec(path) ?? [];
    const texts = document(selector)
      .toArray()
      .map((element) => (attribute === undefined ? document(element).text() : document(element).attr(attribute)))
      .flatMap((text) => text?.replace(/\s+/g, ' ').trim() ?? []);
    return [name, texts] as const;
  });
  return Object.fromEntries(fields);
}
