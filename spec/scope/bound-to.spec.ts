/** `boundTo` makes each subscription work of a scope. */
import { EMPTY, interval, NEVER, of, Subject, take, tap, throwError, timer, type Observable } from 'rxjs';
import { boundTo } from 'sluice';
import { record } from '../support/recording-observer';
import { marbles } from '../support/marbles';
import { recordOutcome, onVirtualTime, openScope } from './reports';

const no = new Error('no');

/** The time at which a scope with this bound source has closed; the subscriber or the scope may end after some ms. */
function closedAt(source: Observable<unknown>, { leaveAt = Infinity, cancelAt = Infinity } = {}): number | undefined {
  const ats: (number | undefined)[] = [];
  onVirtualTime((now) => {
    const scope = openScope();
    const subscription = source.pipe(boundTo(scope)).subscribe({ error: () => undefined });
    if (leaveAt < Infinity) timer(leaveAt).subscribe(() => subscription.unsubscribe());
    if (cancelAt < Infinity) timer(cancelAt).subscribe(() => scope.cancel());
    const closed = recordOutcome(scope.close(), now);
    timer(20).subscribe(() => ats.push(closed.at));
  });
  return ats[0];
}

describe('boundTo', () => {
  it(
    'completes when the scope is cancelled, and unsubscribes from the source',
    marbles((m) => {
      const scope = openScope();
      const source = m.cold('--a--b--c--d--|');
      m.cold('-------x|').subscribe(() => scope.cancel());
      m.expect(source.pipe(boundTo(scope))).toBeObservable('--a--b-|');
      m.expect(source).toHaveSubscriptions('^------!');
    }),
  );

  it.each([
    ['never', '------'],
    ['empty', '--|'],
    ['one', '--a--|'],
    ['many', '-a-b-c--|'],
    ['an error', '-a--#'],
  ])('changes nothing of a source of %s', (_, diagram) => {
    marbles((m) => {
      m.expect(m.cold(diagram).pipe(boundTo(openScope()))).toBeObservable(diagram);
    })();
  });

  it('keeps the scope from closing until the source has ended', () => {
    expect(closedAt(timer(5))).toBe(5);
    expect(closedAt(interval(1).pipe(take(3)))).toBe(3);
    expect(closedAt(NEVER)).toBeUndefined();
  });
  it('keeps the scope open only until the source completes or fails', () => {
    expect([closedAt(EMPTY), closedAt(of(1)), closedAt(throwError(() => no))]).toEqual([0, 0, 0]);
  });
  it('keeps the scope open until the subscriber unsubscribes', () => expect(closedAt(NEVER, { leaveAt: 4 })).toBe(4));
  it('keeps the scope open until the scope is cancelled', () => expect(closedAt(interval(1), { cancelAt: 4 })).toBe(4));

  it('passes the error of the source to its subscriber, and does not fail the scope', () => {
    const scope = openScope();
    expect(record(throwError(() => no).pipe(boundTo(scope))).notifications).toEqual(['error Error: no']);
    expect(scope.close().isError).toBe(false);
  });

  it('binds each subscription separately', () => {
    const scope = openScope();
    const bound = new Subject().pipe(boundTo(scope));
    const [one, other] = [bound.subscribe(), bound.subscribe()];
    const closed = scope.close();
    one.unsubscribe();
    expect(closed.isSet).toBe(false);
    other.unsubscribe();
    expect(closed.isSet).toBe(true);
  });

  it('completes when the source cancels the scope on subscription or on emission', () => {
    const [early, late] = [openScope(), openScope()];
    const emitting = of(1, 2, 3).pipe(
      tap((value) => {
        if (value === 2) late.cancel();
      }),
    );
    const subscribing = of(1).pipe(tap({ subscribe: () => early.cancel() }));
    expect(record(subscribing.pipe(boundTo(early))).notifications).toEqual(['complete']);
    expect(record(emitting.pipe(boundTo(late))).notifications).toEqual(['next 1', 'complete']);
    expect([early.close().isSet, late.close().isSet]).toEqual([true, true]);
  });

  it('fails without subscribing to the source when the scope is already cancelled or closed', async () => {
    const [cancelled, closed] = [openScope(), openScope()];
    cancelled.cancel();
    await closed.close();
    const subscribed = jest.fn();
    for (const scope of [cancelled, closed]) {
      const { notifications } = record(of(1).pipe(tap({ subscribe: subscribed }), boundTo(scope)));
      expect(notifications).toEqual([expect.stringMatching(/^error ScopeClosedError: boundTo came too late/)]);
    }
    expect(subscribed).not.toHaveBeenCalled();
  });

  it('ends present subscriptions when a failure cancels the tasks, but not later ones', () => {
    const scope = openScope();
    const source = new Subject<number>();
    const failing = new Subject<number>();
    onVirtualTime(() => {
      const { notifications } = record(source.pipe(boundTo(scope)));
      scope.start(failing);
      timer(1).subscribe(() => failing.error(no));
      timer(2).subscribe(() => {
        expect(notifications).toEqual(['complete']);
        expect(record(of(1).pipe(boundTo(scope))).notifications).toEqual(['next 1', 'complete']);
      });
    });
    expect.assertions(2);
  });

  it.each([undefined, null, {}, 7])('refuses an argument that is not a scope: %p', (scope) => {
    expect(() => boundTo(scope as never)).toThrow(/^boundTo: expected `scope` to be a Scope; got /);
  });
});
