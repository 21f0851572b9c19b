/**
 * What a scheduler tells of itself: every flush with its reason, every landing.
 */
import { delay, filter, mergeMap, of, type Subscription, throwError, zip } from 'rxjs';
import { AsyncValue, batch, BatchScheduler, type FlushEvent, type SchedulerEvent } from 'sluice';
import { unhandledErrorsOf } from '../support/unhandled';
import { virtualScheduler } from '../support/virtual-time';

/** Runs a program on a scheduler of its own to the end of time, and gives what the scheduler told. */
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
  it('tells of a flush, and of its landing', () => {
    const events = eventsOf(({ clock, scheduler }) => {
      const nameOf = batch((keys: readonly string[]) => of(echo(keys)).pipe(delay(3, clock)), { name: 'nameOf' });
      scheduler.schedule(() => nameOf.many(['a', 'b']).subscribe(), 2);
    });
    expect(events).toEqual([
      { type: 'flush', batch: 'nameOf', keys: ['a', 'b'], reason: 'quiescent', at: 2 },
      { type: 'land', batch: 'nameOf', keys: ['a', 'b'], at: 5 },
    ]);
  });

  it('tells of a flush before the resolver runs, and of the landing after the keys have their values', () => {
    const order: string[] = [];
    const { clock, scheduler } = virtualScheduler();
    scheduler.events$.subscribe(({ type }) => order.push(type));
    const ask = batch((keys: readonly string[]) => (order.push('resolve'), echo(keys)), { scheduler });
    ask('a').subscribe(() => order.push('value'));
    clock.flush();
    expect(order).toEqual(['flush', 'resolve', 'value', 'land']);
  });

  it('gives "quiescent" as the reason when nothing else could run', () => {
    const [flush] = eventsOf(() => batch(echo)('a').subscribe());
    expect(reasonOf(flush)).toBe('quiescent');
  });

  it('gives "window" as the reason when the window was over', () => {
    const [flush] = eventsOf(() => batch(echo, { window: 5 })('a').subscribe());
    expect(reasonOf(flush)).toBe('window');
    expect(flush?.at).toBe(5);
  });

  it('gives "full" as the reason when no more keys go in', () => {
    const [flush] = eventsOf(() => batch(echo, { window: 5, maxSize: 2 }).many(['a', 'b']).subscribe());
    expect(reasonOf(flush)).toBe('full');
    expect(flush?.at).toBe(0);
  });

  it('gives "hold-elapsed" as the reason when it was held as long as it may be', () => {
    const [flush] = eventsOf(() => {
      new AsyncValue<void>().pipe(filter(Boolean)).subscribe(); // somebody is busy elsewhere, for ever
      batch(echo, { hold: 7 })('a').subscribe();
    });
    expect(reasonOf(flush)).toBe('hold-elapsed');
    expect(flush?.at).toBe(7);
  });

  it('gives "forced" as the reason when flush was called', () => {
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

  it('tells of the landing of a flight that is aborted, when it is', () => {
    const events = eventsOf(({ scheduler }) => {
      const asked = batch(() => new AsyncValue<string[]>())('a').subscribe();
      scheduler.schedule(() => asked.unsubscribe(), 4);
    });
    expect(events.map(({ type, at }) => [type, at])).toEqual([
      ['flush', 0],
      ['land', 4],
    ]);
  });

  it('tells of a landing once, though the last who wait leave while it lands', () => {
    const events = eventsOf(() => {
      const others: Subscription[] = [];
      const ask = batch(echo);
      ask('a').subscribe(() => others.forEach((other) => other.unsubscribe()));
      others.push(ask('b').subscribe(), ask('c').subscribe());
    });
    expect(events.map(({ type }) => type)).toEqual(['flush', 'land']);
  });

  it('tells nothing of a batch whose keys have all left', () => {
    expect(eventsOf(() => batch(echo)('a').subscribe().unsubscribe())).toEqual([]);
  });

  it('tells nothing of the past to who comes late', () => {
    const { clock, scheduler } = virtualScheduler();
    const ask = batch(echo, { scheduler });
    ask('a').subscribe();
    clock.flush();
    const events: SchedulerEvent[] = [];
    scheduler.events$.subscribe((event) => events.push(event));
    expect(events).toEqual([]);
  });

  it('tells nothing of other schedulers', () => {
    const other = virtualScheduler();
    const events = eventsOf(() => {
      batch(echo, { scheduler: other.scheduler })('a').subscribe();
      other.clock.flush();
    });
    expect(events).toEqual([]);
  });

  it('lets nobody tell it what happened', () => {
    expect(new BatchScheduler().events$).not.toHaveProperty('next');
  });

  it('may be listened to by what asks itself', () => {
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

  it('keeps an error of who listens from those who wait', () => {
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

describe('flushes$', () => {
  it('tells of every flush of its batch function, on any scheduler, and of no other', () => {
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
