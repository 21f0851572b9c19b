/**
 * The events of a scheduler: every flush with its reason, and the end of every flight.
 */
import { delay, filter, mergeMap, of, type Subscription, throwError, zip } from 'rxjs';
import { AsyncValue, batch, BatchScheduler, type FlushEvent, type SchedulerEvent } from 'sluice';
import { unhandledErrorsOf } from '../support/unhandled';
import { virtualScheduler } from '../support/virtual-time';

/** Runs a program on its own scheduler until no work is left, and returns the events of the scheduler. */
function eventsOf(program: (lab: ReturnType<typeof virtualScheduler>) => void): SchedulerEvent[] {
  const lab = virtualScheduler();
  const events: SchedulerEvent[] = [];
  lab.scheduler.events$.subscribe((event) => events.push(event));
  lab.scheduler.schedule(() => program(lab));
  lab.clock.flush();
  return events;
}

const echo = (keys: readonly string[]): string[] => [...keys];
const reasonOf = (event: SchedulerEvent | undefined): string | undefined =>
  event?.type === 'flush' ? event.reason : undefined;

describe('events$', () => {
  it('emits an event for a flush and one for the end of its flight', () => {
    const events = eventsOf(({ clock, scheduler }) => {
      const nameOf = batch((keys: readonly string[]) => of(echo(keys)).pipe(delay(3, clock)), { name: 'nameOf' });
      scheduler.schedule(() => nameOf.many(['a', 'b']).subscribe(), 2);
    });
    expect(events).toEqual([
      { type: 'flush', batch: 'nameOf', keys: ['a', 'b'], reason: 'quiescent', at: 2 },
      { type: 'land', batch: 'nameOf', keys: ['a', 'b'], at: 5 },
    ]);
  });

  it('emits `flush` before the resolver runs, and `land` after the keys have their values', () => {
    const order: string[] = [];
    const { clock, scheduler } = virtualScheduler();
    scheduler.events$.subscribe(({ type }) => order.push(type));
    const ask = batch((keys: readonly string[]) => (order.push('resolve'), echo(keys)), { scheduler });
    ask('a').subscribe(() => order.push('value'));
    clock.flush();
    expect(order).toEqual(['flush', 'resolve', 'value', 'land']);
  });

  it('has the reason "quiescent" when no task could continue', () => {
    const [flush] = eventsOf(() => batch(echo)('a').subscribe());
    expect(reasonOf(flush)).toBe('quiescent');
  });

  it('has the reason "window" when the window has elapsed', () => {
    const [flush] = eventsOf(() => batch(echo, { window: 5 })('a').subscribe());
    expect(reasonOf(flush)).toBe('window');
    expect(flush?.at).toBe(5);
  });

  it('has the reason "full" when the batch has reached maxSize', () => {
    const [flush] = eventsOf(() => batch(echo, { window: 5, maxSize: 2 }).many(['a', 'b']).subscribe());
    expect(reasonOf(flush)).toBe('full');
    expect(flush?.at).toBe(0);
  });

  it('has the reason "hold-elapsed" when hold has elapsed', () => {
    const [flush] = eventsOf(() => {
      new AsyncValue<void>().pipe(filter(Boolean)).subscribe(); // an external wait that never ends
      batch(echo, { hold: 7 })('a').subscribe();
    });
    expect(reasonOf(flush)).toBe('hold-elapsed');
    expect(flush?.at).toBe(7);
  });

  it('has the reason "forced" when flush() was called', () => {
    const [flush] = eventsOf(({ scheduler }) => {
      batch(echo)('a').subscribe();
      scheduler.flush();
    });
    expect(reasonOf(flush)).toBe('forced');
  });

  it.each<[how: string, resolve: () => unknown]>([
    ['fails', () => throwError(() => new Error('failed'))],
    [
      'throws',
      () => {
        throw new Error('thrown by the resolver');
      },
    ],
    ['gives no result', () => undefined],
  ])('tells of the landing of a flight that %s', (_how, resolve) => {
    const ask = batch<string, string>(resolve as () => string[]); // wrong on purpose
    const events = eventsOf(() => ask('a').subscribe({ error: () => undefined }));
    expect(events.map(({ type }) => type)).toEqual(['flush', 'land']);
  });

  it('emits `land` for an aborted flight at the time of the abort', () => {
    const events = eventsOf(({ scheduler }) => {
      const asked = batch(() => new AsyncValue<string[]>())('a').subscribe();
      scheduler.schedule(() => asked.unsubscribe(), 4);
    });
    expect(events.map(({ type, at }) => [type, at])).toEqual([
      ['flush', 0],
      ['land', 4],
    ]);
  });

  it('emits `land` once, although the last waiters unsubscribe during the landing', () => {
    const events = eventsOf(() => {
      const others: Subscription[] = [];
      const ask = batch(echo);
      ask('a').subscribe(() => others.forEach((other) => other.unsubscribe()));
      others.push(ask('b').subscribe(), ask('c').subscribe());
    });
    expect(events.map(({ type }) => type)).toEqual(['flush', 'land']);
  });

  it('emits nothing for a batch whose keys were all cancelled', () => {
    expect(eventsOf(() => batch(echo)('a').subscribe().unsubscribe())).toEqual([]);
  });

  it('emits no past events to a late subscriber', () => {
    const { clock, scheduler } = virtualScheduler();
    const ask = batch(echo, { scheduler });
    ask('a').subscribe();
    clock.flush();
    const events: SchedulerEvent[] = [];
    scheduler.events$.subscribe((event) => events.push(event));
    expect(events).toEqual([]);
  });

  it('emits no events of other schedulers', () => {
    const other = virtualScheduler();
    const events = eventsOf(() => {
      batch(echo, { scheduler: other.scheduler })('a').subscribe();
      other.clock.flush();
    });
    expect(events).toEqual([]);
  });

  it('is not a Subject: subscribers cannot emit events', () => {
    expect(new BatchScheduler().events$).not.toHaveProperty('next');
  });

  it('allows a subscriber to request keys', () => {
    const ask = batch(echo, { name: 'ask' });
    const asked: unknown[] = [];
    eventsOf(({ scheduler }) => {
      ask.flushes$.subscribe(({ keys }) => asked.push(keys));
      const landings = scheduler.events$.pipe(filter(({ type }) => type === 'land'));
      zip(landings, ['b', 'c'])
        .pipe(mergeMap(([, key]) => ask(key)))
        .subscribe();
      ask('a').subscribe();
    });
    expect(asked).toEqual([['a'], ['b'], ['c']]);
  });

  it('does not pass the error of a subscriber to the waiters', () => {
    const error = new Error('thrown by who listens');
    const { clock, scheduler } = virtualScheduler();
    const got: string[] = [];
    const reported = unhandledErrorsOf(() => {
      scheduler.events$.subscribe(() => {
        throw error;
      });
      batch(echo, { scheduler })('a').subscribe((value) => got.push(value));
      clock.flush();
    });
    expect(got).toEqual(['a']);
    expect(new Set(reported)).toEqual(new Set([error]));
  });
});

describe('flushes$ of a batch function', () => {
  it('emits every flush of that function on any scheduler, and none of other functions', () => {
    const ask = batch(echo, { name: 'ask' });
    const flushes: FlushEvent<string>[] = [];
    ask.flushes$.subscribe((flush) => flushes.push(flush));
    for (const key of ['a', 'b']) {
      eventsOf(() => {
        ask(key).subscribe();
        batch(echo)('other').subscribe();
      });
    }
    const common = { type: 'flush', batch: 'ask', reason: 'quiescent', at: 0 };
    expect(flushes).toEqual([
      { ...common, keys: ['a'] },
      { ...common, keys: ['b'] },
    ]);
  });
});
