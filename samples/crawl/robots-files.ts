/**
 * The robots.txt files of a crawl, one for each origin, that is for each scheme, host and port. Each is asked for once and
 * kept for a while; what cannot be had for the moment forbids everything, and is asked for again later (RFC 9309).
 */
import { Future, LimiterClosedError, task, type AsyncValue, type Limiter } from 'sluice';
import { decodeText } from './charset';
import { messageOf } from './error-code';
import { BodyTooLargeError, unpack, type Response } from './client';
import type { Fetch, Steps } from './fetcher';
import { hostOf, normalise, originOf } from './normalise';
import { allowAll, disallowAll, parseRobots, ROBOTS_MAX_BYTES, type RobotsPolicy } from './robots';

export interface RobotsFilesConfig {
  readonly fetch: Fetch;
  readonly limiter: Limiter;
  /** Where the delays that files ask for are written, for the fetcher. */
  readonly hostDelays: Map<string, number>;
  /** Product token of the crawler. */
  readonly agent: string;
  /** Whether 401 and 403 forbid everything. RFC 9309 takes them for a site without rules. */
  readonly isDeniedForbidding: boolean;
  /** Time, in ms, that holds without a Crawl-delay. */
  readonly delayMs: number;
  /** Longest Crawl-delay that is obeyed, in ms. */
  readonly maxCrawlDelayMs: number;
  readonly warn: Warn;
}

export type Warn = (message: string, details: Readonly<Record<string, unknown>>) => void;

export interface OriginPolicy extends RobotsPolicy {
  /** Reason why there are no rules for the moment; all pages are forbidden then. */
  readonly unavailable?: string;
}

/** The policy for a normalised URL, which is on its way. */
export type PolicyFor = (url: string) => AsyncValue<OriginPolicy>;

/** Obeys no robots.txt, and asks for none. */
export const withoutRobots: PolicyFor = () => ALLOWED;

const ALLOWED = Future.of<OriginPolicy>(allowAll).start();

/** The file is fetched for the first URL of its origin, and later ones wait for it. */
export function robotsFiles(config: RobotsFilesConfig): PolicyFor {
  const kept = new Map<string, Kept>();
  const load = task(function* load(origin: string) {
    const policy: OriginPolicy = yield* fetchPolicy(config, origin);
    if (policy.crawlDelayMs !== undefined) obeyDelay(config, origin, policy.crawlDelayMs);
    return policy;
  });
  const keep = (origin: string): Kept => {
    const policy = load(origin).start();
    const entry: Kept = { policy, until: performance.now() + KEPT_MS };
    policy.subscribe({
      next: ({ unavailable }) => {
        if (unavailable !== undefined) entry.until = performance.now() + UNAVAILABLE_MS;
      },
      // Only a stopped crawl fails here, which is no answer of the server.
      error: () => kept.delete(origin),
    });
    return entry;
  };
  return (url) => {
    const origin = originOf(url);
    const known = kept.get(origin);
    const entry = known !== undefined && known.until > performance.now() ? known : keep(origin);
    // An entry that is used moves to the end, so the first one is the one unused for the longest time.
    kept.delete(origin);
    kept.set(origin, entry);
    if (kept.size > MAX_KEPT) for (const oldest of [...kept.keys()].slice(0, 1)) kept.delete(oldest);
    return entry.policy;
  };
}

interface Kept {
  readonly policy: AsyncValue<OriginPolicy>;
  /** Time on the monotonic clock, in ms. */
  until: number;
}

const KEPT_MS = 24 * 60 * 60_000;

/** Time after which a file that could not be had is asked for again, in ms. */
const UNAVAILABLE_MS = 60_000;

const MAX_KEPT = 5_000;

function* fetchPolicy(config: RobotsFilesConfig, origin: string): Steps<OriginPolicy> {
  const own = `${origin}/robots.txt`;
  try {
    const found = yield* follow(config, own);
    return found === undefined ? allowAll : yield* policyOf(config, own, found);
  } catch (error) {
    if (error instanceof LimiterClosedError) throw error;
    // The rules at the beginning of such a file cannot be told from others: it is as if the file could not be had.
    return unavailable(error instanceof BodyTooLargeError ? 'the file is too large' : messageOf(error));
  }
}

/** The response at the end of up to five redirects; `undefined` if there are more, which counts as no file. */
function* follow({ fetch, warn }: RobotsFilesConfig, own: string): Steps<Response | undefined> {
  let url = own;
  for (let hops = 0; hops <= MAX_HOPS; hops += 1) {
    const response = yield* fetch(url, { maxBytes: ROBOTS_FILE_BYTES, wants: (status) => status === 200 });
    const { location } = response.headers;
    if (response.status < 300 || response.status >= 400 || location === undefined) return response;
    const next = normalise(location, url);
    if (next === undefined) return undefined;
    if (hostOf(next.url) !== hostOf(own))
      warn('robots.txt redirects to another host', { url: own, location: next.url });
    url = next.url;
  }
  return undefined;
}

const MAX_HOPS = 5;

/** Bytes that are fetched. A file that is longer than what is read of it is still a file. */
const ROBOTS_FILE_BYTES = 20 * ROBOTS_MAX_BYTES;

/** The rules hold for the origin that asked, whichever host they came from. */
function* policyOf(config: RobotsFilesConfig, own: string, { status, headers, body }: Response): Steps<OriginPolicy> {
  if (status === 200) {
    const bytes = (yield* Future.from(unpack(body, ROBOTS_FILE_BYTES))).subarray(0, ROBOTS_MAX_BYTES);
    const encoding = headers['content-type'];
    return parseRobots(own, decodeText(bytes, encoding).text, config.agent);
  }
  const isDenied = config.isDeniedForbidding && (status === 401 || status === 403);
  // 429 is a status of the client by its number, but says nothing about the rules.
  if (status >= 500 || status === 429 || isDenied) return unavailable(`HTTP ${status}`);
  return allowAll;
}

function unavailable(reason: string): OriginPolicy {
  return { ...disallowAll, unavailable: reason };
}

/**
 * Slows a host down. The next request waits as well: the robots.txt itself was a request.
 */
function obeyDelay(config: RobotsFilesConfig, origin: string, asked: number): void {
  const { limiter, hostDelays, delayMs, maxCrawlDelayMs, warn } = config;
  const delay = Math.min(asked, maxCrawlDelayMs);
  if (delay < asked) warn('Crawl-delay is longer than the limit', { origin, askedMs: asked, obeyedMs: delay });
  if (delay <= delayMs) return;
  const host = hostOf(`${origin}/`);
  hostDelays.set(host, delay);
  limiter.key(host).set({ concurrency: 1 });
  limiter.key(host).pause(delay);
}
