/**
 * A crawl, from the seeds to the report: the frontier is pulled for pages, each page is visited within the limits of its
 * host, and visits are stored in groups. A visit holds its place until it is stored, so a slow disk or reader slows the
 * requests down.
 */
import type { LookupFunction } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { ignoreElements, lastValueFrom, takeUntil, tap, type Observable } from 'rxjs';
import { batch, Limiter, LimiterClosedError, pullMap, task } from 'sluice';
import { FleetPool } from 'sluice/fleet';
import { WorkerPool, type TaskPool } from 'sluice/pool';
import { Client } from './client';
import { CrawlError } from './crawl-error';
import { Discovery } from './discovery';
import { fetcher } from './fetcher';
import { Frontier } from './frontier';
import { HostPauses } from './host-pauses';
import { Journal } from './journal';
import { hostOf, normalise, type NormaliseOptions } from './normalise';
import { scopeOf, type CrawlOptions } from './options';
import { claimOutput } from './own-files';
import { REFUSED_BY_ROBOTS, type QueuedPage, type Visit } from './page';
import type { ParseConfig } from './parse';
import { reportOf, type CrawlReport } from './report';
import { robotsFiles, withoutRobots, type Warn } from './robots-files';
import { Scope } from './scope';
import { openSink } from './sink';
import { parsersHere, parsersOn, visitor } from './visit';

export interface CrawlEnvironment {
  readonly lookup: LookupFunction;
  /**
   * The first value ends the crawl when the requests under way have ended; the rest is left for a later crawl. An error
   * ends it at once.
   */
  readonly stop$: Observable<unknown>;
  readonly warn: Warn;
  /** Called for each visit that is stored. */
  readonly onVisit: (visit: Visit) => void;
  /** Called after each group of stored visits. */
  readonly onProgress: (progress: CrawlProgress) => void;
}

export interface CrawlProgress {
  readonly done: number;
  readonly failed: number;
  readonly queued: number;
  /** Pages that are visited at the moment. */
  readonly open: number;
  readonly bytes: number;
}

/** Crawls and resolves to the report. Rejects with a CrawlError for what the user can correct. */
export async function crawl(options: CrawlOptions, environment: CrawlEnvironment): Promise<CrawlReport> {
  const normaliseOptions = normaliseOptionsOf(options);
  const seeds = options.seeds.map((url) => {
    const seed = normalise(url, undefined, normaliseOptions);
    if (seed === undefined) throw new CrawlError(`expected URLs of http or https; got ${url}.`);
    return seed;
  });
  const scope = new Scope({
    ...options,
    hosts: options.hosts === 'all' ? 'all' : new Set([...options.hosts, ...seeds.map(({ url }) => hostOf(url))]),
  });
  const claim = claimOutput({ ...options, isRestarted: options.restart });
  let journal: Journal | undefined;
  let isFinished = false;
  try {
    journal = new Journal({ path: options.journal, scope: scopeOf(options), isRestarted: options.restart });
    if (claim.isNew && journal.outputLength > 0) {
      throw new CrawlError(
        `${options.output} has the results of another crawl since this one was stopped. Begin anew with --restart.`,
      );
    }
    const discovery = new Discovery(journal, scope, { ...options, normalise: normaliseOptions });
    journal.transaction(() => discovery.addSeeds(seeds));
    discovery.takeAdded();
    const report = await crawlQueued(options, environment, journal, discovery);
    isFinished = report.isFinished;
    return report;
  } finally {
    journal?.close();
    claim.release(isFinished);
  }
}

async function crawlQueued(
  options: CrawlOptions,
  { lookup, stop$, warn, onVisit, onProgress }: CrawlEnvironment,
  journal: Journal,
  discovery: Discovery,
): Promise<CrawlReport> {
  const start = performance.now();
  const sink = openSink(options.output, journal.outputLength);
  const { perHost, delayMs } = options;
  const limiter = new Limiter({
    name: 'crawl',
    concurrency: options.concurrency,
    // A delay between two requests leaves room for one at a time.
    perKey: { concurrency: delayMs > 0 ? 1 : perHost },
  });
  const client = new Client({ ...options, maxBytes: options.maxPageBytes, connections: perHost, lookup });
  const pauses = new HostPauses({ firstMs: options.pauseMs, longestMs: 60 * options.pauseMs });
  const visitedBefore = journal.visited();
  const frontier = new Frontier(journal, { perHost: perHost * 2, maxPages: options.maxPages }, visitedBefore);
  // Requests under way go on; those that wait are given up, and their pages are queued again.
  const stop = (): void => {
    frontier.stop();
    limiter.close();
  };
  const pool = parserPool(options);
  const hostDelays = new Map<string, number>();
  const fetch = fetcher({ ...options, client, limiter, pauses, hostDelays });
  const parse: ParseConfig = { ...options, strip: options.stripParameters };
  const visit = visitor({
    fetch,
    policyFor: options.robots
      ? robotsFiles({
          ...options,
          fetch,
          limiter,
          hostDelays,
          isDeniedForbidding: options.robotsDenied === 'refuse',
          warn,
        })
      : withoutRobots,
    parsers: pool === undefined ? parsersHere(parse) : parsersOn(pool, parse),
    parse,
    normalise: normaliseOptionsOf(options),
    obeysDirectives: options.directives,
    readsSitemaps: options.sitemaps,
    maxRedirects: options.maxRedirects,
    storedRecord: ({ key }) => journal.recordOf(key),
    onFetched: (page) => frontier.fetched(page),
  });

  const counts = { ...journal.counts() };
  const stopAtByteLimit = (): void => {
    if (counts.bytes >= options.maxBytes) stop();
  };
  // An earlier session of the crawl may have reached the limit.
  stopAtByteLimit();
  const write = async (visits: readonly Visit[]): Promise<void> => {
    const results = visits.flatMap(({ page, content }) =>
      content === undefined || content.isHidden || page.kind === 'sitemap' ? [] : [content],
    );
    const length = results.length === 0 ? undefined : await sink.write(results);
    journal.transaction(() => {
      for (const each of visits) discovery.store(each);
      discovery.save();
      if (length !== undefined) journal.outputLength = length;
    });
    for (const each of visits) {
      counts[each.state] += 1;
      counts.bytes += each.bytes ?? 0;
      onVisit(each);
    }
    for (const [host, count] of discovery.takeAdded()) {
      counts.queued += count;
      frontier.added(host, count);
    }
    counts.queued -= visits.length;
    onProgress({ ...counts, open: frontier.open });
    stopAtByteLimit();
  };
  /**
   * Stores visits in one transaction: their results, their links, and the length of the output. Visits that end within
   * some ms after a transaction are stored together by the next one.
   */
  const store = batch(
    async (visits: readonly Visit[]) => {
      await write(visits);
      await setTimeout(GROUP_MS);
      return visits;
    },
    { name: 'store', maxSize: MAX_GROUP, concurrency: 1 },
  );

  const visitAndStore = task(function* visitAndStore(page: QueuedPage) {
    let isCounted = false;
    try {
      const { reason } = yield* store(yield* visit(page));
      isCounted = reason !== REFUSED_BY_ROBOTS;
    } catch (error) {
      // The crawl was stopped, and the page is queued again.
      if (!(error instanceof LimiterClosedError)) throw error;
    }
    frontier.stored(page, isCounted);
  });

  try {
    const visits$ = pullMap(() => frontier.pages(), visitAndStore, { concurrency: MAX_OPEN }).pipe(
      takeUntil(stop$.pipe(tap(stop), ignoreElements())),
    );
    await lastValueFrom(visits$.pipe(ignoreElements()), { defaultValue: undefined });
    journal.transaction(() => journal.release());
    const isFinished = !frontier.isStopped && journal.counts().queued === 0;
    if (isFinished) journal.finish();
    return reportOf(journal, discovery, {
      ...options,
      isFinished,
      visitedBefore,
      seconds: (performance.now() - start) / 1000,
    });
  } finally {
    limiter.close();
    sink.close();
    await Promise.all([client.close(), pool?.close({ force: true })]);
  }
}

/** Visits that are stored in one transaction at most. */
const MAX_GROUP = 256;

/** Time between two transactions, in ms: a transaction for each page would take longer than the page. */
const GROUP_MS = 50;

/** Pages that are open at a time: fetched, or waiting for their host, their parser or their transaction. */
const MAX_OPEN = 2_048;

function normaliseOptionsOf({ stripParameters, sortQuery }: CrawlOptions): NormaliseOptions {
  return { sortQuery, ...(stripParameters.length > 0 && { strip: new Set(stripParameters) }) };
}

/**
 * The pool that parses pages; undefined if the main thread does. Workers of a fleet need the same files:
 * `npx sluice worker --queue crawl --modules samples/crawl`.
 */
function parserPool({ threads, fleet }: CrawlOptions): TaskPool | undefined {
  if (fleet !== '') return new FleetPool({ connection: fleet, queue: 'crawl', name: 'parse', modules: __dirname });
  return threads > 0 ? new WorkerPool({ size: threads, name: 'parse' }) : undefined;
}
