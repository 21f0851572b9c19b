/**
 * The report of a crawl is read from its journal, so it counts the whole crawl, also one that was resumed.
 */
import Table from 'cli-table3';
import { printable } from '../printable';
import type { Discovery } from './discovery';
import type { Journal } from './journal';
import { FETCHED, NO_SITEMAP, REDIRECTED, REFUSED_BY_ROBOTS, UNCHANGED } from './page';

export interface CrawlReport {
  /** True if no page is left; an unfinished crawl goes on with the same command. */
  readonly isFinished: boolean;
  readonly isResumed: boolean;
  /** Duration of this session in seconds. */
  readonly seconds: number;
  /** Pages that were requested. */
  readonly pages: number;
  readonly fetched: number;
  readonly unchanged: number;
  readonly redirected: number;
  /** Pages that asked not to be indexed, which are no results. */
  readonly hidden: number;
  readonly refusedByRobots: number;
  readonly failed: number;
  readonly queued: number;
  readonly sitemaps: number;
  readonly bytes: number;
  /** Rate of this session. */
  readonly pagesPerSecond: number;
  readonly hosts: readonly HostReport[];
  readonly failures: readonly FailureReport[];
  readonly cuts: readonly CutReport[];
  readonly output: string;
  readonly journal: string;
}

export interface HostReport {
  readonly host: string;
  readonly requests: number;
  readonly bytes: number;
  /** Times from the start of a request to the end of its body, in ms. */
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly maxMs: number;
}

export interface FailureReport {
  readonly cause: string;
  readonly count: number;
  /** First page with this failure, and the page that led to it. */
  readonly url: string;
  readonly referrer: string | null;
  readonly detail: string | null;
}

export interface CutReport {
  readonly limit: string;
  readonly count: number;
  readonly first: string;
}

interface Session {
  readonly isFinished: boolean;
  readonly seconds: number;
  /** Pages that were visited before this session. */
  readonly visitedBefore: number;
  readonly output: string;
  readonly journal: string;
}

export function reportOf(journal: Journal, discovery: Discovery, session: Session): CrawlReport {
  const outcomes = journal.outcomes();
  const count = (matches: (reason: string, kind: string, isHidden: boolean) => boolean): number =>
    outcomes
      .filter(({ reason, kind, hidden }) => matches(String(reason), String(kind), hidden === 1))
      .reduce((sum, { n }) => sum + Number(n), 0);
  const ofPages = (wanted: string): number => count((reason, kind) => kind === 'page' && reason === wanted);
  const failures = outcomes.filter(({ state }) => state === 'failed');
  const hosts = hostReports(journal);
  const { queued, bytes } = journal.counts();
  const pages = count((reason, kind) => kind === 'page' && reason !== REFUSED_BY_ROBOTS);
  const { isFinished, seconds, visitedBefore, output, journal: path } = session;
  return {
    isFinished,
    isResumed: journal.isResumed,
    seconds,
    pages,
    fetched: ofPages(FETCHED),
    unchanged: ofPages(UNCHANGED),
    redirected: ofPages(REDIRECTED),
    hidden: count(
      (reason, kind, isHidden) => kind === 'page' && isHidden && (reason === FETCHED || reason === UNCHANGED),
    ),
    refusedByRobots: ofPages(REFUSED_BY_ROBOTS),
    failed: failures.reduce((sum, { n }) => sum + Number(n), 0),
    queued,
    sitemaps: count((reason, kind) => kind === 'sitemap' && reason !== NO_SITEMAP),
    bytes,
    pagesPerSecond: (pages - visitedBefore) / seconds,
    hosts,
    failures: grouped(failures),
    cuts: [...discovery.cuts].map(([limit, cut]) => ({ limit, ...cut })),
    output,
    journal: path,
  };
}

/** One row for each cause, also if pages and sitemaps have it. */
function grouped(rows: ReturnType<Journal['outcomes']>): readonly FailureReport[] {
  const failures = new Map<string, FailureReport>();
  for (const { reason, n, url, referrer, detail } of rows) {
    const cause = String(reason);
    const known = failures.get(cause);
    const first = { cause, url: String(url), referrer: textOrNull(referrer), detail: textOrNull(detail) };
    failures.set(cause, { ...(known ?? first), count: (known?.count ?? 0) + Number(n) });
  }
  return [...failures.values()].sort((one, other) => other.count - one.count);
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function hostReports(journal: Journal): readonly HostReport[] {
  const hosts = new Map<string, { bytes: number; readonly times: number[] }>();
  for (const { host, ms, bytes } of journal.latencies()) {
    const name = String(host);
    const entry = hosts.get(name) ?? { bytes: 0, times: [] };
    entry.bytes += Number(bytes ?? 0);
    entry.times.push(Number(ms));
    hosts.set(name, entry);
  }
  const reports = [...hosts].map(([host, { bytes, times }]) => ({
    host,
    requests: times.length,
    bytes,
    medianMs: quantile(times, 0.5),
    p95Ms: quantile(times, 0.95),
    maxMs: times.at(-1) ?? 0,
  }));
  return reports.sort((one, other) => other.requests - one.requests);
}

/** @param times in ascending order */
function quantile(times: readonly number[], part: number): number {
  return times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? 0;
}

export function reportAsText(report: CrawlReport): string {
  const { pages, seconds, pagesPerSecond, bytes, isFinished, isResumed, queued } = report;
  const lines = [
    `${counted(pages, 'page')} in ${seconds.toFixed(1)} s: ${pagesPerSecond.toFixed(1)} pages/s, ` +
      `${(bytes / 1e6).toFixed(1)} MB${isResumed ? ' (with the pages of the crawl that was resumed)' : ''}`,
    `  ${report.fetched} fetched, ${report.unchanged} unchanged, ${report.redirected} redirected, ` +
      `${report.failed} failed; ${report.refusedByRobots} refused by robots.txt, ${report.hidden} not to be indexed`,
  ];
  if (report.sitemaps > 0) lines.push(`  ${counted(report.sitemaps, 'sitemap')} read`);
  if (report.hosts.length > 0) lines.push(hostsTable(report.hosts));
  if (report.failures.length > 0) lines.push('', 'Failures', ...report.failures.map(failureLine));
  if (report.cuts.length > 0) lines.push('', 'Links not followed', ...report.cuts.map(cutLine));
  lines.push('', `Results: ${printable(report.output === '-' ? 'stdout' : report.output)}`);
  if (!isFinished)
    lines.push(
      `${counted(queued, 'page')} left. The same command goes on; the journal is ${printable(report.journal)}.`,
    );
  return lines.join('\n');
}

function failureLine({ cause, count, url, referrer, detail }: FailureReport): string {
  const found = referrer === null ? '' : `, found on ${printable(referrer)}`;
  const first = `${printable(cause)}: ${count}, first ${printable(url)}${found}`;
  return `  ${first}${detail === null ? '' : ` (${printable(detail)})`}`;
}

function cutLine({ limit, count, first }: CutReport): string {
  return `  limit of ${limit}: ${count}, first ${printable(first)}`;
}

function hostsTable(hosts: readonly HostReport[]): string {
  const table = new Table({
    head: ['host', 'requests', 'MB', 'median ms', '95 % ms', 'max ms'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const { host, requests, bytes, medianMs, p95Ms, maxMs } of hosts.slice(0, MAX_HOSTS)) {
    table.push([
      printable(host),
      requests,
      (bytes / 1e6).toFixed(1),
      medianMs.toFixed(0),
      p95Ms.toFixed(0),
      maxMs.toFixed(0),
    ]);
  }
  const more = hosts.length - MAX_HOSTS;
  return more > 0 ? `${table.toString()}\nand ${counted(more, 'more host')}` : table.toString();
}

const MAX_HOSTS = 20;

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
