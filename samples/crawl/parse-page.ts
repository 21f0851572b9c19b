/**
 * A page is what a crawl keeps of an HTML document: title, description, text and links, with what the document says to
 * crawlers.
 */
import { Parser } from 'htmlparser2';

export interface ParsedPage {
  readonly title: string;
  readonly description: string;
  /** Language of the document, as its `lang` attribute writes it. */
  readonly language: string;
  /** `href` of the canonical link, as the document writes it. */
  readonly canonical: string | undefined;
  /** Visible text, with its white space collapsed. */
  readonly text: string;
  /** `href` of the links, as the document writes them but for the fragment, without repetition. */
  readonly hrefs: readonly string[];
  /** `href` of the first `<base>`. */
  readonly base: string | undefined;
  /** Content of the `<meta name=robots>` elements. */
  readonly robots: string;
}

/** @param agent product token of the crawler, which is a name of a `<meta>` for this crawler alone */
export function parsePage(html: string, agent: string): ParsedPage {
  const hrefs = new Set<string>();
  const texts: string[] = [];
  let title: string | undefined;
  let description = '';
  let language = '';
  let canonical: string | undefined;
  let base: string | undefined;
  let robots = '';
  let hidden = 0;
  let inTitle = false;
  let titleText = '';
  const onLink = (name: string, attributes: Readonly<Record<string, string>>): void => {
    const { [name]: href, rel } = attributes;
    if (href !== undefined && (rel === undefined || !/\bnofollow\b/i.test(rel)))
      hrefs.add(withoutFragment(href.trim()));
  };
  const onMeta = (attributes: Readonly<Record<string, string>>): void => {
    const { name = '', content = '', 'http-equiv': equivalent } = attributes;
    const meta = name.toLowerCase();
    if (meta === 'robots' || meta === agent) robots += `${content},`;
    else if (meta === 'description' && description === '') description = collapse(content);
    else if (equivalent?.toLowerCase() === 'refresh') {
      const target = /^\s*[\d.]*\s*[;,]\s*(?:url\s*=\s*)?["']?([^"']+)/i.exec(content)?.[1];
      if (target !== undefined) hrefs.add(target.trim());
    }
  };
  const parser = new Parser({
    onopentag: (name, attributes) => {
      if (HIDDEN.has(name)) hidden += 1;
      if (BREAKING.has(name)) texts.push(' ');
      switch (name) {
        case 'a':
        case 'area':
          onLink('href', attributes);
          break;
        case 'frame':
        case 'iframe':
          onLink('src', attributes);
          break;
        case 'meta':
          onMeta(attributes);
          break;
        case 'base':
          base ??= attributes['href'];
          break;
        case 'html':
          language ||= attributes['lang'] ?? '';
          break;
        case 'link':
          if (/\bcanonical\b/i.test(attributes['rel'] ?? '')) canonical ??= attributes['href'];
          break;
        case 'title':
          inTitle = hidden === 0;
          break;
      }
    },
    ontext: (text) => {
      if (inTitle) titleText += title === undefined ? text : '';
      else if (hidden === 0) texts.push(text);
    },
    onclosetag: (name) => {
      if (HIDDEN.has(name)) hidden -= 1;
      if (BREAKING.has(name)) texts.push(' ');
      if (name === 'title' && inTitle) {
        inTitle = false;
        title ??= collapse(titleText);
      }
    },
  });
  parser.end(html);
  return {
    title: title ?? collapse(titleText),
    description,
    language,
    canonical,
    text: collapse(texts.join('')),
    hrefs: [...hrefs],
    base,
    robots,
  };
}

/** An `href` without its fragment, which is no part of the page that it leads to. A fragment alone stays. */
function withoutFragment(href: string): string {
  const hash = href.indexOf('#');
  // White space before the fragment is a part of the URL, unless it is the last part.
  return hash > 0 && href.charCodeAt(hash - 1) > 32 ? href.slice(0, hash) : href;
}

/** Elements whose text is not shown on the page. */
const HIDDEN: ReadonlySet<string> = new Set(['script', 'style', 'template', 'noscript', 'svg']);

/** Elements that separate words although the markup has no white space between them. */
const BREAKING: ReadonlySet<string> = new Set(
  (
    'address article aside blockquote br caption dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 ' +
    'h6 header hr li main nav ol option p pre section table tbody td tfoot th thead tr ul'
  ).split(' '),
);

/** Text with each run of white space as one blank. */
function collapse(text: string): string {
  return text.replace(LONG_SPACE, ' ').trim();
}

/** White space but for a single blank, which may stay: a match for each blank would take more than twice the time. */
const LONG_SPACE = /[^\S ]\s*| \s+/g;
