/**
 * The delivery of one result to one of several sinks. An error that the sink throws, such as an overflow of the native stack,
 * is reported, and affects neither the code that delivers nor another sink.
 */
import { reportUnhandled } from '../core/rx';
import type { Sink } from './execution';

export function succeedIsolated<V>(sink: Sink<V>, value: V): void {
  try {
    sink.succeed(value);
  } catch (error) {
    reportUnhandled(error);
  }
}

export function failIsolated(sink: Sink<never>, error: unknown): void {
  try {
    sink.fail(error);
  } catch (thrown) {
    reportUnhandled(thrown);
  }
}
