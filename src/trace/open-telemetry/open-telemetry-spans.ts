/** The spans of OpenTelemetry that are open, and what each event does to them. */
import type { Attributes, Link, SpanContext, TelemetryApi, TelemetrySpan, Tracer } from './open-telemetry-api';
import type { BatchEvent, Outcome, TraceEvent } from '../events/trace-event';

/** OpenTelemetry's `SpanStatusCode.ERROR`. */
const ERROR = 2;

interface Begun {
  readonly id: number;
  readonly at: number;
  readonly parent?: number;
  readonly calledAt?: string;
}

interface Ended {
  readonly id: number;
  readonly at: number;
  readonly outcome: Outcome;
  readonly error?: string;
  readonly ownError?: string;
}

/** A batch that gathers. */
interface Gathering {
  readonly since: number;
  readonly attributes: Attributes;
  /** Of those who asked outside of a task, by their id. */
  readonly askers: Map<string, SpanContext>;
}

export class OpenTelemetrySpans {
  readonly #api: TelemetryApi;
  readonly #tracer: Tracer;
  readonly #showKeys: boolean;
  readonly #open = new Map<number, TelemetrySpan>();
  readonly #gathering = new Map<number, Gathering>();
  #lastAt = 0;

  constructor(api: TelemetryApi, tracer: Tracer, showKeys: boolean) {
    this.#api = api;
    this.#tracer = tracer;
    this.#showKeys = showKeys;
  }

  take(event: TraceEvent): void {
    this.#lastAt = event.at;
    switch (event.type) {
      case 'batch-open':
        this.#gather(event);
        break;
      case 'batch-ask':
        if (event.task === undefined) this.#addAsker(event.id);
        else this.#join(event.id, event.task);
        break;
      case 'batch-flush':
        this.#flush(event);
        break;
      case 'batch-land':
        this.#gathering.delete(event.id);
        if (event.failedKeys) this.#open.get(event.id)?.setAttributes({ 'sluice.flush.failed_keys': event.failedKeys });
        this.#end(event);
        break;
      case 'task-begin':
        this.#begin(event.name, event, { 'sluice.kind': 'task' });
        break;
      case 'scope-open':
        this.#begin(event.name, event, { 'sluice.kind': 'scope' });
        break;
      case 'work-begin':
        this.#begin(event.name, { ...event, parent: event.scope }, { 'sluice.kind': 'work' });
        break;
      case 'call-queue':
        this.#begin(event.name, event, { 'sluice.kind': 'call', 'sluice.pool': event.pool });
        break;
      case 'task-end':
      case 'scope-close':
      case 'work-end':
      case 'call-end':
        this.#end(event);
        break;
      default:
        this.#note(event);
    }
  }

  endAll(): void {
    const left = [...this.#open.values()];
    this.#open.clear();
    this.#gathering.clear();
    for (const span of left) span.end(hrTime(this.#lastAt));
  }

  #begin(name: string, { id, at, parent, calledAt }: Begun, attributes: Attributes): void {
    const { context, trace } = this.#api;
    const above = parent === undefined ? undefined : this.#open.get(parent);
    const around = above ? trace.setSpan(context.active(), above) : context.active();
    if (calledAt !== undefined) attributes['sluice.called_at'] = calledAt;
    this.#open.set(id, this.#tracer.startSpan(name, { startTime: hrTime(at), attributes }, around));
  }

  #end({ id, at, outcome, error, ownError }: Ended): void {
    const span = this.#open.get(id);
    if (!span) return;
    this.#open.delete(id);
    const time = hrTime(at);
    span.setAttributes({ 'sluice.outcome': outcome });
    if (outcome === 'failed') {
      const message = (this.#showKeys ? error : (ownError ?? error)) ?? 'It failed.';
      span.recordException(message, time);
      span.setStatus({ code: ERROR, message });
    }
    span.end(time);
  }

  /** What happens to a span between its beginning and its end. */
  #note(event: TraceEvent): void {
    const span = 'id' in event ? this.#open.get(event.id) : undefined;
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
      case 'call-send':
        span.setAttributes({ 'sluice.thread': event.thread });
        span.addEvent('send', {}, time);
        break;
    }
  }

  #gather({ id, at, scheduler, split }: Extract<BatchEvent, { type: 'batch-open' }>): void {
    const attributes: Attributes = { 'sluice.scheduler': scheduler };
    if (split) attributes['sluice.batch.split'] = split.because;
    if (split && this.#showKeys) attributes['sluice.batch.split.detail'] = split.detail;
    this.#gathering.set(id, { since: at, attributes, askers: new Map() });
  }

  #addAsker(id: number): void {
    const { context, trace } = this.#api;
    const asker = trace.getSpanContext(context.active());
    if (asker) this.#gathering.get(id)?.askers.set(asker.spanId, asker);
  }

  /** One that is in the air serves who joins it there. */
  #join(id: number, task: number): void {
    const joined = this.#open.get(task);
    if (joined) this.#open.get(id)?.addLink?.({ context: joined.spanContext() });
  }

  #flush({ id, at, batch, keys, reason, tasks }: Extract<BatchEvent, { type: 'batch-flush' }>): void {
    const gathered = this.#gathering.get(id);
    this.#gathering.delete(id);
    const links: Link[] = [];
    for (const task of tasks) {
      const span = this.#open.get(task);
      if (span) links.push({ context: span.spanContext() });
    }
    for (const context of gathered?.askers.values() ?? []) links.push({ context });
    const attributes: Attributes = {
      'sluice.kind': 'flush',
      'sluice.batch': batch,
      'sluice.flush.reason': reason,
      'sluice.flush.size': keys.length,
      ...gathered?.attributes,
    };
    if (gathered) attributes['sluice.flush.gathered_ms'] = Math.max(0, at - gathered.since);
    if (this.#showKeys) attributes['sluice.flush.keys'] = [...keys];
    const options = { root: true, startTime: hrTime(at), attributes, links };
    this.#open.set(id, this.#tracer.startSpan(batch, options, this.#api.context.active()));
  }
}

/** OpenTelemetry would take a small number of ms for one of its process's clock. */
function hrTime(ms: number): [seconds: number, nanoseconds: number] {
  const seconds = Math.floor(ms / 1_000);
  // Fewer digits than a ns has are left of a time since the epoch: never round up to a whole second.
  return [seconds, Math.min(999_999_999, Math.round((ms - seconds * 1_000) * 1e6))];
}
