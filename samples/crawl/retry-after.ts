/**
 * Retry-After is a number of seconds or a date (RFC 9110, section 10.2.3). A value that is neither is ignored, and the
 * caller backs off as if there were none.
 */

/** Longest time, in ms, that a server can ask for: a day. */
export const LONGEST_RETRY_AFTER_MS = 24 * 60 * 60 * 1000;

/**
 * Time to wait in ms, from 0 to a day; `undefined` for a missing or bad value.
 *
 * @param date the `Date` header of the response. A date is compared with the clock of the server that wrote it.
 * @param now the own clock in ms, for a response without a date
 */
export function parseRetryAfter(value: string | undefined, date: string | undefined, now: number): number | undefined {
  const text = value?.trim();
  if (text === undefined || text === '') return undefined;
  // Digits are never read as a date: `Date.parse('120')` is the year 120.
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, LONGEST_RETRY_AFTER_MS);
  if (!HTTP_DATE.test(text)) return undefined;
  const until = Date.parse(text);
  if (Number.isNaN(until)) return undefined;
  const served = date !== undefined && HTTP_DATE.test(date) ? Date.parse(date) : Number.NaN;
  const wait = until - (Number.isNaN(served) ? now : served);
  return Math.min(Math.max(wait, 0), LONGEST_RETRY_AFTER_MS);
}

/** Dates of HTTP begin with the name of a day. `Date.parse` alone takes `'-5'` for the year 2001. */
const HTTP_DATE = /^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? /i;
