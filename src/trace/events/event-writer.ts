/** What those who make events of notes have in common: numbers, a voice, and how an end is told. */
import { CancelledError } from '../../core/errors';
import { describe } from '../../core/describe';
import { kindOfOwn } from '../../core/sluice-error';
import type { EndedOutcome } from '../../scheduler/instrumentation';
import type { Ids } from './ids';
import type { Outcome, TraceEvent } from './trace-event';

export interface EventWriter {
  readonly ids: Ids;
  readonly write: (event: TraceEvent) => void;
  readonly siteOf: (future: object | undefined) => string | undefined;
}

/** How something ended, as events say it. */
export function outcomeOf(how: EndedOutcome): {
  readonly outcome: Outcome;
  readonly error?: string;
  readonly ownError?: string;
} {
  if (!how || (how.isError && how.error instanceof CancelledError)) return { outcome: 'cancelled' };
  if (!how.isError) return { outcome: 'succeeded' };
  return { outcome: 'failed', error: describe(how.error), ...known('ownError', kindOfOwn(how.error)) };
}

/** A property that is left out where there is nothing to say: `exactOptionalPropertyTypes` tells the two apart. */
export const known = <Name extends string, T>(name: Name, value: T | undefined): { readonly [N in Name]?: T } =>
  value === undefined ? {} : ({ [name]: value } as { readonly [N in Name]: T }); // it has just been put there
