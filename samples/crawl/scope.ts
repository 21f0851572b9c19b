/**
 * The scope decides which links a crawl follows: those to its hosts that the patterns admit, within the limits. The
 * limits are there for endless sets of URLs, such as the months of a calendar, and what they cut is counted.
 */
import { CrawlError } from './crawl-error';
import type { FoundPage } from './page';

export interface ScopeConfig {
  /** Hosts with their ports; `'all'` follows links to any host. */
  readonly hosts: ReadonlySet<string> | 'all';
  /** Regular expressions for URLs; with at least one, only URLs that one of them matches are followed. */
  readonly include: readonly string[];
  /** Regular expressions for URLs that are not followed. */
  readonly exclude: readonly string[];
  readonly maxDepth: number;
  /** Number of URLs below one folder, and of queries of one path. */
  readonly maxPerPrefix: number;
  /** Length of a URL, in characters. */
  readonly maxUrlLength: number;
  /** Number of times that one segment may stand in a path. */
  readonly maxRepeats: number;
}

/** Limit that cut a link off. */
export type Cut = 'depth' | 'URL length' | 'repeated segments' | 'pages below a folder';

export class Scope {
  readonly #config: ScopeConfig;
  readonly #include: readonly RegExp[];
  readonly #exclude: readonly RegExp[];
  readonly #prefixes = new Map<string, number>();

  constructor(config: ScopeConfig) {
    this.#config = config;
    this.#include = config.include.map((pattern) => compiled('--include', pattern));
    this.#exclude = config.exclude.map((pattern) => compiled('--exclude', pattern));
  }

  /** False for a link that leads out of the crawl, which is no loss. */
  contains({ host, url, kind }: FoundPage): boolean {
    const { hosts } = this.#config;
    if (hosts !== 'all' && !hosts.has(host)) return false;
    if (kind === 'sitemap') return true;
    if (this.#exclude.some((pattern) => pattern.test(url))) return false;
    return this.#include.length === 0 || this.#include.some((pattern) => pattern.test(url));
  }

  /** The limit that cuts off a link within the crawl; `undefined` if it is followed. */
  cutOf({ key, depth, kind }: FoundPage): Cut | undefined {
    const { maxDepth, maxUrlLength, maxRepeats, maxPerPrefix } = this.#config;
    if (key.length > maxUrlLength) return 'URL length';
    if (kind === 'sitemap') return undefined;
    if (depth > maxDepth) return 'depth';
    if (mostRepeats(key) > maxRepeats) return 'repeated segments';
    if (prefixesOf(key).some((prefix) => (this.#prefixes.get(prefix) ?? 0) >= maxPerPrefix))
      return 'pages below a folder';
    return undefined;
  }

  /** Counts a page that is queued. */
  count(key: string): void {
    for (const prefix of prefixesOf(key)) this.#prefixes.set(prefix, (this.#prefixes.get(prefix) ?? 0) + 1);
  }
}

/** @throws CrawlError if the pattern is no regular expression. */
function compiled(option: string, pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'u');
  } catch (error) {
    throw new CrawlError(`${option}: expected a regular expression; got ${pattern}. ${String(error)}`, {
      cause: error,
    });
  }
}

/** The folders that a page is in, down to the third, and its path if it has a query. The root is no folder. */
function prefixesOf(key: string): readonly string[] {
  const start = key.indexOf('/', key.indexOf('//') + 2);
  const question = key.indexOf('?', start);
  const end = question === -1 ? key.length : question;
  const prefixes: string[] = question === -1 ? [] : [key.slice(0, question + 1)];
  let slash = key.indexOf('/', start + 1);
  for (let level = 0; level < COUNTED_LEVELS && slash !== -1 && slash < end; level += 1) {
    prefixes.push(key.slice(0, slash + 1));
    slash = key.indexOf('/', slash + 1);
  }
  return prefixes;
}

const COUNTED_LEVELS = 3;

function mostRepeats(key: string): number {
  const [path = ''] = key.slice(key.indexOf('/', key.indexOf('//') + 2)).split('?');
  const segments = path.split('/').filter((segment) => segment !== '');
  if (segments.length < 3) return 1;
  const counts = new Map<string, number>();
  for (const segment of segments) counts.set(segment, (counts.get(segment) ?? 0) + 1);
  return Math.max(...counts.values());
}
