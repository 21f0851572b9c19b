/**
 * A host that sends requests away for a time: 429 and 503 with Retry-After, in seconds and as a date. Its clock is an hour
 * fast, so that a date has a meaning only beside the `Date` header of the same response.
 */
import { link, page, textAnswer } from '../page';
import type { HostContent, HostContext, SiteAnswer, TimedAnswer } from '../resource';

const ITEMS = 20;
const CLOCK_ERROR_MS = 3_600_000;

export function busy({ url, random }: HostContext): HostContent {
  const itemUrl = (number: number): string => url(`/item/${number}`);
  const numbers = Array.from({ length: ITEMS }, (_, index) => index + 1);
  // One item of each quarter, so that the numbers differ.
  const quarter = ITEMS / 4;
  const [limited = 0, unavailable = 0, immediate = 0, twice = 0] = [0, 1, 2, 3].map(
    (index) => index * quarter + 1 + random(quarter),
  );
  const first = new Map<number, readonly (SiteAnswer | TimedAnswer)[]>([
    [limited, [refusal(429, '1')]],
    [unavailable, [unavailableUntilDate]],
    [immediate, [refusal(503, '0')]],
    [twice, [refusal(429, '0'), refusal(429, '0')]],
  ]);
  return {
    resources: [
      page(url('/'), { title: 'A busy host', links: numbers.map((number) => link(itemUrl(number))) }),
      ...numbers.map((number) => page(itemUrl(number), { title: `Item ${number}`, first: first.get(number) ?? [] })),
    ],
  };
}

const refusal = (status: 429 | 503, retryAfter: string): SiteAnswer =>
  textAnswer(status, 'Come back later.\n', { 'retry-after': retryAfter });

/** Dates have whole seconds, so that the pause is one to two seconds after the `Date` header, which is cut off as well. */
const unavailableUntilDate: TimedAnswer = (now) => {
  const dateOf = (ms: number): string => new Date(ms + CLOCK_ERROR_MS).toUTCString();
  return textAnswer(503, 'Come back later.\n', { date: dateOf(now), 'retry-after': dateOf(now + 1_000) });
};
