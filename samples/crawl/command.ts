/**
 * The options of the command line, as commander reads them, and the options of a crawl that they stand for.
 */
import { Command, InvalidArgumentError, Option } from 'commander';
import { hostOf, normalise } from './normalise';
import { DEFAULT_OPTIONS, SESSION_PARAMETER_NAMES, type CrawlOptions } from './options';

export interface CommandOptions {
  readonly site?: string;
  readonly seed: number;
  readonly host: readonly string[];
  readonly allHosts: boolean;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly maxDepth?: number;
  readonly maxPages?: number;
  readonly maxPageBytes?: number;
  readonly maxBytes?: number;
  readonly maxPerPrefix?: number;
  readonly maxUrlLength?: number;
  readonly maxRepeats?: number;
  readonly maxRedirects?: number;
  readonly strip: readonly string[];
  readonly stripSessions: boolean;
  readonly sortQuery: boolean;
  readonly select: Readonly<Record<string, string>>;
  readonly concurrency?: number;
  readonly perHost?: number;
  readonly delay?: number;
  readonly timeout?: number;
  readonly tries?: number;
  readonly retryDelay?: number;
  readonly pause?: number;
  readonly robots: boolean;
  readonly robotsDenied: 'allow' | 'refuse';
  readonly maxCrawlDelay?: number;
  readonly directives: boolean;
  readonly sitemaps: boolean;
  readonly agent?: string;
  readonly userAgent?: string;
  readonly threads?: number;
  readonly fleet?: string;
  readonly output?: string;
  readonly journal?: string;
  readonly restart: boolean;
  readonly json: boolean;
  readonly log?: string;
  readonly timeline?: string;
}

const D = DEFAULT_OPTIONS;

/** The command, whose action is still to be set. */
export function crawlCommand(): Command {
  return (
    new Command('crawl')
      .description('Crawls websites: their pages, links and texts. Without a URL, a hostile site on this machine.')
      .argument('[urls...]', 'URLs at which the crawl begins')
      .option('--site <dir>', 'serve the files of a folder on this machine, and crawl them')
      .option('--seed <n>', 'seed of the built-in site', whole(0), 1)
      .option('--host <host>', 'also crawl this host, with its port; can be repeated', hosts, [])
      .option('--all-hosts', 'follow links to any host', false)
      .option('--include <regex>', 'follow only URLs that match; can be repeated', collected, [])
      .option('--exclude <regex>', 'follow no URLs that match; can be repeated', collected, [])
      .option('--max-depth <n>', `links from a URL at which the crawl begins (${D.maxDepth})`, whole(0))
      .option('--max-pages <n>', 'pages that are requested (no limit)', whole(1))
      .option('--max-page-bytes <n>', `bytes of one page, after decoding (${D.maxPageBytes})`, whole(1))
      .option('--max-bytes <n>', 'bytes of all pages, after which no more are requested (no limit)', whole(1))
      .option('--max-per-prefix <n>', `pages below a folder, queries of a path (${D.maxPerPrefix})`, whole(1))
      .option('--max-url-length <n>', `characters of a URL (${D.maxUrlLength})`, whole(1))
      .option('--max-repeats <n>', `times that a segment may stand in a path (${D.maxRepeats})`, whole(1))
      .option('--max-redirects <n>', `redirects from a page to the last one (${D.maxRedirects})`, whole(0))
      .option('--strip <name>', 'leave this parameter out of URLs; can be repeated', collected, [])
      .option('--strip-sessions', 'leave the usual session ids out of URLs', false)
      .option('--sort-query', 'the order of a query makes no difference', false)
      .option('--select <name=css>', 'add a field: the texts of a CSS selector, or its @attribute', selected, {})
      .option('--concurrency <n>', `requests at a time (${D.concurrency})`, whole(1))
      .option('--per-host <n>', `requests at a time to one host (${D.perHost})`, whole(1))
      .option('--delay <ms>', `time between two requests to one host (${D.delayMs})`, whole(0))
      .option('--timeout <ms>', `time for one request (${D.timeoutMs})`, whole(1))
      .option('--tries <n>', `tries of a request that fails in a way that may pass (${D.tries})`, whole(1))
      .option('--retry-delay <ms>', `delay before the second try; it doubles (${D.retryMs})`, whole(0))
      .option('--pause <ms>', `first pause after 429 or 503 without Retry-After (${D.pauseMs})`, whole(0))
      .option('--no-robots', 'ask for no robots.txt and obey none')
      .addOption(
        new Option('--robots-denied <how>', 'what a robots.txt with status 401 or 403 means')
          .choices(['allow', 'refuse'])
          .default(D.robotsDenied),
      )
      .option('--max-crawl-delay <ms>', `longest Crawl-delay that is obeyed (${D.maxCrawlDelayMs})`, whole(0))
      .option('--no-directives', 'obey neither noindex nor nofollow')
      .option('--no-sitemaps', 'read no sitemaps')
      .option('--agent <token>', `name of the crawler in a robots.txt (${D.agent})`, agentToken)
      .option('--user-agent <text>', 'the header User-Agent')
      .option('--threads <n>', 'threads that parse pages; with 0 the main thread does (0)', whole(0))
      .option('--fleet <url>', 'let the workers of a fleet parse pages, with their Redis at this URL')
      .option('--output <file>', `.jsonl, .csv or .sqlite; - is JSON Lines on stdout (${D.output})`)
      .option('--journal <file>', 'state of the crawl (the output and .journal)')
      .option('--restart', 'forget the state of an earlier crawl', false)
      .option('--json', 'print the report as one line of JSON', false)
      .option('--log <file>', 'write what happens as JSON Lines')
      .option('--timeline <file>', 'write a timeline, as a page for a browser')
      // Suggestions are disabled, because an error is one line.
      .showSuggestionAfterError(false)
  );
}

/** The options of a crawl: those given, before those of the site, before the defaults. */
export function crawlOptionsOf(
  given: CommandOptions,
  seeds: readonly string[],
  site: Partial<CrawlOptions>,
  output: string,
): CrawlOptions {
  const { strip, stripSessions, host, allHosts, include, exclude, sortQuery, select } = given;
  const { robots, robotsDenied, directives, sitemaps, restart } = given;
  const numbers: Readonly<Record<string, number | string | undefined>> = {
    maxDepth: given.maxDepth,
    maxPages: given.maxPages,
    maxPageBytes: given.maxPageBytes,
    maxBytes: given.maxBytes,
    maxPerPrefix: given.maxPerPrefix,
    maxUrlLength: given.maxUrlLength,
    maxRepeats: given.maxRepeats,
    maxRedirects: given.maxRedirects,
    concurrency: given.concurrency,
    perHost: given.perHost,
    delayMs: given.delay,
    timeoutMs: given.timeout,
    tries: given.tries,
    retryMs: given.retryDelay,
    pauseMs: given.pause,
    maxCrawlDelayMs: given.maxCrawlDelay,
    threads: given.threads,
    fleet: given.fleet,
    agent: given.agent,
    userAgent: given.userAgent,
  };
  return {
    ...D,
    ...site,
    ...Object.fromEntries(Object.entries(numbers).filter(([, value]) => value !== undefined)),
    ...{ seeds, include, exclude, sortQuery, select, robots, robotsDenied, directives, sitemaps, restart, output },
    hosts: allHosts ? 'all' : host,
    stripParameters: [...strip.map((name) => name.toLowerCase()), ...(stripSessions ? SESSION_PARAMETER_NAMES : [])],
    journal: journalOf(given, output),
  };
}

/** The journal is beside the output, unless it is given. */
export function journalOf({ journal }: CommandOptions, output: string): string {
  return journal ?? `${output === '-' ? D.output : output}.journal`;
}

function whole(min: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && Number.isSafeInteger(value)) return value;
    throw new InvalidArgumentError(`Give a whole number of at least ${min}.`);
  };
}

function hosts(text: string, before: readonly string[]): readonly string[] {
  const link = /^[^/?#@]+$/.test(text) ? normalise(`http://${text}`, undefined) : undefined;
  if (link !== undefined) return [...before, hostOf(link.url)];
  throw new InvalidArgumentError('Give the name of a host, with its port if it has one.');
}

function collected(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}

function selected(text: string, before: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const [, name, selector] = /^([\w-]+)=(.+)$/s.exec(text) ?? [];
  if (name !== undefined && selector !== undefined) return { ...before, [name]: selector };
  throw new InvalidArgumentError('Give a name, an equals sign and a CSS selector.');
}

function agentToken(text: string): string {
  if (/^[A-Za-z_-]+$/.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError('Give letters, hyphens and underscores only, as RFC 9309 does.');
}
