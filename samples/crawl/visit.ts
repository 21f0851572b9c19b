/**
 * A visit is what a crawl does with one page: it asks robots.txt, fetches the page, and reads what is in it. It has one
 * outcome, which is stored; a failure is an outcome too.
 */
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { Future, LimiterClosedError } from 'sluice';
import { WorkerCrashError, type TaskPool } from 'sluice/pool';
import { BadEncodingError, BodyTooLargeError, TimeoutError, unpack, type Headers, type Response } from './client';
import { codeOf, messageOf } from './error-code';
import type { Fetch, Steps } from './fetcher';
import { normalise, originOf, type Link, type NormaliseOptions } from './normalise';
import {
  FETCHED,
  NO_SITEMAP,
  REDIRECTED,
  REDIRECT_LOOP,
  REFUSED_BY_ROBOTS,
  UNCHANGED,
  type Content,
  type PageRecord,
  type QueuedPage,
  type Visit,
} from './page';
import { parseDocument, parseSitemapBytes, type ParseConfig, type ParsedDocument, type ParsedSitemap } from './parse';
import { directivesOf } from './robots-directives';
import type { OriginPolicy, PolicyFor } from './robots-files';
import { SITEMAP_MAX_BYTES } from './sitemap';

export interface VisitConfig {
  readonly fetch: Fetch;
  readonly policyFor: PolicyFor;
  readonly parsers: Parsers;
  readonly parse: ParseConfig;
  readonly normalise: NormaliseOptions;
  /** Whether `noindex` and `nofollow` of pages are obeyed. */
  readonly obeysDirectives: boolean;
  /** Whether the sitemaps of an origin are read. */
  readonly readsSitemaps: boolean;
  readonly maxRedirects: number;
  /** Record that an earlier run has stored of a page. */
  readonly storedRecord: (page: QueuedPage) => PageRecord | undefined;
  /** Called once for each visit, when it needs no more requests to the host. */
  readonly onFetched: (page: QueuedPage) => void;
}

/** Parsers of this thread, of worker threads, or of the workers of a fleet. */
export interface Parsers {
  readonly document: Parser<ParsedDocument>;
  readonly sitemap: Parser<ParsedSitemap>;
}

type Parser<T> = (bytes: Uint8Array, url: string, contentType: string) => Steps<T>;

export function parsersHere(config: ParseConfig): Parsers {
  return {
    document: function* (...args) {
      return parseDocument(...args, config);
    },
    sitemap: function* (...args) {
      return parseSitemapBytes(...args, config);
    },
  };
}

export function parsersOn(pool: TaskPool, config: ParseConfig): Parsers {
  const module = pool.module<typeof import('./parse')>(pathToFileURL(join(__dirname, 'parse.ts')));
  return {
    document: function* (...args) {
      return yield* module.parseDocument(...args, config);
    },
    sitemap: function* (...args) {
      return yield* module.parseSitemapBytes(...args, config);
    },
  };
}

/** Visits a page. The visit throws a LimiterClosedError if the crawl is stopped before the page was fetched. */
export function visitor(config: VisitConfig): (page: QueuedPage) => Steps<Visit> {
  /** Origins whose sitemaps were found in this session; the journal knows those of earlier ones. */
  const origins = new Set<string>();

  const sitemapsOf = (page: QueuedPage, policy: OriginPolicy): readonly Link[] => {
    const origin = originOf(page.url);
    if (!config.readsSitemaps || page.kind === 'sitemap' || origins.has(origin)) return [];
    // Bounds the memory; an origin may then be read again.
    if (origins.size >= MAX_ORIGINS) origins.clear();
    origins.add(origin);
    const listed = policy.sitemaps.length > 0 ? policy.sitemaps : ['/sitemap.xml'];
    return listed.flatMap((href) => normalise(href, `${origin}/`) ?? []);
  };

  return function* visit(page) {
    let isFetched = false;
    let sitemaps: readonly Link[] = [];
    try {
      const policy = yield* config.policyFor(page.url);
      if (policy.unavailable !== undefined) throw new RobotsUnavailableError(policy.unavailable);
      sitemaps = sitemapsOf(page, policy);
      if (!policy.allows(page.url)) return { page, state: 'done', reason: REFUSED_BY_ROBOTS, sitemaps };
      const response = yield* fetchPage(config, page);
      isFetched = true;
      config.onFetched(page);
      return { sitemaps, ...(yield* outcomeOf(config, page, response)) };
    } catch (error) {
      if (error instanceof LimiterClosedError) throw error;
      const { reason, detail } = causeOf(error);
      return { page, state: 'failed', reason, detail, sitemaps } satisfies Visit;
    } finally {
      if (!isFetched) config.onFetched(page);
    }
  };
}

const MAX_ORIGINS = 10_000;

/** The robots.txt of an origin could not be fetched. */
class RobotsUnavailableError extends Error {
  override readonly name = 'RobotsUnavailableError';
}

/**
 * Fetches a page with the validators of its stored copy. A redirect to the page itself is followed here, with the cookies
 * that it sets: the page is known already, so it is not queued again.
 */
function* fetchPage(config: VisitConfig, page: QueuedPage): Steps<Response> {
  const headers: Record<string, string> = {};
  if (page.etag !== null) headers['if-none-match'] = page.etag;
  if (page.modified !== null) headers['if-modified-since'] = page.modified;
  const isSitemap = page.kind === 'sitemap';
  for (let hops = 0; ; hops += 1) {
    const response = yield* config.fetch(page.url, {
      headers,
      ...(isSitemap && { maxBytes: SITEMAP_MAX_BYTES }),
      wants: (status, received) => status >= 200 && status < 300 && (isSitemap || isHtml(received)),
    });
    const target = redirectOf(config, page, response);
    if (target?.key !== page.key || hops === config.maxRedirects) return response;
    const cookie = cookiesOf(response.headers['set-cookie']);
    if (cookie !== '') headers['cookie'] = cookie;
  }
}

/** The `name=value` pairs of `Set-Cookie` headers joined by commas. A comma inside a date is followed by no `name=`. */
function cookiesOf(header: string | undefined): string {
  const cookies = header?.split(/,\s*(?=[^\s;,=]+=)/) ?? [];
  return cookies.map((cookie) => cookie.split(';')[0] ?? '').join('; ');
}

function redirectOf(config: VisitConfig, page: QueuedPage, { status, headers }: Response): Link | undefined {
  const isRedirect = status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
  return isRedirect && headers['location'] !== undefined
    ? normalise(headers['location'], page.url, config.normalise)
    : undefined;
}

function* outcomeOf(config: VisitConfig, page: QueuedPage, response: Response): Steps<Visit> {
  const { status, ms, body } = response;
  const facts = { page, status, ms, bytes: body.length };
  if (status === 304) return unchanged(config, facts);
  const redirect = redirectOf(config, page, response);
  if (redirect !== undefined) {
    if (redirect.key === page.key) return { ...facts, state: 'failed', reason: REDIRECT_LOOP };
    return { ...facts, state: 'done', reason: REDIRECTED, redirect };
  }
  if (status < 200 || status >= 300) {
    // A site without a sitemap is no failure.
    if (page.kind === 'sitemap' && status < 500) return { ...facts, state: 'done', reason: NO_SITEMAP };
    return { ...facts, state: 'failed', reason: `HTTP ${status}` };
  }
  return page.kind === 'sitemap'
    ? yield* sitemapOutcome(config, facts, response)
    : yield* pageOutcome(config, facts, response);
}

type Facts = Pick<Visit, 'page' | 'status' | 'ms' | 'bytes'>;

/** A page that has not changed has the links and the record of its stored copy. */
function unchanged(config: VisitConfig, facts: Facts): Visit {
  const record = config.storedRecord(facts.page);
  if (record === undefined) return { ...facts, state: 'failed', reason: 'HTTP 304', detail: 'there is no stored copy' };
  const { page } = facts;
  const content: Content = {
    record,
    json: JSON.stringify(record),
    isHidden: record.isHidden === true,
    isStored: true,
    etag: page.etag,
    modified: page.modified,
  };
  const links = record.links.flatMap((href) => normalise(href, undefined, config.normalise) ?? []);
  return { ...facts, state: 'done', reason: UNCHANGED, content, links };
}

function* pageOutcome(config: VisitConfig, facts: Facts, response: Response): Steps<Visit> {
  const { page } = facts;
  const { headers, body } = response;
  const contentType = headers['content-type'] ?? '';
  const document = isHtml(headers) ? yield* config.parsers.document(body, page.url, contentType) : NO_DOCUMENT;
  const { robots, links: found, ...content } = document;
  const directives = directivesOf(robots, headers['x-robots-tag'], config.parse.agent);
  const links = config.obeysDirectives && directives.nofollow ? [] : found;
  const isHidden = config.obeysDirectives && directives.noindex;
  const record: PageRecord = {
    url: page.url,
    status: response.status,
    depth: page.depth,
    referrer: page.referrer,
    fetchedAt: new Date().toISOString(),
    contentType,
    bytes: body.length,
    ...content,
    links: links.map(({ url }) => url),
    ...(isHidden && { isHidden }),
  };
  return {
    ...facts,
    state: 'done',
    reason: FETCHED,
    content: {
      record,
      json: JSON.stringify(record),
      isHidden,
      isStored: false,
      etag: headers['etag'] ?? null,
      modified: headers['last-modified'] ?? null,
    },
    links,
  };
}

/** Stands for a file that is not HTML: its record has no text. */
const NO_DOCUMENT: ParsedDocument = {
  encoding: '',
  title: '',
  description: '',
  language: '',
  canonical: null,
  text: '',
  links: [],
  robots: '',
};

function* sitemapOutcome(config: VisitConfig, facts: Facts, response: Response): Steps<Visit> {
  const bytes = yield* Future.from(unpack(response.body, SITEMAP_MAX_BYTES));
  const contentType = response.headers['content-type'] ?? '';
  const { pages, sitemaps, isCut } = yield* config.parsers.sitemap(bytes, facts.page.url, contentType);
  const detail = isCut ? 'the file has more URLs than are read' : undefined;
  return { ...facts, state: 'done', reason: FETCHED, detail, links: pages, sitemaps };
}

/** A response without a type is taken for a page, as browsers do after a look into it. */
function isHtml(headers: Headers): boolean {
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '';
  return type === '' || type === 'text/html' || type === 'application/xhtml+xml';
}

/** Failures with one cause have one reason, by which the report groups them. What differs is the detail. */
function causeOf(error: unknown): { readonly reason: string; readonly detail?: string } {
  const detail = messageOf(error);
  if (error instanceof TimeoutError) return { reason: 'time-out', detail };
  if (error instanceof BodyTooLargeError) return { reason: 'too large', detail };
  if (error instanceof BadEncodingError) return { reason: 'bad encoding', detail };
  if (error instanceof RobotsUnavailableError) return { reason: 'robots.txt unavailable', detail };
  if (error instanceof WorkerCrashError) return { reason: 'parser crashed', detail };
  const code = codeOf(error);
  const reason = REASONS.get(code) ?? (code.startsWith('HPE_') ? 'no HTTP' : undefined);
  if (reason !== undefined) return { reason, detail };
  if (code !== '') return { reason: code, detail };
  // An error without a code is a bug of this program, and ends it.
  throw error;
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ['EAI_AGAIN', 'host not found'],
  ['ENOTFOUND', 'host not found'],
  ['ECONNREFUSED', 'connection refused'],
  ['ECONNRESET', 'connection reset'],
  ['EPIPE', 'connection reset'],
  ['UND_ERR_SOCKET', 'connection reset'],
  ['UND_ERR_CONNECT_TIMEOUT', 'time-out'],
  ['ETIMEDOUT', 'time-out'],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'connection reset'],
  ['UND_ERR_HEADERS_OVERFLOW', 'too large'],
]);
