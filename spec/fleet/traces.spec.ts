/** Traces of a fleet: one trace over processes, and the calls of a fleet among the events of a trace. */
import * as api from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { trace$, type TraceEvent } from 'sluice/trace';
import { failureOf } from '../support/failure-of';
import { LocalContexts } from '../trace/async-local-context-manager';
import { describeFleet, until, workOf } from './fleet-fixture';

const exporter = new InMemorySpanExporter();

beforeAll(() => {
  api.trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
  api.context.setGlobalContextManager(new LocalContexts());
  api.propagation.setGlobalPropagator(new W3CTraceContextPropagator());
});
afterAll(() => {
  api.trace.disable();
  api.context.disable();
  api.propagation.disable();
});

describeFleet('a trace of a fleet', (fleet) => {
  it('goes on in the spans of the worker, which hold no arguments, results or errors', async () => {
    fleet.worker({ telemetry: api });
    const work = workOf(fleet.pool({ telemetry: api }));
    const request = api.trace.getTracer('spec').startSpan('request');
    await api.context.with(api.trace.setSpan(api.context.active(), request), async () => {
      await work.echo('secret argument');
      await failureOf(work.fail('secret url'));
    });
    request.end();
    await until(() => exporter.getFinishedSpans().length === 3);
    const [echo, fail] = exporter.getFinishedSpans();
    for (const span of [echo, fail]) {
      expect(span?.spanContext().traceId).toBe(request.spanContext().traceId);
      expect(span?.parentSpanContext?.spanId).toBe(request.spanContext().spanId);
      expect(JSON.stringify([span?.attributes, span?.events, span?.status])).not.toContain('secret');
    }
    expect(echo).toMatchObject({
      name: 'run echo',
      kind: api.SpanKind.CONSUMER,
      attributes: { 'sluice.queue': fleet.queue },
    });
    expect(fail).toMatchObject({ name: 'run fail', status: { code: api.SpanStatusCode.ERROR } });
  });

  it('has the calls of a fleet, with the worker that has run them', async () => {
    fleet.worker();
    const pool = fleet.pool({ name: 'images' });
    const events: TraceEvent[] = [];
    const tracing = trace$.subscribe((event) => events.push(event));
    await workOf(pool).add(1, 2);
    tracing.unsubscribe();
    expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['call-queue', 'call-send', 'call-end']));
    expect(JSON.stringify(events)).toContain('images');
  });
});
