/** The report of a run: what became of the events, and how few queries that took. */
import type { QueryCounts } from './database';
import type { Outcome } from './sale';

export interface Report {
  readonly events: number;
  readonly rejected: number;
  /** Number of rows in the database. An event that was delivered twice has one row. */
  readonly rows: number;
  readonly queries: Readonly<QueryCounts>;
  /** The first reasons of rejected events. */
  readonly reasons: readonly string[];
  readonly seconds: number;
}

/** Counts of the outcomes so far. */
export interface Tally {
  readonly events: number;
  readonly rejected: number;
  readonly reasons: readonly string[];
}

export const NOTHING: Tally = { events: 0, rejected: 0, reasons: [] };

const MAX_REASONS = 5;

/** Adds one outcome to the counts. */
export function tally({ events, rejected, reasons }: Tally, outcome: Outcome): Tally {
  if (outcome.status === 'stored') return { events: events + 1, rejected, reasons };
  const { id, reason } = outcome;
  return {
    events: events + 1,
    rejected: rejected + 1,
    reasons: reasons.length < MAX_REASONS ? [...reasons, `event ${id}: ${reason}`] : reasons,
  };
}

export function asText({ events, rejected, rows, queries, reasons, seconds }: Report): string {
  const rate = Math.round(events / seconds);
  return [
    `${events} events in ${seconds.toFixed(1)} s (${rate} a second): ${rows} rows stored, ${rejected} rejected`,
    `queries: ${queries.users} for users, ${queries.products} for products, ${queries.writes} writes`,
    ...reasons.map((reason) => `  ${reason}`),
    ...(rejected > reasons.length ? [`  and ${rejected - reasons.length} more`] : []),
  ].join('\n');
}
