/** Consumers of the trace of real programs: spans, metrics, pictures, OpenTelemetry, and several of them at once. */
import * as api from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base';
import { delay, mergeMap, NEVER, of, Subscription, takeUntil, timer, type Observable } from 'rxjs';
import { all, batch, batchScheduler, scoped, task, type BatchConfig, type BatchFunction } from 'sluice';
import type { Span, TraceEvent } from 'sluice/trace';
import { toChromeTrace } from '../../src/trace/chrome/chrome-trace';
import { metrics } from '../../src/trace/metrics/metrics';
import { openTelemetry } from '../../src/trace/open-telemetry/open-telemetry';
import { spansOf } from '../../src/trace/spans/spans';
import { trace$ } from '../../src/trace/events/trace';
import { testScheduler } from '../support/virtual-time';
import { LocalContexts } from './async-local-context-manager';

const users = (config: BatchConfig<number> = {}): BatchFunction<number, string> =>
  batch((ids: readonly number[]) => of(ids.map((id) => `user ${String(id)}`)).pipe(delay(5)), {
    name: 'nameOf',
    ...config,
  });

/** The trace of what runs until frame 100. */
function traced(program: () => Observable<unknown>): Span[] {
  const events: TraceEvent[] = [];
  testScheduler().run(({ flush }) => {
    trace$.pipe(takeUntil(timer(100))).subscribe((event) => events.push(event));
    program().subscribe();
    flush();
  });
  return spansOf(events);
}

describe('the spans of a program', () => {
  it('have parents and frame-exact times on virtual time', () => {
    const nameOf = users({ window: 2 });
    const greet = task(function* greet(id: number) {
      yield timer(1);
      return yield* nameOf(id);
    });
    const page = task(function* page() {
      return yield* all([greet(2), greet(2), nameOf(9)]);
    });
    const spans = traced(page);
    const at = (kind: string): unknown =>
      spans.filter((span) => span.kind === kind).map(({ name, start, end, keys }) => [name, start, end, ...keys]);
    expect(at('task')).toEqual([
      ['page', 0, 7],
      ['greet', 0, 7],
      ['greet', 0, 7],
    ]);
    expect(at('flight')).toEqual([['nameOf', 2, 7, '9', '2']]);
    const [outer, inner, other] = spans.filter(({ kind }) => kind === 'task');
    expect([inner?.parent, other?.parent]).toEqual([outer?.id, outer?.id]);
    const flight = spans.filter(({ kind }) => kind === 'flight')[0];
    expect([...(flight?.serves ?? [])].sort()).toEqual([outer?.id, inner?.id, other?.id].sort());
    expect(inner?.waits.map(({ start, end }) => [start, end])).toEqual([
      [0, 1],
      [1, 7],
    ]);
  });

  it('are open for a task that never ends', () => {
    const nameOf = batch((ids: readonly number[]) => of(ids).pipe(delay(1_000)), { name: 'nameOf' });
    const spans = traced(() => nameOf(1));
    expect(spans.map(({ kind, outcome }) => [kind, outcome])).toEqual([
      ['batch', 'succeeded'],
      ['flight', undefined],
    ]);
  });

  it('make a Chrome trace with all arrows', () => {
    const nameOf = users();
    const greet = task(function* greet(id: number) {
      return yield* nameOf(id);
    });
    const { traceEvents } = toChromeTrace(traced(() => all([greet(1), greet(2), greet(2)])));
    expect(traceEvents.filter(({ ph }) => ph === 's')).toHaveLength(3);
  });
});

describe('the metrics of a program', () => {
  it('count asks, joins and recalls', () => {
    const numbers = metrics();
    const [nameOf, roleOf] = [users({ cache: true }), batch((ids: readonly number[]) => [...ids], { name: 'roleOf' })];
    testScheduler().run(({ flush }) => {
      trace$.pipe(takeUntil(timer(100))).subscribe(numbers);
      nameOf.many([1, 2]).subscribe();
      timer(20)
        .pipe(mergeMap(() => nameOf.many([2, 3])))
        .subscribe();
      roleOf.many([5, 6, 5]).subscribe();
      flush();
    });
    const { batches } = numbers.snapshot();
    expect(batches['nameOf']).toMatchObject({
      ...{ asks: 3, joins: 0, recalls: 1, flushes: 2 },
      reasons: { quiescent: 2 },
      landed: { succeeded: 2 },
      flight: { count: 2, sum: 10 },
    });
    expect(batches['roleOf']).toMatchObject({ asks: 3, joins: 1, recalls: 0, flushes: 1, size: { sum: 2 } });
  });
});

describe('OpenTelemetry', () => {
  const exporter = new InMemorySpanExporter();
  const tracer = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).getTracer('spec');
  const watching = new Subscription();
  const named = (name: string): ReadableSpan[] => exporter.getFinishedSpans().filter((span) => span.name === name);
  const idsOf = (spans: readonly ReadableSpan[]): string[] => spans.map((span) => span.spanContext().spanId);

  beforeAll(() => {
    api.context.setGlobalContextManager(new LocalContexts());
    watching.add(trace$.subscribe(openTelemetry(api, { tracer })));
  });
  afterAll(() => {
    watching.unsubscribe();
    api.context.disable();
  });
  beforeEach(() => exporter.reset());

  /** Runs it within the span of a request. */
  function request<T>(name: string, work: () => T): { readonly id: string; readonly result: T } {
    const span = tracer.startSpan(name);
    const result = api.context.with(api.trace.setSpan(api.ROOT_CONTEXT, span), work);
    return { id: span.spanContext().spanId, result };
  }

  it('has the tasks of each request as its children, and one flush that is linked to all of them', async () => {
    const nameOf = batch((ids: readonly number[]) => [...ids], { name: 'nameOf' });
    const greet = task(function* greet(id: number) {
      return yield* nameOf(id);
    });
    const requests = [1, 2].map((id) => request('GET', async () => greet(id)));
    const plain = request('POST', async () => nameOf(3));
    await Promise.all([...requests, plain].map(({ result }) => result));

    expect(
      named('greet')
        .map(({ parentSpanContext }) => parentSpanContext?.spanId)
        .sort(),
    ).toEqual(requests.map(({ id }) => id).sort());
    expect(named('nameOf')).toHaveLength(1);
    const [flush] = named('nameOf');
    expect(flush?.links.map(({ context }) => context.spanId).sort()).toEqual(
      [...idsOf(named('greet')), plain.id].sort(),
    );
    expect(flush?.parentSpanContext).toBeUndefined();
  });

  it('has the work of a scope as children of the scope', async () => {
    const greet = task(() => 'hello');
    await scoped(function* visit(scope) {
      return yield* scope.start(greet());
    });
    const scopes = exporter.getFinishedSpans().filter(({ attributes }) => attributes['sluice.kind'] === 'scope');
    const works = exporter.getFinishedSpans().filter(({ attributes }) => attributes['sluice.kind'] === 'work');
    expect(works.length).toBeGreaterThan(0);
    expect(idsOf(scopes)).toContain(works[0]?.parentSpanContext?.spanId);
  });
});

describe('an observer', () => {
  it('may load a key of a batch function', () => {
    const nameOf = batch((ids: readonly number[]) => [...ids], { name: 'nameOf' });
    const log = batch((lines: readonly string[]) => [...lines], { name: 'log' });
    const recorded: TraceEvent[] = [];
    const watching = trace$.subscribe((event) => {
      recorded.push(event);
      if ('batch' in event && event.batch === 'nameOf') log(event.type).start();
    });
    nameOf(1).subscribe();
    batchScheduler.flush();
    watching.unsubscribe();
    expect(spansOf(recorded).map(({ name, kind, outcome, keys }) => [name, kind, outcome, ...keys])).toEqual(
      expect.arrayContaining([
        ['nameOf', 'flight', 'succeeded', '1'],
        ['log', 'flight', 'succeeded', '"batch-open"', '"batch-flush"'],
      ]),
    );
  });

  it('that ends a task at its begin event delivers the end to others after the begin', () => {
    const never = batch(() => NEVER, { name: 'never' });
    const waiting = new Subscription();
    const recorded: TraceEvent[] = [];
    const ending = trace$.subscribe((event) => {
      if (event.type === 'batch-flush') waiting.unsubscribe();
    });
    const listening = trace$.subscribe((event) => recorded.push(event));
    waiting.add(never(1).subscribe());
    batchScheduler.flush();
    ending.unsubscribe();
    listening.unsubscribe();
    expect(recorded.map(({ type }) => type)).toEqual(['batch-open', 'batch-ask', 'batch-flush', 'batch-land']);
  });
});
