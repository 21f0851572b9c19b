/** Sluice's trace: what it does, seen as it happens, and kept as pictures, spans and numbers. */
export * from './trace.browser';
export { chromeTraceFile } from './trace/node-chrome-trace-file';
export type { Recording, RecordingConfig } from './trace/node-recording';
export { timeline, type TimelineConfig } from './trace/node-timeline';
