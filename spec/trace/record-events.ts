/** Records the events of a trace while a program runs. Ids are renumbered from 1, in the order of their first use. */
import { timer } from 'rxjs';
import { trace$, type TraceEvent } from 'sluice/trace';
import { testScheduler } from '../support/virtual-time';

interface Timeline {
  /** Runs an action after a number of ms. */
  readonly at: (ms: number, action: () => void) => void;
}

/** All events of a program on virtual time. */
export function recordEvents(program: (timeline: Timeline) => void): readonly TraceEvent[] {
  const events: TraceEvent[] = [];
  testScheduler().run(({ flush }) => {
    const subscription = trace$.subscribe((event) => void events.push(event));
    program({ at: (ms, action) => void timer(ms).subscribe(action) });
    flush();
    subscription.unsubscribe();
  });
  return renumbered(events);
}

/** All events of a program that needs the event loop. */
export async function recordEventsWhile(program: () => PromiseLike<unknown>): Promise<readonly TraceEvent[]> {
  const events: TraceEvent[] = [];
  const subscription = trace$.subscribe((event) => void events.push(event));
  try {
    await program();
  } finally {
    subscription.unsubscribe();
  }
  return renumbered(events);
}

const IDS = ['id', 'parent', 'scope', 'task', 'from', 'operation'];

function renumbered(events: readonly TraceEvent[]): readonly TraceEvent[] {
  const numbers = new Map<number, number>();
  const numberOf = (id: number): number => {
    if (!numbers.has(id)) numbers.set(id, numbers.size + 1);
    return numbers.get(id) ?? 0;
  };
  const text = JSON.stringify(events, (name, value: unknown) => {
    if (IDS.includes(name) && typeof value === 'number') return numberOf(value);
    return name === 'tasks' && Array.isArray(value) ? value.map(numberOf) : value;
  });
  return JSON.parse(text) as readonly TraceEvent[];
}

/** The events of one type. */
export const ofType = <Type extends TraceEvent['type']>(
  events: readonly TraceEvent[],
  type: Type,
): readonly Extract<TraceEvent, { readonly type: Type }>[] =>
  events.filter((event): event is Extract<TraceEvent, { readonly type: Type }> => event.type === type);

/** Events as text, `<type> <name>`, for checking their order. */
export function summariesOf(events: readonly TraceEvent[]): string[] {
  const names = new Map<number, string>();
  return events.map((event) => {
    if ('id' in event && 'name' in event) names.set(event.id, event.name);
    if ('id' in event && event.type === 'batch-open') names.set(event.id, event.batch);
    const name = 'id' in event ? names.get(event.id) : 'batch' in event ? event.batch : event.pool;
    return `${event.type} ${name ?? '?'}`;
  });
}
