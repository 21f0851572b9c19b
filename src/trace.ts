/** Sluice's trace: what it does, seen as it happens, and kept as pictures, spans and numbers. */
export { chromeTrace } from './trace/chrome-trace';
export type { ChromeEvent, ChromeTrace } from './trace/chrome-event';
export type { BatchMetrics, CallMetrics, TaskMetrics } from './trace/counts';
export { debug, type DebugOptions } from './trace/debug';
export { dumpTasks } from './trace/dump-tasks';
export type { Distribution } from './trace/histogram';
export { metrics, type Metrics, type MetricsSnapshot } from './trace/metrics';
export { openTelemetry, type OpenTelemetryConfig } from './trace/open-telemetry';
export type { TelemetryApi, Tracer } from './trace/open-telemetry-api';
export type { Span, SpanKind, Wait } from './trace/span';
export { spansOf, toSpans } from './trace/spans';
export { timelinePage, type TimelinePageConfig } from './trace/timeline/timeline-page';
export { trace$ } from './trace/trace';
export type {
  Apart,
  ApartReason,
  BatchEvent,
  CallEvent,
  Outcome,
  ScopeEvent,
  TaskEvent,
  TraceEvent,
} from './trace/trace-event';
export { chromeTraceFile } from './trace/node-chrome-trace-file';
export type { Recording, RecordingConfig } from './trace/node-recording';
export { timeline, type TimelineConfig } from './trace/node-timeline';
