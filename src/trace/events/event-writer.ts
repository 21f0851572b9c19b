/** What the writers of task, batch, scope and pool events share: ids, an output for events, and the form of an outcome. */
import { CancelledError } from '../../core/errors';
import { describe } from '../../core/describe';
import { nameWithoutMessage } from '../../core/sluice-error';
import type { EndOutcome } from '../../scheduler/instrumentation';
import type { Ids } from './ids';
import type { Outcome, TraceEvent } from './trace-event';

export interface EventWriter {
  readonly ids: Ids;
  readonly write: (event: TraceEvent) => void;
  /** Where a future was built, as a line of a stack; undefined while debugging is off. */
  readonly siteOf: (future: object | undefined) => string | undefined;
}

/** The fields of an event that ends something. */
export function outcomeOf(ended: EndOutcome): {
  readonly outcome: Outcome;
  readonly error?: string;
  readonly ownError?: string;
} {
  if (!ended || (ended.isError && ended.error instanceof CancelledError)) return { outcome: 'cancelled' };
  if (!ended.isError) return { outcome: 'succeeded' };
  return { outcome: 'failed', error: describe(ended.error), ...optional('ownError', nameWithoutMessage(ended.error)) };
}

/** An object with one property, or an empty one for `undefined`, which `exactOptionalPropertyTypes` requires. */
export const optional = <Name extends string, T>(name: Name, value: T | undefined): { readonly [N in Name]?: T } =>
  // Cast: safe, because the property was just set.
  value === undefined ? {} : ({ [name]: value } as { readonly [N in Name]: T });
