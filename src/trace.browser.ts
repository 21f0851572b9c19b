/** The entry point `sluice/trace` in a browser: that of Node without recordings to files. */
export { toChromeTrace } from './trace/chrome/chrome-trace';
export type { ChromeEvent, ChromeTrace } from './trace/chrome/chrome-event';
export type { BatchMetrics } from './trace/metrics/batch-counts';
export type { CallMetrics } from './trace/metrics/call-counts';
export type { TaskMetrics } from './trace/metrics/task-counts';
export type { Distribution } from './core/histogram';
export { metrics, type Metrics, type MetricsSnapshot } from './trace/metrics/metrics';
export { openTelemetry, type OpenTelemetryConfig } from './trace/open-telemetry/open-telemetry';
export type { TelemetryApi, Tracer } from './trace/open-telemetry/open-telemetry-api';
export type { Span, SpanKind, Wait } from './trace/spans/span';
export { spansOf, toSpans } from './trace/spans/spans';
export { renderTimeline, type TimelinePageConfig } from './trace/timeline/timeline-page';
export { trace$ } from './trace/events/trace';
export type {
  Split,
  SplitReason,
  BatchEvent,
  CallEvent,
  LimitedCallEvent,
  Outcome,
  ScopeEvent,
  TaskEvent,
  TraceEvent,
} from './trace/events/trace-event';
