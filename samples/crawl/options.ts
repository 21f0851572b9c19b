/**
 * The options of a crawl, with their defaults: polite to hosts that are not the user's own, and patient enough to finish.
 */
import { SESSION_PARAMETERS } from './normalise';

export interface CrawlOptions {
  /** URLs at which the crawl begins. */
  readonly seeds: readonly string[];
  /** Hosts with their ports that are crawled besides those of the seeds; `'all'` follows links to any host. */
  readonly hosts: readonly string[] | 'all';
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly maxDepth: number;
  readonly maxPages: number;
  /** Size of one page in bytes, after decoding. */
  readonly maxPageBytes: number;
  /** Sum of the sizes of all pages, after which no more are fetched. */
  readonly maxBytes: number;
  readonly maxPerPrefix: number;
  readonly maxUrlLength: number;
  readonly maxRepeats: number;
  readonly maxRedirects: number;
  readonly stripParameters: readonly string[];
  readonly sortQuery: boolean;
  /** CSS selectors by the name of their field. */
  readonly select: Readonly<Record<string, string>>;

  /** Requests at a time, to all hosts. */
  readonly concurrency: number;
  /** Requests at a time to one host. */
  readonly perHost: number;
  /** Time between a response and the next request to its host, in ms. With a delay, one request runs at a time. */
  readonly delayMs: number;
  readonly timeoutMs: number;
  readonly tries: number;
  readonly retryMs: number;
  /** First pause after a 429 or 503 without Retry-After, in ms. */
  readonly pauseMs: number;
  /** Pauses that one page waits for before it fails. */
  readonly maxPauses: number;

  readonly robots: boolean;
  readonly robotsDenied: 'allow' | 'refuse';
  readonly maxCrawlDelayMs: number;
  /** Whether `noindex` and `nofollow` are obeyed. */
  readonly directives: boolean;
  readonly sitemaps: boolean;
  /** Product token of the crawler: its name in a robots.txt. */
  readonly agent: string;
  readonly userAgent: string;

  /** Threads that parse pages; with 0 the main thread does. */
  readonly threads: number;
  /** The URL of the Redis of a fleet, whose workers parse pages; empty for none. */
  readonly fleet: string;
  /** File of the results; `-` is stdout. */
  readonly output: string;
  readonly journal: string;
  /** Forgets an unfinished crawl and the stored copies. */
  readonly restart: boolean;
}

export const DEFAULT_OPTIONS: CrawlOptions = {
  seeds: [],
  hosts: [],
  include: [],
  exclude: [],
  maxDepth: 50,
  maxPages: Infinity,
  maxPageBytes: 16 * 1024 * 1024,
  maxBytes: Infinity,
  maxPerPrefix: 20_000,
  maxUrlLength: 2_000,
  maxRepeats: 3,
  maxRedirects: 10,
  stripParameters: [],
  sortQuery: false,
  select: {},
  concurrency: 32,
  perHost: 2,
  delayMs: 0,
  timeoutMs: 30_000,
  tries: 3,
  retryMs: 1_000,
  pauseMs: 60_000,
  maxPauses: 10,
  robots: true,
  robotsDenied: 'allow',
  maxCrawlDelayMs: 30_000,
  directives: true,
  sitemaps: true,
  agent: 'sluice-crawler',
  userAgent: 'Mozilla/5.0 (compatible; sluice-crawler/0.1)',
  threads: 0,
  fleet: '',
  output: 'crawl.jsonl',
  journal: 'crawl.jsonl.journal',
  restart: false,
};

/** Names that the option to strip session ids stands for. */
export const SESSION_PARAMETER_NAMES: readonly string[] = [...SESSION_PARAMETERS];

/** The options that decide which pages a crawl has and where they go, as text: a crawl is resumed with the same ones. */
export function scopeOf(options: CrawlOptions): string {
  const { seeds, hosts, include, exclude, maxDepth, maxPerPrefix, maxUrlLength, maxRepeats, maxRedirects } = options;
  const { stripParameters, sortQuery, select, robots, robotsDenied, directives, sitemaps, agent, output } = options;
  return JSON.stringify({
    ...{ seeds, hosts, include, exclude, maxDepth, maxPerPrefix, maxUrlLength, maxRepeats, maxRedirects },
    ...{ stripParameters, sortQuery, select, robots, robotsDenied, directives, sitemaps, agent, output },
  });
}

/** The URLs at which a crawl with this scope begins. */
export function seedsOf(scope: string): readonly string[] {
  return (JSON.parse(scope) as Pick<CrawlOptions, 'seeds'>).seeds;
}
