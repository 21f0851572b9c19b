/**
 * The frontier gives out the queued pages, one host after the other, and no more of a host than the host can take soon:
 * a host that is paused for a minute holds a few pages and not the crawl. All other queued pages stay in the journal.
 */
import type { Journal } from './journal';
import type { QueuedPage } from './page';

export interface FrontierConfig {
  /** Pages of one host that are given out and not fetched yet. */
  readonly perHost: number;
  /** Pages that are given out in all; sitemaps do not count. */
  readonly maxPages: number;
}

interface HostQueue {
  readonly host: string;
  /** Pages taken from the journal, in reverse order. */
  readonly taken: QueuedPage[];
  /** Number of pages that are queued in the journal. */
  stored: number;
  /** Number of pages given out and not fetched yet. */
  active: number;
  /** Whether the host is in the list of those that can give a page. */
  isReady: boolean;
}

export class Frontier {
  readonly #journal: Journal;
  readonly #config: FrontierConfig;
  readonly #hosts = new Map<string, HostQueue>();
  readonly #ready: HostQueue[] = [];
  /** Resolves the wait for a page, or for the end. */
  #wake: (() => void) | undefined;
  #open = 0;
  #remaining: number;
  #isStopped = false;

  /** @param visited number of pages that earlier sessions of the crawl have visited */
  constructor(journal: Journal, config: FrontierConfig, visited: number) {
    this.#journal = journal;
    this.#config = config;
    this.#remaining = config.maxPages - visited;
    for (const [host, queued] of journal.queuedByHost()) this.added(host, queued);
  }

  /** Number of pages given out whose visit is not stored yet. */
  get open(): number {
    return this.#open;
  }

  /** True if the limit of pages has ended the crawl. */
  get isExhausted(): boolean {
    return this.#remaining <= 0;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Pages to visit. It ends when no page is queued and no visit is open that may find one, and when it is stopped. */
  async *pages(): AsyncGenerator<QueuedPage, void, undefined> {
    while (!this.#isStopped) {
      const page = this.#next();
      if (page !== undefined) yield page;
      else if (this.#open === 0) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** Tells that the journal has more queued pages of a host. */
  added(host: string, count: number): void {
    let queue = this.#hosts.get(host);
    if (queue === undefined) {
      queue = { host, taken: [], stored: 0, active: 0, isReady: false };
      this.#hosts.set(host, queue);
    }
    queue.stored += count;
    this.#list(queue);
  }

  /** Tells that a page no longer occupies its host. */
  fetched({ host }: QueuedPage): void {
    const queue = this.#hosts.get(host);
    if (queue === undefined) return;
    queue.active -= 1;
    this.#list(queue);
    if (queue.active === 0 && !queue.isReady) this.#hosts.delete(host);
  }

  /** Tells that the visit of a page is stored. @param isCounted false if the page was not requested */
  stored({ kind }: QueuedPage, isCounted: boolean): void {
    this.#open -= 1;
    if (kind === 'page' && !isCounted) this.#remaining += 1;
    if (this.#open === 0 || this.#ready.length > 0) this.#wake?.();
  }

  /** Gives out no more pages. */
  stop(): void {
    this.#isStopped = true;
    this.#wake?.();
  }

  #next(): QueuedPage | undefined {
    if (this.#remaining <= 0) return undefined;
    const queue = this.#ready.shift();
    if (queue === undefined) return undefined;
    queue.isReady = false;
    if (queue.taken.length === 0) this.#take(queue);
    const page = queue.taken.pop();
    if (page === undefined) throw new Error(`the journal has no queued page of ${queue.host}, although it was added`);
    queue.active += 1;
    this.#open += 1;
    if (page.kind === 'page') this.#remaining -= 1;
    this.#list(queue);
    return page;
  }

  #take(queue: HostQueue): void {
    const pages = this.#journal.transaction(() => this.#journal.take(queue.host, SLICE));
    queue.stored -= pages.length;
    queue.taken.push(...pages.toReversed());
  }

  #list(queue: HostQueue): void {
    if (queue.isReady || queue.active >= this.#config.perHost || queue.taken.length + queue.stored === 0) return;
    queue.isReady = true;
    this.#ready.push(queue);
    this.#wake?.();
  }
}

/** Number of pages taken from the journal at once. */
const SLICE = 64;
