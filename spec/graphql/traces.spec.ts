/** The trace of a GraphQL request, and the OpenTelemetry spans made of it by the conventions of GraphQL's working group. */
import * as api from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base';
import { execute, parse, subscribe, type ExecutionResult } from 'graphql';
import { executeWithSluice, subscribeWithSluice } from 'sluice/graphql';
import { openTelemetry, trace$, type OpenTelemetryConfig, type TraceEvent } from 'sluice/trace';
import { LocalContexts } from '../trace/async-local-context-manager';
import { recordEventsWhile } from '../trace/record-events';
import { librarySchema } from './library';

const schema = librarySchema();
const document = parse('query Books { author(id: 1) { taskBooks { title } } } mutation { rename(id: 1) { id } }');
const run = async (): Promise<ExecutionResult> =>
  executeWithSluice({ schema, document, operationName: 'Books' }, { execute });

const eventsOf = async (program: () => PromiseLike<unknown>, type: TraceEvent['type']) =>
  (await recordEventsWhile(program)).filter((event) => event.type === type);

it('the scope and the scheduler of a request are named after its operation', async () => {
  const events = await recordEventsWhile(run);
  expect(events.filter(({ type }) => type.startsWith('scope'))).toMatchObject([
    { type: 'scope-open', id: 1, name: 'query Books', operation: { type: 'query', name: 'Books', isEvent: false } },
    { type: 'scope-close', id: 1, outcome: 'succeeded' },
  ]);
  expect(events.filter(({ type }) => type === 'batch-open')).toMatchObject(
    Array.from({ length: 3 }, () => ({ scheduler: 'query Books', operation: 1 })),
  );
});

it('the tasks that resolvers return are children of the scope of their request', async () => {
  const [scope] = await eventsOf(run, 'scope-open');
  const tasks = (await eventsOf(run, 'task-begin')).filter((event) => 'name' in event && event.name !== 'close');
  expect(tasks).toMatchObject([{ parent: scope && 'id' in scope ? scope.id : undefined }]);
});

it('an anonymous operation, and a name that the document does not have, have no name in the trace', async () => {
  const anonymous = parse('{ author(id: 1) { id } }');
  const scopes = await eventsOf(async () => {
    await executeWithSluice({ schema, document: anonymous }, { execute });
    await executeWithSluice({ schema, document, operationName: 'Invented' }, { execute });
  }, 'scope-open');
  expect(scopes).toMatchObject([{ name: 'query' }, { name: 'query' }]);
});

it('each event of a subscription has a scope of its own, opened when its first resolver runs', async () => {
  const scopes = await eventsOf(async () => {
    const source = parse('subscription Added { added { title } }');
    const events = await subscribeWithSluice({ schema, document: source }, { subscribe });
    if (Symbol.asyncIterator in events) for await (const { errors } of events) expect(errors).toBeUndefined();
  }, 'scope-open');
  expect(scopes).toMatchObject([
    { name: 'subscription Added', operation: { isEvent: false } },
    ...[1, 2, 3].map(() => ({ name: 'subscription Added event', operation: { isEvent: true } })),
  ]);
});

describe('OpenTelemetry', () => {
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

  /** The spans of a request, below the span of a server. */
  async function spansOf(program: () => PromiseLike<unknown>, config?: OpenTelemetryConfig): Promise<ReadableSpan[]> {
    const subscription = trace$.subscribe(openTelemetry(api, config));
    const server = api.trace.getTracer('http').startSpan('POST /graphql');
    await api.context.with(api.trace.setSpan(api.context.active(), server), async () => program());
    server.end();
    subscription.unsubscribe();
    return exporter.getFinishedSpans();
  }

  const parentOf = (spans: readonly ReadableSpan[], span: ReadableSpan | undefined) =>
    spans.find((other) => other.spanContext().spanId === span?.parentSpanContext?.spanId)?.name;

  it('has a span of the operation below that of the server, named after its type', async () => {
    const spans = await spansOf(run);
    const operation = spans.find(({ name }) => name === 'query');
    expect(parentOf(spans, operation)).toBe('POST /graphql');
    expect(operation?.attributes).toMatchObject({
      'graphql.operation.type': 'query',
      'graphql.operation.name': 'Books',
    });
  });

  it('has a span of each flush below that of the operation, with the attributes of a DataLoader', async () => {
    const spans = await spansOf(run);
    const flushes = spans.filter(({ name }) => name.startsWith('GraphQL DataLoader Batch'));
    expect(flushes.map(({ name }) => name)).toEqual(
      ['authorOf', 'bookOf', 'bookOf'].map((batch) => `GraphQL DataLoader Batch ${batch}`),
    );
    for (const span of flushes) {
      expect(parentOf(spans, span)).toBe('query');
      expect(span.kind).toBe(api.SpanKind.INTERNAL);
      expect(span.attributes).toMatchObject({
        'graphql.processing.type': 'dataloader_batch',
        'graphql.dataloader.name': span.name.split(' ').at(-1),
        'graphql.dataloader.batch.size': 1,
      });
      expect(span.attributes).not.toHaveProperty('graphql.dataloader.batch.keys');
    }
  });

  it('has the keys of a flush only if they are shown', async () => {
    const spans = await spansOf(run, { showKeys: true });
    expect(spans.find(({ name }) => name.endsWith('authorOf'))?.attributes).toMatchObject({
      'graphql.dataloader.batch.keys': ['1'],
    });
  });

  it('has a span of each event of a subscription', async () => {
    const spans = await spansOf(async () => {
      const events = await subscribeWithSluice(
        { schema, document: parse('subscription { added { id } }') },
        { subscribe },
      );
      if (Symbol.asyncIterator in events) for await (const { errors } of events) expect(errors).toBeUndefined();
    });
    const found = spans.filter(({ name }) => name === 'GraphQL Subscription Event');
    expect(found).toHaveLength(3);
    expect(found[0]?.attributes).toMatchObject({
      'graphql.processing.type': 'execute',
      'graphql.operation.type': 'subscription',
    });
  });
});
