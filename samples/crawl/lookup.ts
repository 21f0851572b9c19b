/**
 * A lookup finds the addresses of a host. Each `dns.lookup` holds one of the few threads of libuv, for seconds if a name
 * server does not answer: so the addresses are kept for a while, equal look-ups are one, and few run at a time.
 */
import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { promisify } from 'node:util';
import { Limiter } from 'sluice';
import { retryTask } from 'sluice/tools';
import { firstValueFrom } from 'rxjs';
import { codeOf } from './error-code';

type Addresses = readonly LookupAddress[];
type FindAddresses = (hostname: string) => Promise<Addresses>;

/** Lookup for the connections of a client. */
export function cachedLookup(find: FindAddresses = findInSystem): LookupFunction {
  const limiter = new Limiter({ name: 'lookup', concurrency: MAX_LOOKUPS });
  const kept = new Map<string, { readonly addresses: Promise<Addresses>; readonly until: number }>();
  const findOnce = retryTask((hostname: string) => limiter.run(hostname, () => find(hostname)), {
    // A busy resolver says ENOTFOUND for names that it has.
    attempts: 2,
    when: (error) => codeOf(error) === 'ENOTFOUND' || codeOf(error) === 'EAI_AGAIN',
  });
  const addressesOf = (hostname: string): Promise<Addresses> => {
    const now = performance.now();
    const known = kept.get(hostname);
    if (known !== undefined && known.until > now) return known.addresses;
    if (kept.size >= MAX_KEPT) kept.clear();
    const addresses = firstValueFrom(findOnce(hostname));
    kept.set(hostname, { addresses, until: now + KEPT_MS });
    addresses.catch(() => kept.delete(hostname));
    return addresses;
  };
  return (hostname, { all, family }, callback) => {
    addressesOf(hostname).then(
      (addresses) => {
        const wanted = family === 4 || family === 6 ? addresses.filter((each) => each.family === family) : addresses;
        const [first] = wanted.length === 0 ? addresses : wanted;
        if (all === true) callback(null, [...wanted]);
        else callback(null, first?.address ?? '', first?.family);
      },
      (error: unknown) => callback(error as NodeJS.ErrnoException, '', 0),
    );
  };
}

/** Names below `localhost` mean this machine (RFC 6761, section 6.3); few systems know that. */
const findInSystem: FindAddresses = (hostname) =>
  /(?:^|\.)localhost\.?$/.test(hostname) ? Promise.resolve(LOOPBACK) : promisify(systemLookup)(hostname, { all: true });

const LOOPBACK: Addresses = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

/** Number of look-ups at a time: libuv has four threads, which files need too. */
const MAX_LOOKUPS = 3;

/** Time in ms for which an address is kept. */
const KEPT_MS = 5 * 60_000;

const MAX_KEPT = 10_000;
