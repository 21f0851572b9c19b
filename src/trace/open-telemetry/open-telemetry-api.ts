/**
 * The part of `@opentelemetry/api` that sluice uses. The caller passes the package in, and sluice never imports it: programs
 * without it can load and compile `sluice/trace`.
 */
export interface TelemetryApi {
  readonly context: { active(): TelemetryContext };
  readonly trace: {
    getTracer(name: string): Tracer;
    setSpan(context: TelemetryContext, span: TelemetrySpan): TelemetryContext;
    getSpanContext(context: TelemetryContext): SpanContext | undefined;
  };
}

/** The `Context` of OpenTelemetry. Sluice only passes it on. */
export interface TelemetryContext {
  getValue(key: symbol): unknown;
}

export interface Tracer {
  startSpan(name: string, options?: SpanOptions, context?: TelemetryContext): TelemetrySpan;
}

export interface SpanOptions {
  readonly attributes?: Attributes;
  readonly links?: Link[];
  readonly startTime?: [seconds: number, nanoseconds: number];
  readonly root?: boolean;
}

export type Attributes = Record<string, string | number | boolean | string[]>;

export interface Link {
  readonly context: SpanContext;
}

export interface SpanContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
}

export interface TelemetrySpan {
  spanContext(): SpanContext;
  setAttributes(attributes: Attributes): unknown;
  addEvent(name: string, attributes: Attributes, time: [seconds: number, nanoseconds: number]): unknown;
  /** Missing before `@opentelemetry/api` 1.9. */
  addLink?(link: Link): unknown;
  recordException(exception: string, time: [seconds: number, nanoseconds: number]): void;
  setStatus(status: { code: number; message?: string }): unknown;
  end(time: [seconds: number, nanoseconds: number]): void;
}
