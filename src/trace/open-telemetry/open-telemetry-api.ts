/**
 * As much of `@opentelemetry/api` as is used here. It is handed in, and named nowhere: who has not installed it can
 * load, and compile, all of this.
 */
export interface TelemetryApi {
  readonly context: { active(): TelemetryContext };
  readonly trace: {
    getTracer(name: string): Tracer;
    setSpan(context: TelemetryContext, span: TelemetrySpan): TelemetryContext;
    getSpanContext(context: TelemetryContext): SpanContext | undefined;
  };
}

/** OpenTelemetry's, which is told nothing of here. */
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
  /** Older ones have none. */
  addLink?(link: Link): unknown;
  recordException(exception: string, time: [seconds: number, nanoseconds: number]): void;
  setStatus(status: { code: number; message?: string }): unknown;
  end(time: [seconds: number, nanoseconds: number]): void;
}
