/**
 * The part of `@opentelemetry/api` with which a trace goes on from a caller to a worker. The caller passes the package in, and
 * sluice never imports it.
 */
export interface FleetTelemetryApi {
  readonly context: {
    active(): FleetTelemetryContext;
    with<R>(context: FleetTelemetryContext, run: () => R): R;
  };
  readonly propagation: {
    inject(context: FleetTelemetryContext, carrier: Record<string, string>): void;
    extract(context: FleetTelemetryContext, carrier: Record<string, string>): FleetTelemetryContext;
  };
  readonly trace: {
    getTracer(name: string): {
      startSpan(name: string, options?: FleetSpanOptions, context?: FleetTelemetryContext): FleetSpan;
    };
    setSpan(context: FleetTelemetryContext, span: FleetSpan): FleetTelemetryContext;
  };
}

/** The `Context` of OpenTelemetry, which is only passed on. */
export interface FleetTelemetryContext {
  getValue(key: symbol): unknown;
}

export interface FleetSpanOptions {
  readonly kind?: number;
  readonly attributes?: Record<string, string>;
}

/** The part of a `Span` that is used. */
export interface FleetSpan {
  setStatus(status: { code: number }): unknown;
  end(): void;
}

/** `SpanKind.CONSUMER` and `SpanStatusCode.ERROR`. */
const CONSUMER = 4;
const ERROR = 2;
/** The fields of W3C, and the most characters of one: baggage may hold anything. */
const FIELDS = ['traceparent', 'tracestate', 'baggage'];
const MAX_LENGTH = 8_192;

/** The active context as fields of text; undefined without one. */
export function injectContext(api: FleetTelemetryApi | undefined): Record<string, string> | undefined {
  if (!api) return undefined;
  const carrier: Record<string, string> = {};
  api.propagation.inject(api.context.active(), carrier);
  const fields = Object.entries(carrier).filter(([name, text]) => FIELDS.includes(name) && text.length <= MAX_LENGTH);
  return fields.length > 0 ? Object.fromEntries(fields) : undefined;
}

/** What a span of a run tells of its call: no arguments, no result, and no text of an error. */
export interface RunDescription {
  readonly task: string;
  readonly id: string;
  readonly queue: string;
}

/** Runs a call within a span of its own, whose parent is the span of the caller. */
export async function withinSpan<R extends { readonly kind: string } | undefined>(
  api: FleetTelemetryApi | undefined,
  { trace, ...call }: RunDescription & { readonly trace: Readonly<Record<string, string>> | undefined },
  run: () => Promise<R>,
): Promise<R> {
  if (!api) return run();
  const parent = api.propagation.extract(api.context.active(), { ...trace });
  const attributes = { 'sluice.queue': call.queue, 'sluice.call': call.id };
  const span = api.trace.getTracer('sluice').startSpan(`run ${call.task}`, { kind: CONSUMER, attributes }, parent);
  try {
    const result = await api.context.with(api.trace.setSpan(parent, span), run);
    if (result?.kind === 'error') span.setStatus({ code: ERROR });
    return result;
  } finally {
    span.end();
  }
}
