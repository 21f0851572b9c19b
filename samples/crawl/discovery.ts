/**
 * Discovery turns the links of a visit into queued pages: each page once, and within the scope. It runs in the
 * transaction that stores the visit.
 */
import type { Journal } from './journal';
import { hostOf, normalise, type Link, type NormaliseOptions } from './normalise';
import { REDIRECTED, REDIRECT_LOOP, type FoundPage, type Visit } from './page';
import type { Cut, Scope } from './scope';
import { SITEMAP_MAX_DEPTH } from './sitemap';

/** Number of links that a limit cut off, and the first one. */
export interface CutLinks {
  readonly count: number;
  readonly first: string;
}

export interface DiscoveryConfig {
  readonly maxRedirects: number;
  readonly normalise: NormaliseOptions;
}

export class Discovery {
  readonly #journal: Journal;
  readonly #scope: Scope;
  readonly #config: DiscoveryConfig;
  /** Depths of pages that were met, the latest ones. The journal knows all of them; this is faster. */
  readonly #seen = new Map<string, number>();
  /** Depths of pages to which a shorter way was found while their visit was running. */
  readonly #nearer = new Map<string, number>();
  readonly #cuts: Map<Cut, CutLinks>;
  readonly #added = new Map<string, number>();

  constructor(journal: Journal, scope: Scope, config: DiscoveryConfig) {
    this.#journal = journal;
    this.#scope = scope;
    this.#config = config;
    this.#cuts = new Map(JSON.parse(journal.cuts ?? '[]') as [Cut, CutLinks][]);
    for (const key of journal.keys()) scope.count(key);
  }

  get cuts(): ReadonlyMap<Cut, CutLinks> {
    return this.#cuts;
  }

  /** Queues the pages that a crawl begins with, in any scope. */
  addSeeds(seeds: readonly Link[]): void {
    for (const link of seeds)
      this.#add({ ...link, kind: 'page', host: hostOf(link.url), depth: 0, hops: 0, referrer: null });
  }

  /** Stores a visit and queues what it found. A redirect that leads back to its page is a failure, as are those on the way. */
  store(visit: Visit): void {
    const { page, redirect, links = [], sitemaps = [] } = visit;
    this.#journal.store(this.#withRedirect(visit));
    const pageDepth = this.#nearer.get(page.key) ?? page.depth;
    this.#nearer.delete(page.key);
    this.#findAll(links, {
      kind: 'page',
      depth: page.kind === 'sitemap' ? 0 : pageDepth + 1,
      hops: 0,
      referrer: page.url,
    });
    const hops = page.kind === 'sitemap' ? page.hops + 1 : 0;
    if (hops <= SITEMAP_MAX_DEPTH) this.#findAll(sitemaps, { kind: 'sitemap', depth: 0, hops, referrer: page.url });
    if (redirect !== undefined && page.hops < this.#config.maxRedirects)
      this.#findAll([redirect], { kind: page.kind, depth: pageDepth, hops: page.hops + 1, referrer: page.url });
  }

  /** Numbers of pages that were queued since the last call, by host. */
  takeAdded(): readonly (readonly [host: string, count: number])[] {
    const added = [...this.#added];
    this.#added.clear();
    return added;
  }

  /** Writes what was cut off into the journal. */
  save(): void {
    if (this.#cuts.size > 0) this.#journal.cuts = JSON.stringify([...this.#cuts]);
  }

  #withRedirect(visit: Visit): Visit {
    const { page, redirect, reason } = visit;
    if (redirect === undefined || reason !== REDIRECTED) return visit;
    if (page.hops >= this.#config.maxRedirects) return { ...visit, state: 'failed', reason: 'too many redirects' };
    const chain = this.#journal.redirectsFrom(redirect.key);
    if (!chain.includes(page.key)) return visit;
    for (const key of chain) this.#journal.fail(key, REDIRECT_LOOP);
    return { ...visit, state: 'failed', reason: REDIRECT_LOOP };
  }

  /** Queues pages unless they are known or out of scope. Most links are known, so they cost one look into a map. */
  #findAll(links: readonly Link[], way: Way): void {
    for (const link of links) {
      const known = this.#seen.get(link.key);
      if (known === undefined || known > way.depth) this.#find({ ...link, ...way, host: hostOf(link.url) }, known);
    }
  }

  #find(page: FoundPage, known: number | undefined): void {
    this.#remember(page.key, page.depth);
    if (!this.#scope.contains(page)) return;
    const cut = this.#scope.cutOf(page);
    if (cut === undefined) this.#add(page);
    else if (known === undefined) this.#countCut(cut, page.url);
  }

  #add(page: FoundPage): void {
    if (this.#journal.add(page)) {
      this.#scope.count(page.key);
      this.#added.set(page.host, (this.#added.get(page.host) ?? 0) + 1);
      return;
    }
    const state = this.#journal.lowerDepth(page.key, page.depth);
    if (state === 'running') this.#nearer.set(page.key, page.depth);
    else if (state === 'done') this.#bringNearer(page);
  }

  /** Queues links that were too deep, now that a shorter way to their page is known. */
  #bringNearer({ key, url, depth }: FoundPage): void {
    const hrefs = this.#journal.recordOf(key)?.links ?? [];
    const links = hrefs.flatMap((href) => normalise(href, undefined, this.#config.normalise) ?? []);
    this.#findAll(links, { kind: 'page', depth: depth + 1, hops: 0, referrer: url });
  }

  #remember(key: string, depth: number): void {
    if (this.#seen.size >= MAX_SEEN) {
      for (const oldest of this.#seen.keys()) {
        this.#seen.delete(oldest);
        break;
      }
    }
    this.#seen.set(key, depth);
  }

  #countCut(cut: Cut, url: string): void {
    const { count, first } = this.#cuts.get(cut) ?? { count: 0, first: url };
    this.#cuts.set(cut, { count: count + 1, first });
  }
}

/** What the pages have in common that one visit found. */
type Way = Pick<FoundPage, 'kind' | 'depth' | 'hops' | 'referrer'>;

const MAX_SEEN = 200_000;
