/** The open OpenTelemetry spans of a trace: each event starts a span, adds to one, or ends one. */
import type { Attributes, Link, SpanContext, TelemetryApi, TelemetrySpan, Tracer } from './open-telemetry-api';
import type { BatchEvent, Outcome, ScopeEvent, TraceEvent } from '../events/trace-event';

/** `SpanStatusCode.ERROR` of OpenTelemetry. */
const ERROR_STATUS = 2;

interface BeginFields {
  readonly id: number;
  readonly at: number;
  readonly parent?: number;
  readonly calledAt?: string;
}

interface EndFields {
  readonly id: number;
  readonly at: number;
  readonly outcome: Outcome;
  readonly error?: string;
  readonly ownError?: string;
}

/** A batch before its flush. It has no span, as its flush gets one. */
interface OpenBatchFields {
  readonly since: number;
  readonly attributes: Attributes;
  /** The id of the scope of the GraphQL operation that the batch serves. */
  readonly operation: number | undefined;
  /** The active spans of requests outside of tasks, by span id. */
  readonly callerSpans: Map<string, SpanContext>;
}

export class OpenTelemetrySpans {
  readonly #api: TelemetryApi;
  readonly #tracer: Tracer;
  readonly #showKeys: boolean;
  readonly #openSpans = new Map<number, TelemetrySpan>();
  readonly #openBatches = new Map<number, OpenBatchFields>();
  #lastAt = 0;

  constructor(api: TelemetryApi, tracer: Tracer, showKeys: boolean) {
    this.#api = api;
    this.#tracer = tracer;
    this.#showKeys = showKeys;
  }

  handle(event: TraceEvent): void {
    this.#lastAt = event.at;
    switch (event.type) {
      case 'batch-open':
        this.#openBatch(event);
        break;
      case 'batch-ask':
        if (event.task === undefined) this.#linkActiveSpan(event.id);
        else this.#linkTask(event.id, event.task);
        break;
      case 'batch-flush':
        this.#flush(event);
        break;
      case 'batch-land':
        this.#openBatches.delete(event.id);
        if (event.failedKeys)
          this.#openSpans.get(event.id)?.setAttributes({ 'sluice.flush.failed_keys': event.failedKeys });
        this.#end(event);
        break;
      case 'task-begin':
        this.#begin(event.name, event, { 'sluice.kind': 'task' });
        break;
      case 'scope-open':
        this.#openScope(event);
        break;
      case 'work-begin':
        this.#begin(event.name, { ...event, parent: event.scope }, { 'sluice.kind': 'work' });
        break;
      case 'call-queue':
        this.#begin(event.name, event, { 'sluice.kind': 'call', 'sluice.pool': event.pool });
        break;
      case 'limit-queue': {
        const attributes: Attributes = { 'sluice.kind': 'limited', 'sluice.limiter': event.limiter };
        if (this.#showKeys) attributes['sluice.limit.key'] = event.key;
        this.#begin(event.name, event, attributes);
        break;
      }
      case 'task-end':
      case 'limit-end':
      case 'scope-close':
      case 'work-end':
      case 'call-end':
        this.#end(event);
        break;
      default:
        this.#update(event);
    }
  }

  endAll(): void {
    const remaining = [...this.#openSpans.values()];
    this.#openSpans.clear();
    this.#openBatches.clear();
    for (const span of remaining) span.end(hrTime(this.#lastAt));
  }

  #begin(name: string, { id, at, parent, calledAt }: BeginFields, attributes: Attributes): void {
    const { context, trace } = this.#api;
    const parentSpan = parent === undefined ? undefined : this.#openSpans.get(parent);
    const parentContext = parentSpan ? trace.setSpan(context.active(), parentSpan) : context.active();
    if (calledAt !== undefined) attributes['sluice.called_at'] = calledAt;
    this.#openSpans.set(id, this.#tracer.startSpan(name, { startTime: hrTime(at), attributes }, parentContext));
  }

  #end({ id, at, outcome, error, ownError }: EndFields): void {
    const span = this.#openSpans.get(id);
    if (!span) return;
    this.#openSpans.delete(id);
    const time = hrTime(at);
    span.setAttributes({ 'sluice.outcome': outcome });
    if (outcome === 'failed') {
      const message = (this.#showKeys ? error : (ownError ?? error)) ?? 'The error is unknown.';
      span.recordException(message, time);
      span.setStatus({ code: ERROR_STATUS, message });
    }
    span.end(time);
  }

  /** Adds what happens to a span between its start and its end. */
  #update(event: TraceEvent): void {
    const span = 'id' in event ? this.#openSpans.get(event.id) : undefined;
    if (!span) return;
    const time = hrTime(event.at);
    switch (event.type) {
      case 'task-wait':
        span.addEvent('wait', this.#showKeys ? { 'sluice.wait.for': event.for } : {}, time);
        break;
      case 'task-resume':
        span.addEvent('resume', {}, time);
        break;
      case 'scope-cancel':
        span.addEvent('cancel', this.#showKeys ? { 'sluice.cancel.reason': event.reason } : {}, time);
        break;
      case 'limit-start':
        span.addEvent('start', {}, time);
        break;
      case 'call-send':
        span.setAttributes({ 'sluice.thread': event.thread });
        span.addEvent('send', {}, time);
        break;
    }
  }

  /**
   * The scope of a GraphQL operation gets the name and attributes that the conventions of GraphQL's working group give to
   * it. The name of the operation is an attribute: clients choose it, and names of spans must be few.
   */
  #openScope(event: Extract<ScopeEvent, { type: 'scope-open' }>): void {
    const { operation, name } = event;
    const attributes: Attributes = { 'sluice.kind': 'scope' };
    if (!operation) {
      this.#begin(name, event, attributes);
      return;
    }
    attributes['graphql.operation.type'] = operation.type;
    if (operation.name !== undefined) attributes['graphql.operation.name'] = operation.name;
    if (operation.isEvent) attributes['graphql.processing.type'] = 'execute';
    this.#begin(operation.isEvent ? 'GraphQL Subscription Event' : operation.type, event, attributes);
  }

  #openBatch({ id, at, scheduler, split, operation }: Extract<BatchEvent, { type: 'batch-open' }>): void {
    const attributes: Attributes = { 'sluice.scheduler': scheduler };
    if (split) attributes['sluice.batch.split'] = split.because;
    if (split && this.#showKeys) attributes['sluice.batch.split.detail'] = split.detail;
    this.#openBatches.set(id, { since: at, attributes, operation, callerSpans: new Map() });
  }

  #linkActiveSpan(id: number): void {
    const { context, trace } = this.#api;
    const active = trace.getSpanContext(context.active());
    if (active) this.#openBatches.get(id)?.callerSpans.set(active.spanId, active);
  }

  /** Links a flight that is under way to a task that joins a cached key of it. */
  #linkTask(id: number, task: number): void {
    const span = this.#openSpans.get(task);
    if (span) this.#openSpans.get(id)?.addLink?.({ context: span.spanContext() });
  }

  #flush({ id, at, batch, keys, reason, heldFor, tasks }: Extract<BatchEvent, { type: 'batch-flush' }>): void {
    const openBatch = this.#openBatches.get(id);
    this.#openBatches.delete(id);
    const links: Link[] = [];
    for (const task of tasks) {
      const span = this.#openSpans.get(task);
      if (span) links.push({ context: span.spanContext() });
    }
    for (const context of openBatch?.callerSpans.values() ?? []) links.push({ context });
    const attributes: Attributes = {
      'sluice.kind': 'flush',
      'sluice.batch': batch,
      'sluice.flush.reason': reason,
      'sluice.flush.size': keys.length,
      ...openBatch?.attributes,
    };
    if (heldFor) attributes['sluice.flush.held_for'] = [...heldFor];
    if (openBatch) attributes['sluice.flush.gathered_ms'] = Math.max(0, at - openBatch.since);
    if (this.#showKeys) attributes['sluice.flush.keys'] = [...keys];
    const { context, trace } = this.#api;
    const operation = openBatch?.operation === undefined ? undefined : this.#openSpans.get(openBatch.operation);
    if (!operation) {
      const options = { root: true, startTime: hrTime(at), attributes, links };
      this.#openSpans.set(id, this.#tracer.startSpan(batch, options, context.active()));
      return;
    }
    // All keys are of one operation: its span is the parent, and the attributes are those of a DataLoader.
    attributes['graphql.processing.type'] = 'dataloader_batch';
    attributes['graphql.dataloader.name'] = batch;
    attributes['graphql.dataloader.batch.size'] = keys.length;
    if (this.#showKeys) attributes['graphql.dataloader.batch.keys'] = [...keys];
    const options = { startTime: hrTime(openBatch?.since ?? at), attributes, links };
    const parent = trace.setSpan(context.active(), operation);
    this.#openSpans.set(id, this.#tracer.startSpan(`GraphQL DataLoader Batch ${batch}`, options, parent));
  }
}

/** A time in the form of OpenTelemetry, which takes a small plain number for a reading of `performance.now()`. */
function hrTime(ms: number): [seconds: number, nanoseconds: number] {
  const seconds = Math.floor(ms / 1_000);
  // A time since the epoch has less than ns precision: without the limit, rounding could give a whole second.
  return [seconds, Math.min(999_999_999, Math.round((ms - seconds * 1_000) * 1e6))];
}
