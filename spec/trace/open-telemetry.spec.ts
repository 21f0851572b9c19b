/**
 * A trace as OpenTelemetry's own SDK exports it.
 */
import * as api from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base';
import { from, Subject } from 'rxjs';
import type { TraceEvent } from 'sluice/trace';
import { openTelemetry, type OpenTelemetryConfig } from '../../src/trace/open-telemetry/open-telemetry';
import { cancelledScope, crowd, pooledCall, sharedFlush } from './event-samples';
import { LocalContexts } from './async-local-context-manager';

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });

beforeAll(() => {
  api.trace.setGlobalTracerProvider(provider);
  api.context.setGlobalContextManager(new LocalContexts());
});
afterAll(() => {
  api.trace.disable();
  api.context.disable();
});
beforeEach(() => exporter.reset());

function exported(events: Iterable<TraceEvent>, config?: OpenTelemetryConfig): ReadableSpan[] {
  from(events).subscribe(openTelemetry(api, config));
  return exporter.getFinishedSpans();
}

const named = (spans: readonly ReadableSpan[], name: string): ReadableSpan => {
  const span = spans.find((one) => one.name === name);
  if (!span) throw new Error(`There is no span ${name} among ${spans.map((one) => one.name).join(', ')}.`);
  return span;
};

describe('openTelemetry', () => {
  it('makes a span of each task, child of the one that waits for it', () => {
    const spans = exported(sharedFlush);
    const page = named(spans, 'page');
    const author = named(spans, 'author');
    expect(page.parentSpanContext).toBeUndefined();
    expect(author.parentSpanContext?.spanId).toBe(page.spanContext().spanId);
    expect(author.spanContext().traceId).toBe(page.spanContext().traceId);
    expect(page.attributes).toMatchObject({
      'sluice.kind': 'task',
      'sluice.outcome': 'failed',
      'sluice.called_at': 'at page.ts:1',
    });
    expect(page.instrumentationScope.name).toBe('sluice');
  });

  it('makes the span of a flush a root, with links to all the tasks it served', () => {
    const spans = exported(sharedFlush);
    const flush = named(spans, 'nameOf');
    expect(flush.parentSpanContext).toBeUndefined();
    const served = [named(spans, 'author'), named(spans, 'page')];
    expect(flush.links.map(({ context }) => context)).toEqual(served.map((span) => span.spanContext()));
    expect(flush.attributes).toEqual({
      'sluice.kind': 'flush',
      'sluice.batch': 'nameOf',
      'sluice.scheduler': 'main',
      'sluice.flush.reason': 'quiescent',
      'sluice.flush.size': 2,
      'sluice.flush.gathered_ms': 3,
      'sluice.outcome': 'succeeded',
    });
  });

  it('makes the requests of a resolver children of the flush', () => {
    const inner: TraceEvent[] = [
      { type: 'task-begin', id: 40, name: 'lookup', at: 16, parent: 3 },
      { type: 'task-end', id: 40, outcome: 'succeeded', at: 17 },
    ];
    const spans = exported([...sharedFlush.slice(0, 9), ...inner, ...sharedFlush.slice(9)]);
    expect(named(spans, 'lookup').parentSpanContext?.spanId).toBe(named(spans, 'nameOf').spanContext().spanId);
  });

  it('has times of the events, to fractions of a ms', () => {
    const at = 1_795_000_000_123.25;
    const spans = exported([
      { type: 'task-begin', id: 1, name: 'page', at },
      { type: 'task-end', id: 1, outcome: 'succeeded', at: at + 2_000 },
    ]);
    expect(named(spans, 'page')).toMatchObject({
      startTime: [1_795_000_000, 123_250_000],
      endTime: [1_795_000_002, 123_250_000],
    });
  });

  it('takes the times of a virtual clock as they are', () => {
    expect(named(exported(sharedFlush), 'page')).toMatchObject({
      startTime: [0, 10_000_000],
      endTime: [0, 30_000_000],
    });
  });

  it('sets status and exception for failed spans, and not for cancelled ones', () => {
    const [failed, cancelled] = [named(exported(sharedFlush), 'page'), named(exported(cancelledScope), 'load')];
    expect(failed.status).toEqual({ code: api.SpanStatusCode.ERROR, message: 'Error: no such page' });
    expect(failed.events.find(({ name }) => name === 'exception')?.attributes).toEqual({
      'exception.message': 'Error: no such page',
    });
    expect(cancelled.status).toEqual({ code: api.SpanStatusCode.UNSET });
    expect(cancelled.attributes).toMatchObject({ 'sluice.outcome': 'cancelled' });
    expect(cancelled.events).toEqual([]);
  });

  it('shows keys and waits only with showKeys', () => {
    const hidden = exported(sharedFlush);
    expect(JSON.stringify(hidden.map(({ attributes, events }) => ({ attributes, events })))).not.toContain('7');
    exporter.reset();
    const shown = exported(sharedFlush, { showKeys: true });
    expect(named(shown, 'nameOf').attributes).toMatchObject({ 'sluice.flush.keys': ['7', '8'] });
    expect(named(shown, 'author').events).toMatchObject([
      { name: 'wait', time: [0, 12_000_000], attributes: { 'sluice.wait.for': 'nameOf(7)' } },
      { name: 'resume', time: [0, 26_000_000] },
    ]);
  });

  it('shows the split reason of a batch, and its detail only with showKeys', () => {
    const split = { because: 'already-flushed', from: 3, detail: 'it went while user 7 was asked for' } as const;
    const events: TraceEvent[] = [
      { type: 'batch-open', id: 9, batch: 'roleOf', scheduler: 'main', split, at: 40 },
      { type: 'batch-flush', id: 9, batch: 'roleOf', keys: [], reason: 'window', tasks: [], at: 41 },
    ];
    const [hidden] = exported(events).map(({ attributes }) => attributes);
    exporter.reset();
    const [shown] = exported(events, { showKeys: true }).map(({ attributes }) => attributes);
    expect([hidden?.['sluice.batch.split'], hidden?.['sluice.batch.split.detail']]).toEqual([
      'already-flushed',
      undefined,
    ]);
    expect(shown?.['sluice.batch.split.detail']).toBe(split.detail);
  });

  it('makes spans of scopes, their work, and calls of a pool', () => {
    const spans = exported([...cancelledScope, ...pooledCall]);
    const request = named(spans, 'request');
    expect(named(spans, 'load').parentSpanContext?.spanId).toBe(request.spanContext().spanId);
    expect(request.events).toMatchObject([{ name: 'cancel', time: [0, 205_000_000], attributes: {} }]);
    const resize = named(spans, 'resize');
    expect(resize.attributes).toMatchObject({ 'sluice.kind': 'call', 'sluice.pool': 'images', 'sluice.thread': 1 });
    expect(resize.events).toMatchObject([{ name: 'send', time: [0, 104_000_000] }]);
    expect(spans).toHaveLength(3);
  });

  it('makes a span of a call of a limiter, with its key only with showKeys', () => {
    const events: TraceEvent[] = [
      { type: 'limit-queue', id: 1, name: 'get', limiter: 'api', key: '"a"', for: 'a slot', at: 10 },
      { type: 'limit-start', id: 1, at: 30 },
      { type: 'limit-end', id: 1, outcome: 'succeeded', at: 50 },
    ];
    const hidden = named(exported(events), 'get');
    expect(hidden.attributes).toEqual({
      'sluice.kind': 'limited',
      'sluice.limiter': 'api',
      'sluice.outcome': 'succeeded',
    });
    expect(hidden.events).toMatchObject([{ name: 'start', time: [0, 30_000_000] }]);
    exporter.reset();
    const shown = named(exported(events, { showKeys: true }), 'get');
    expect(shown.attributes).toMatchObject({ 'sluice.limit.key': '"a"' });
  });

  it('makes no span of a batch that was never flushed', () => {
    expect(exported([...sharedFlush.slice(2, 4), { type: 'batch-land', id: 3, outcome: 'cancelled', at: 20 }])).toEqual(
      [],
    );
  });

  it('ends open spans when the trace completes or fails', () => {
    const spans = exported(sharedFlush.slice(0, 9));
    expect(spans.map(({ name, endTime }) => [name, endTime])).toEqual([
      ['page', [0, 15_000_000]],
      ['author', [0, 15_000_000]],
      ['nameOf', [0, 15_000_000]],
    ]);
    exporter.reset();
    const failing = new Subject<TraceEvent>();
    failing.subscribe(openTelemetry(api));
    for (const event of sharedFlush.slice(0, 1)) failing.next(event);
    failing.error(new Error('lost'));
    expect(exporter.getFinishedSpans()).toHaveLength(1);
  });

  it('leaves out tasks that began before the trace, and includes later flushes', () => {
    expect(exported(sharedFlush.slice(7)).map(({ name }) => name)).toEqual(['nameOf']);
  });

  it('makes spans with the tracer option', () => {
    const tracer = provider.getTracer('mine');
    expect(named(exported(sharedFlush, { tracer }), 'page').instrumentationScope.name).toBe('mine');
  });

  it('handles a flight for a hundred thousand tasks', () => {
    const spans = exported(crowd(100_000));
    expect(spans).toHaveLength(100_001);
  });
});

describe('the active span', () => {
  const events$ = new Subject<TraceEvent>();
  const within = (span: api.Span, events: readonly TraceEvent[]): void => {
    api.context.with(api.trace.setSpan(api.ROOT_CONTEXT, span), () => {
      for (const event of events) events$.next(event);
    });
  };

  it('is the parent of spans without a parent in the trace, and linked to by the flush of its request', () => {
    const tracer = provider.getTracer('http');
    const [get, post] = [tracer.startSpan('GET'), tracer.startSpan('POST')];
    events$.subscribe(openTelemetry(api));
    within(get, sharedFlush.slice(0, 3));
    const asked = { type: 'batch-ask', id: 3, key: '9', isNew: true, at: 13 } as const;
    within(post, [asked, asked]);
    within(get, sharedFlush.slice(3));
    const spans = exporter.getFinishedSpans();
    expect(named(spans, 'page').parentSpanContext?.spanId).toBe(get.spanContext().spanId);
    const flush = named(spans, 'nameOf');
    expect(flush.parentSpanContext).toBeUndefined();
    expect(flush.links.map(({ context }) => context.spanId)).toEqual(
      [named(spans, 'author'), named(spans, 'page'), post].map((span) => span.spanContext().spanId),
    );
  });
});

describe('misuse of openTelemetry', () => {
  it.each([undefined, null, 'api', {}, { trace: {} }, { context: api.context }, () => 1])(
    'an api that is %p is refused',
    (wrong) => {
      expect(() => openTelemetry(wrong as never)).toThrow(TypeError);
      expect(() => openTelemetry(wrong as never)).toThrow(
        'openTelemetry: expected `api` to be the package `@opentelemetry/api`, imported as `import * as api`; got',
      );
    },
  );

  it('rejects an invalid config and invalid options', () => {
    expect(() => openTelemetry(api, null as never)).toThrow('expected its config to be an object of options; got null');
    expect(() => openTelemetry(api, { tracer: 5 as never })).toThrow('openTelemetry: expected `tracer` to be a Tracer');
    expect(() => openTelemetry(api, { showKeys: 'yes' as never })).toThrow(
      'expected `showKeys` to be true or false; got "yes"',
    );
  });
});
