/**
 * Directives are what a page says to crawlers about itself: in `<meta name=robots>`, and in the header X-Robots-Tag, which
 * may name one crawler.
 */

export interface RobotsDirectives {
  /** The page is no result. Its links are followed all the same. */
  readonly noindex: boolean;
  /** Links of the page are not followed. */
  readonly nofollow: boolean;
}

/**
 * @param meta content of the meta elements, separated by commas
 * @param header X-Robots-Tag; several of them are joined by commas
 * @param agent product token of the crawler
 */
export function directivesOf(meta: string, header: string | undefined, agent: string): RobotsDirectives {
  if (meta === '' && header === undefined) return NONE;
  const directives = new Set([...wordsOf(meta), ...(header === undefined ? [] : headerWords(header, agent))]);
  const none = directives.has('none');
  return { noindex: none || directives.has('noindex'), nofollow: none || directives.has('nofollow') };
}

const NONE: RobotsDirectives = { noindex: false, nofollow: false };

function wordsOf(text: string): readonly string[] {
  return text
    .toLowerCase()
    .split(',')
    .map((word) => word.trim());
}

/** The directives up to the name of another crawler belong to all, and those after a name to that crawler. */
function headerWords(header: string, agent: string): readonly string[] {
  let isForUs = true;
  return wordsOf(header).flatMap((word) => {
    const named = /^([\w-]+)\s*:\s*(.*)$/.exec(word);
    const [, name = '', rest = word] = named ?? [];
    // Some directives have a value after a colon, and are none of these.
    if (named !== null && !VALUED.has(name)) isForUs = name === agent.toLowerCase() || name === '*';
    return isForUs ? [rest] : [];
  });
}

const VALUED: ReadonlySet<string> = new Set([
  'unavailable_after',
  'max-snippet',
  'max-image-preview',
  'max-video-preview',
]);
