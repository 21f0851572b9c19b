/**
 * OpenTelemetry spans are made of a trace. A flush serves many tasks and has no single parent: its span is the root of a
 * separate OpenTelemetry trace, with links to the spans of the tasks that wait for its keys.
 */
import type { Observer } from 'rxjs';
import { invalidOption } from '../../core/describe';
import { checkFlag, hasMethod } from '../../core/option-values';
import { checkOptions } from '../../core/options';
import type { TelemetryApi, Tracer } from './open-telemetry-api';
import { OpenTelemetrySpans } from './open-telemetry-spans';
import type { TraceEvent } from '../events/trace-event';

export interface OpenTelemetryConfig {
  /**
   * The tracer that creates the spans.
   *
   * @defaultValue `api.trace.getTracer('sluice')`
   */
  readonly tracer?: Tracer;
  /**
   * Whether spans contain keys, and the texts of sluice that may quote keys: what tasks wait for, messages of its errors,
   * and why a scope was cancelled. Keys may be personal data. Messages of other errors are always included.
   *
   * @defaultValue `false`
   */
  readonly showKeys?: boolean;
}

/**
 * An observer that makes OpenTelemetry spans of tasks, flushes, scopes, work of scopes, and calls of pools.
 *
 * A span without a parent in the trace is a child of the span that is active when it begins, such as that of a request. The
 * span of a flush is also linked to the span that was active at each request for a key outside of a task. Spans that are
 * open when the trace completes are ended then.
 *
 * @param api the package `@opentelemetry/api`
 * @throws TypeError if `api` is not that package, or an option is unknown or invalid.
 * @example
 * import * as api from '@opentelemetry/api';
 * trace$.subscribe(openTelemetry(api));
 */
export function openTelemetry(api: TelemetryApi, config: OpenTelemetryConfig = {}): Observer<TraceEvent> {
  if (!isApi(api))
    throw invalidOption('openTelemetry: api', 'the package `@opentelemetry/api`, imported as `import * as api`', api);
  checkOptions('openTelemetry', config, ['tracer', 'showKeys']);
  const { tracer = api.trace.getTracer('sluice'), showKeys = false } = config;
  if (!hasMethod(tracer, 'startSpan'))
    throw invalidOption('openTelemetry: tracer', 'a Tracer of OpenTelemetry', tracer);
  checkFlag('openTelemetry: showKeys', showKeys);

  const spans = new OpenTelemetrySpans(api, tracer, showKeys);
  return {
    next: (event) => spans.handle(event),
    error: () => spans.endAll(),
    complete: () => spans.endAll(),
  };
}

const isApi = (api: unknown): boolean => {
  // Cast: partial, because both members are checked below.
  const { context, trace } = (api ?? {}) as Partial<TelemetryApi>;
  return hasMethod(context, 'active') && hasMethod(trace, 'getTracer') && hasMethod(trace, 'setSpan');
};
