/**
 * The model of the hostile site: all resources by URL, and what a polite, correct crawler visits from the front pages of
 * the hosts. The expectations follow the links of the model; no response is parsed for them.
 */
import { broken } from './hosts/broken';
import { busy } from './hosts/busy';
import { closed } from './hosts/closed';
import { maps } from './hosts/maps';
import { slow } from './hosts/slow';
import { trap } from './hosts/trap';
import { www } from './hosts/www';
import type { Ending, HostContent, HostContext, SiteHost, SiteResource, SiteTrap } from './resource';
import { seededRandom } from './seeded-random';

/** What a crawler is expected to report about one URL. */
export interface ExpectedVisit {
  readonly ending: Ending;
  /** The title of a page. */
  readonly title: string | undefined;
  readonly isNoindex: boolean;
}

export interface SiteModel {
  readonly resources: ReadonlyMap<string, SiteResource>;
  readonly traps: readonly SiteTrap[];
  readonly expected: ReadonlyMap<string, ExpectedVisit>;
}

const CONTENT: Readonly<Record<SiteHost, (context: HostContext) => HostContent>> = {
  'www.localhost': www,
  'busy.localhost': busy,
  'slow.localhost': slow,
  'broken.localhost': broken,
  'trap.localhost': trap,
  'maps.localhost': maps,
  'closed.localhost': closed,
};

export function buildModel(hosts: readonly SiteHost[], port: number, seed: number): SiteModel {
  const urlOn = (host: SiteHost, path: string): string => `http://${host}:${port}${path}`;
  const contents = hosts.map((host) =>
    CONTENT[host]({
      url: (path) => urlOn(host, path),
      urlOn: (other, path) => (hosts.includes(other) ? urlOn(other, path) : undefined),
      random: seededRandom(seed),
    }),
  );
  const resources = new Map(contents.flatMap((content) => content.resources).map((each) => [each.url, each]));
  const fronts = hosts.map((host) => urlOn(host, '/'));
  const listed = contents.flatMap(({ listedInSitemaps = [] }) => listedInSitemaps);
  return {
    resources,
    traps: contents.flatMap(({ traps = [] }) => traps),
    expected: visitsFrom([...fronts, ...listed], resources),
  };
}

/** All that is reached by links and redirects that robots.txt allows. */
function visitsFrom(
  seeds: readonly string[],
  resources: ReadonlyMap<string, SiteResource>,
): ReadonlyMap<string, ExpectedVisit> {
  const expected = new Map<string, ExpectedVisit>();
  const open = [...seeds];
  for (let url = open.pop(); url !== undefined; url = open.pop()) {
    const resource = resources.get(url);
    // Pages of a trap are no resources.
    if (resource === undefined || resource.isForbidden === true || expected.has(url)) continue;
    const { ending, title, isNoindex = false, leadsTo = [] } = resource;
    expected.set(url, { ending, title, isNoindex });
    open.push(...leadsTo);
  }
  return expected;
}
