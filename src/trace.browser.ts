/** Sluice's trace in a browser: what it does, seen as it happens. `trace.ts` is the door for Node. */
export { debug, type DebugOptions } from './trace/debug';
export { dumpTasks } from './trace/dump-tasks';
export { trace$ } from './trace/trace';
export type { Span, SpanKind, Wait } from './trace/span';
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
