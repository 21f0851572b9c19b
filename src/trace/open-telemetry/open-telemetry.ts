/**
 * A trace as spans of OpenTelemetry. A flush serves many tasks, of which none is its parent: its span is the root of a
 * trace of its own, with links to the spans of all that it serves.
 */
import type { Observer } from 'rxjs';
import { invalidOption } from '../../core/describe';
import { checkOptions } from '../../core/options';
import type { TelemetryApi, Tracer } from './open-telemetry-api';
import { OpenTelemetrySpans } from './open-telemetry-spans';
import type { TraceEvent } from '../events/trace-event';

export interface OpenTelemetryConfig {
  /** Who makes the spans (`api.trace.getTracer('sluice')`). */
  readonly tracer?: Tracer;
  /**
   * Whether spans show keys, and all texts of sluice in which there may be keys: what tasks wait for, the messages of
   * its errors, and why a scope was cancelled. They may be data of users (false). Messages of other errors are shown.
   */
  readonly showKeys?: boolean;
}

/**
 * An observer that makes OpenTelemetry spans of tasks, flushes, scopes, what runs in them, and calls of pools. `api` is
 * the package `@opentelemetry/api`. What nobody in the trace waits for is a child of the span that is active when it
 * begins, that of a request for example; and a flush is linked to the active span of each who asks outside of a task.
 * Spans that are open when the trace completes are ended then.
 *
 * @throws TypeError for an `api` or an option that makes no sense.
 * @example
 * import * as api from '@opentelemetry/api';
 * trace$.subscribe(openTelemetry(api));
 */
export function openTelemetry(api: TelemetryApi, config: OpenTelemetryConfig = {}): Observer<TraceEvent> {
  if (!isApi(api))
    throw invalidOption('openTelemetry: api', "what import * as api from '@opentelemetry/api' gives", api);
  checkOptions('openTelemetry', config, ['tracer', 'showKeys']);
  const { tracer = api.trace.getTracer('sluice'), showKeys = false } = config;
  if (!hasMethod(tracer, 'startSpan'))
    throw invalidOption('openTelemetry: tracer', 'a Tracer of OpenTelemetry', tracer);
  if (typeof showKeys !== 'boolean') throw invalidOption('openTelemetry: showKeys', 'true or false', showKeys);

  const spans = new OpenTelemetrySpans(api, tracer, showKeys);
  return {
    next: (event) => spans.take(event),
    error: () => spans.endAll(),
    complete: () => spans.endAll(),
  };
}

const isApi = (api: unknown): boolean => {
  const { context, trace } = (api ?? {}) as Partial<TelemetryApi>; // each is looked at before it is used
  return hasMethod(context, 'active') && hasMethod(trace, 'getTracer') && hasMethod(trace, 'setSpan');
};

const hasMethod = (value: unknown, name: string): boolean =>
  typeof value === 'object' && value !== null && typeof Reflect.get(value, name) === 'function';
