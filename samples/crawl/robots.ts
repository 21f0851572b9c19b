/**
 * A robots policy is what a robots.txt says to one crawler (RFC 9309). The groups are read here, because robots-parser
 * ends a group at a `Crawl-delay` between two agents and takes no crawler's name with a version; it matches the rules.
 */
import robotsParser from 'robots-parser';
import { canonicalEscapes } from './normalise';

export interface RobotsPolicy {
  readonly allows: (url: string) => boolean;
  /** Time between two requests that the file asks for, in ms; `undefined` if it asks for none, or for no such number. */
  readonly crawlDelayMs?: number | undefined;
  /** URLs of the sitemaps, as the file writes them. */
  readonly sitemaps: readonly string[];
}

/** Size that RFC 9309 obliges a crawler to read, in bytes; the rest of a larger file is ignored. */
export const ROBOTS_MAX_BYTES = 500 * 1024;

export const allowAll: RobotsPolicy = { allows: () => true, sitemaps: [] };
export const disallowAll: RobotsPolicy = { allows: () => false, sitemaps: [] };

/**
 * @param url of the robots.txt, which applies to its own scheme, host and port
 * @param agent product token of the crawler, without a version
 */
export function parseRobots(url: string, text: string, agent: string): RobotsPolicy {
  const { groups, delaysMs, sitemaps } = parseGroups(text);
  const own = groups.filter(({ agents }) => agents.has(agent.toLowerCase()));
  const all = groups.filter(({ agents }) => agents.has('*'));
  const rules = (own.length > 0 ? own : all).flatMap((group) => group.rules);
  const matcher = robotsParser(url, ['User-agent: *', ...rules].join('\n'));
  return {
    allows: (target) => {
      // The robots.txt itself is always allowed (RFC 9309, section 2.2.2).
      if (target === url) return true;
      const isAllowed = matcher.isAllowed(canonicalEscapes(target));
      if (isAllowed === undefined) throw new Error(`the rules of ${url} were asked about another origin: ${target}`);
      return isAllowed;
    },
    // The delay of `*` holds for a named group without one: to be slower than needed is no harm.
    crawlDelayMs: delaysMs.get(agent.toLowerCase()) ?? delaysMs.get('*'),
    sitemaps,
  };
}

interface Group {
  readonly agents: Set<string>;
  readonly rules: string[];
}

interface RobotsFile {
  readonly groups: readonly Group[];
  /** Longest delay of each agent. */
  readonly delaysMs: ReadonlyMap<string, number>;
  readonly sitemaps: readonly string[];
}

function parseGroups(text: string): RobotsFile {
  const groups: Group[] = [];
  const delaysMs = new Map<string, number>();
  const sitemaps: string[] = [];
  let group: Group | undefined;
  for (const [name, value] of fieldsOf(text)) {
    if (name === 'user-agent') {
      // Only a rule ends the list of agents of a group.
      if (group === undefined || group.rules.length > 0) {
        group = { agents: new Set(), rules: [] };
        groups.push(group);
      }
      group.agents.add(value.startsWith('*') ? '*' : (/^[\w-]*/.exec(value.toLowerCase())?.[0] ?? ''));
    } else if (name === 'allow' || name === 'disallow') {
      group?.rules.push(`${name}: ${canonicalEscapes(value)}`);
    } else if (name === 'crawl-delay') {
      const ms = Number(value) * 1000;
      if (!Number.isFinite(ms) || ms <= 0) continue;
      // The delay belongs to the agents before it, although rules after it may have more of them.
      for (const each of group?.agents ?? []) delaysMs.set(each, Math.max(ms, delaysMs.get(each) ?? 0));
    } else if (name === 'sitemap' && value !== '') {
      sitemaps.push(value);
    }
  }
  return { groups, delaysMs, sitemaps };
}

function* fieldsOf(text: string): Generator<readonly [name: string, value: string]> {
  for (const line of text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)) {
    const comment = line.indexOf('#');
    const content = comment === -1 ? line : line.slice(0, comment);
    const colon = content.indexOf(':');
    if (colon !== -1) yield [content.slice(0, colon).trim().toLowerCase(), content.slice(colon + 1).trim()];
  }
}
