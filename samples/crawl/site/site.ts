/**
 * A built-in web site that is hostile to crawlers: several hosts on one port of the loopback address, told apart by the
 * Host header. The same seed has the same pages and the same faults. All that it serves is bounded, except for its traps.
 */
import { createServer, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { closeServer, listenOnLoopback } from './loopback-server';
import { buildModel, type ExpectedVisit, type SiteModel } from './model';
import { textAnswer } from './page';
import { RequestLog, type ServedRequest } from './request-log';
import { canonicalPath, SITE_HOSTS, type SiteAnswer, type SiteHost, type SiteTrap } from './resource';
import { sendAnswer } from './send-answer';

export interface SiteConfig {
  readonly seed: number;
  /** The hosts to serve. Pages have no links to hosts that are not served. @defaultValue all of `SITE_HOSTS` */
  readonly hosts?: readonly SiteHost[];
  /** Time before each answer, in ms. @defaultValue 0 */
  readonly latency?: number;
  /** @defaultValue a free one */
  readonly port?: number;
}

export interface Site {
  readonly hosts: readonly SiteHost[];
  /** `http://host:port`, whose name is to be resolved to the loopback address 127.0.0.1. */
  origin: (host: SiteHost) => string;
  /** All requests until now, in the order of their starts. The array grows while the site is open. */
  readonly log: readonly ServedRequest[];
  /**
   * The pages that a polite, correct crawler visits, in the canonical spelling of their URLs, if it starts with the front
   * page of each host, follows all links to these hosts and reads their sitemaps. Pages of traps are not among them.
   */
  readonly expectedUrls: ReadonlySet<string>;
  /** How each visit of such a crawler ends, also of URLs that are no pages: redirects, files, failures. */
  readonly expected: ReadonlyMap<string, ExpectedVisit>;
  /** Whether a URL is of an endless set, which a crawler must leave by itself. */
  isTrap: (url: string) => boolean;
  /** Ends all connections, also those of requests under way. */
  close: () => Promise<void>;
}

export async function startSite({
  seed,
  hosts = SITE_HOSTS,
  latency = 0,
  port: wanted = 0,
}: SiteConfig): Promise<Site> {
  const server = createServer();
  const port = await listenOnLoopback(server, wanted);
  const model = buildModel(hosts, port, seed);
  const log = new RequestLog();
  const closing = new AbortController();
  const answerTo = answersOf(model);
  server.on('request', (request, response) => {
    const { host, path, url } = requestedUrl(request, port);
    log.recordUntilClosed({ host, url }, request, response);
    const answer = answerTo({ host, path, url });
    const due = latency > 0 ? sleep(latency, undefined, { signal: closing.signal }) : Promise.resolve();
    due
      .then(() => sendAnswer(answer, request, response))
      .catch((error: unknown) => {
        if (!closing.signal.aborted) throw error;
      });
  });
  return {
    hosts,
    origin: (host) => `http://${host}:${port}`,
    log: log.requests,
    expected: model.expected,
    expectedUrls: new Set([...model.expected].filter(([, { ending }]) => ending === 'page').map(([url]) => url)),
    isTrap: (url) => {
      const { hostname, pathname } = new URL(url);
      return trapOf(model.traps, hostname, pathname) !== undefined;
    },
    close: () => {
      closing.abort();
      return closeServer(server);
    },
  };
}

interface RequestedUrl {
  readonly host: string;
  readonly path: string;
  /** The canonical URL. */
  readonly url: string;
}

function requestedUrl({ headers, url: target = '/' }: IncomingMessage, port: number): RequestedUrl {
  const host = (headers.host ?? '').toLowerCase().replace(/\.?(:\d+)?$/, '');
  const path = canonicalPath(target);
  return { host, path, url: `http://${host}:${port}${path}` };
}

/** Returns the answer to each request. Resources count their requests, and play their answers in turn. */
function answersOf({ resources, traps }: SiteModel): (requested: RequestedUrl) => SiteAnswer {
  const counts = new Map<string, number>();
  return ({ host, path, url }) => {
    const resource = resources.get(url);
    if (resource === undefined) {
      return trapOf(traps, host, path)?.answerTo(path) ?? textAnswer(404, 'There is no such page.\n');
    }
    const count = counts.get(url) ?? 0;
    counts.set(url, count + 1);
    const answer = resource.answers[Math.min(count, resource.answers.length - 1)];
    if (answer === undefined) throw new Error(`Expected an answer of ${url}; got none.`);
    return typeof answer === 'function' ? answer(Date.now()) : answer;
  };
}

const trapOf = (traps: readonly SiteTrap[], host: string, path: string): SiteTrap | undefined =>
  traps.find((trap) => trap.host === host && trap.includes(path));
