/** Invariants of cancellation. Random programs have found each case; each is minimal here. */
import { NEVER, Observable, Subject, take, timer } from 'rxjs';
import { all, AsyncValue, batch, allSettled, task } from 'sluice';
import { unhandledErrorsOf } from '../support/unhandled';
import { virtualScheduler } from '../support/virtual-time';

/** A task that waits for a source, and records the end of its finally block. */
const recorded = (log: string[], name: string, wait: () => unknown, cleanUp: () => unknown = () => null) =>
  task(function* () {
    try {
      return yield wait();
    } finally {
      yield cleanUp();
      log.push(name);
    }
  })();

describe('a task that is cancelled', () => {
  it.each([
    ['all', all],
    ['allSettled', allSettled],
  ])(
    'runs its finally blocks also when a part of its wait in %s ends during the clean-up of the rest',
    (_name, together) => {
      const log: string[] = [];
      const value = new AsyncValue<number>();
      const cleaner = recorded(
        log,
        'cleaner',
        () => NEVER,
        () => value.set(1),
      );
      const parent = recorded(log, 'parent', () => together([cleaner, value]));
      parent.subscribe().unsubscribe();
      expect(log).toEqual(['cleaner', 'parent']);
    },
  );

  it('runs its finally blocks also when its clean-up fills a batch that a sibling waits for', () => {
    const { clock, scheduler } = virtualScheduler();
    const log: string[] = [];
    const ask = batch((keys: readonly string[]) => [...keys], { maxSize: 2, scheduler });
    const cleaner = recorded(
      log,
      'cleaner',
      () => NEVER,
      () => ask('a'),
    );
    const parent = recorded(log, 'parent', () => all([cleaner, ask('b')]));
    parent.subscribe().unsubscribe();
    clock.flush();
    expect(log).toEqual(['cleaner', 'parent']);
  });

  const failingTeardown = new Observable<never>(() => () => {
    throw new Error('thrown by a teardown');
  });

  it.each([
    ['what it waits for', () => failingTeardown],
    ['the flight it waits for', () => batch(() => failingTeardown, { maxSize: 1 })('a')],
  ])('runs its finally blocks, as do its callers, also when the teardown of %s throws', (_what, wait) => {
    const log: string[] = [];
    const errors: unknown[] = [];
    const inner = recorded(log, 'inner', wait);
    const outer = recorded(log, 'outer', () => all([inner, recorded(log, 'sibling', () => NEVER)]));
    const reported = unhandledErrorsOf(() => {
      try {
        outer.subscribe().unsubscribe();
      } catch (error) {
        errors.push(error);
      }
    });
    expect(log).toEqual(['inner', 'sibling', 'outer']);
    // Thrown or reported, but not lost.
    expect([...errors, ...reported].join()).toContain('thrown by a teardown');
  });

  it('waits for the clean-up of every sibling when one of them cancels all and then has a value', () => {
    const { clock, scheduler } = virtualScheduler();
    const log: string[] = [];
    const go = new Subject<void>();
    const slow = recorded(
      log,
      'slow',
      () => NEVER,
      () => timer(10, scheduler),
    );
    const cancelling = new Observable<number>((subscriber) => {
      subscription.unsubscribe();
      subscriber.next(1);
      subscriber.complete();
    });
    const parent = recorded(log, 'parent', () => go.pipe(take(1)));
    const outer = task(function* () {
      yield parent;
      yield recorded(log, 'outer', () => all([slow, cancelling]));
    });
    const subscription = outer().subscribe();
    go.next();
    clock.flush();
    expect(log).toEqual(['parent', 'slow', 'outer']);
  });

  it('stops at its yield if its body is an iterator without return()', () => {
    const bare = task(() => {
      const body = (function* () {
        yield NEVER;
      })();
      const iterator = { next: () => body.next(), throw: (error: unknown) => body.throw(error) };
      return Object.assign(iterator, { [Symbol.iterator]: () => iterator }) as unknown as typeof body;
    });
    const log: string[] = [];
    const reported = unhandledErrorsOf(() => recorded(log, 'parent', bare).subscribe().unsubscribe());
    expect(reported).toEqual([]);
    expect(log).toEqual(['parent']);
  });
});
