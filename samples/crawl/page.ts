/**
 * The life of a page in a crawl: it is found, queued, visited, and its visit is stored.
 */
import type { Link } from './normalise';

/** Sitemaps are visited as pages are, but are no results. */
export type PageKind = 'page' | 'sitemap';

/** A page as it is found, before it is known to be new. */
export interface FoundPage extends Link {
  readonly host: string;
  readonly kind: PageKind;
  /** Links from a seed to the page, on the shortest path known. */
  readonly depth: number;
  /** Redirects that led to the page; for a sitemap, the sitemaps that led to it. */
  readonly hops: number;
  readonly referrer: string | null;
}

export interface QueuedPage extends FoundPage {
  readonly id: number;
  /** Validators of the copy that an earlier run has stored. */
  readonly etag: string | null;
  readonly modified: string | null;
}

/** A result of the crawl: a page with what is known of it. */
export interface PageRecord {
  readonly url: string;
  readonly status: number;
  readonly depth: number;
  readonly referrer: string | null;
  readonly fetchedAt: string;
  readonly contentType: string;
  readonly encoding: string;
  /** Size of the body after decoding. */
  readonly bytes: number;
  readonly title: string;
  readonly description: string;
  readonly language: string;
  readonly canonical: string | null;
  readonly text: string;
  /** URLs of the links, normalised. */
  readonly links: readonly string[];
  /** Texts of the elements that the option `select` names. */
  readonly fields?: Readonly<Record<string, readonly string[]>>;
  /** True for a page that asks not to be indexed. Such records stay in the journal, for the links in them. */
  readonly isHidden?: boolean;
}

export interface Visit {
  readonly page: QueuedPage;
  readonly state: 'done' | 'failed';
  /** What became of the page: an outcome if it is done, and the cause if it failed. */
  readonly reason: string;
  readonly detail?: string | undefined;
  readonly status?: number | undefined;
  readonly ms?: number | undefined;
  readonly bytes?: number | undefined;
  /** Content of a page that was fetched, or of the stored copy that is still valid. */
  readonly content?: Content | undefined;
  readonly redirect?: Link | undefined;
  readonly links?: readonly Link[] | undefined;
  /** Sitemaps that the visit found. */
  readonly sitemaps?: readonly Link[] | undefined;
}

export interface Content {
  readonly record: PageRecord;
  /** The record as JSON, which is stored and written. */
  readonly json: string;
  /** True for a page that asks not to be indexed: its links are followed, and the page is no result. */
  readonly isHidden: boolean;
  /** True if the content is that of an earlier run. */
  readonly isStored: boolean;
  readonly etag: string | null;
  readonly modified: string | null;
}

/** Outcomes that are no failure. */
export const FETCHED = 'fetched';
export const UNCHANGED = 'unchanged';
export const REDIRECTED = 'redirected';
export const REFUSED_BY_ROBOTS = 'refused by robots.txt';
export const NO_SITEMAP = 'no sitemap';

/** A failure that is found out only when all redirects of the loop were visited. */
export const REDIRECT_LOOP = 'redirect loop';
