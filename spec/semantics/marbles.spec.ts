/**
 * The semantics of batches in marble diagrams: the requests, the flushes and the results.
 *
 * A capital letter is the value of the small one. In a diagram of flushes, a letter stands for the keys of one flush. No
 * key is drawn at the edge of a window, where the order of timers would decide.
 */
import { concat, delay, ignoreElements, map, mergeMap, of, retry, Subject, take, takeUntil, tap } from 'rxjs';
import { timer, type Observable } from 'rxjs';
import { all, batch, batchScheduler, allSettled, task, type Flush } from 'sluice';
import { after, type Ask, atOnce, flushesOf, upper } from '../support/batches';
import { marbles } from '../support/marbles';

/** A task that is busy for some frames, and then requests a key. */
const askLater = (frames: number, ask: Ask, key: string): Observable<string> =>
  task(function* () {
    yield timer(frames);
    return yield* ask(key);
  })();

describe('a flush at quiescence', () => {
  it(
    'happens in the frame of the request',
    marbles((m) => {
      const ask = atOnce();
      const asked = '   -a--b-|';
      const flushed = ' -a--b--';
      const expected = '-A--B-|';
      m.expect(flushesOf(ask)).toBeObservable(flushed);
      m.expect(m.hot(asked).pipe(mergeMap(ask))).toBeObservable(expected);
    }),
  );

  it(
    'has all keys that are requested in one step',
    marbles((m) => {
      const ask = atOnce();
      const asked = '   -x----y--|';
      const flushed = ' -p----q---';
      const expected = '-x----y--|';
      const keys = { x: ['a', 'b'], y: ['c'] };
      const values = { x: ['A', 'B'], y: ['C'] };
      m.expect(flushesOf(ask)).toBeObservable(flushed, { p: 'ab', q: 'c' });
      m.expect(m.hot(asked, keys).pipe(mergeMap((some) => ask.many(some)))).toBeObservable(expected, values);
    }),
  );

  it(
    'has all keys that are requested in one frame, by all tasks',
    marbles((m) => {
      const ask = atOnce();
      m.expect(flushesOf(ask)).toBeObservable('--x--', { x: 'abc' });
      m.expect(m.hot('--a--').pipe(mergeMap(ask))).toBeObservable('--A--');
      m.expect(m.hot('--b--').pipe(mergeMap(ask))).toBeObservable('--B--');
      m.expect(m.hot('--c--').pipe(mergeMap(ask))).toBeObservable('--C--');
    }),
  );

  it(
    'has equal keys once, and all their waiters receive the value',
    marbles((m) => {
      const ask = after(3);
      m.expect(flushesOf(ask)).toBeObservable('x', { x: 'ab' });
      m.expect(of('a', 'b', 'a').pipe(mergeMap(ask))).toBeObservable('---(AAB|)');
    }),
  );

  it(
    'happens in the frame of the landing that triggers its requests',
    marbles((m) => {
      const ask = after(4);
      const twice = task(function* (key: string) {
        return yield* ask((yield* ask(key)) + key);
      });
      const flushed = ' x---y----';
      const expected = '--------(z|)';
      m.expect(flushesOf(ask)).toBeObservable(flushed, { x: 'ab', y: 'AaBb' });
      m.expect(all([twice('a'), twice('b')])).toBeObservable(expected, { z: ['AA', 'BB'] });
    }),
  );

  it(
    'does not wait for flights',
    marbles((m) => {
      const [slow, fast] = [after(9), after(2)];
      const chain = task(function* () {
        return (yield* fast('b')) + (yield* fast('c'));
      });
      m.expect(flushesOf(slow)).toBeObservable('a---------');
      m.expect(flushesOf(fast)).toBeObservable('b-c-------');
      m.expect(all([slow('a'), chain()])).toBeObservable('---------(x|)', { x: ['A', 'BC'] });
    }),
  );
});

describe('a window', () => {
  it(
    'begins with its first key, and gathers keys until its end',
    marbles((m) => {
      const ask = atOnce({ window: 4 });
      const asked = '   -a-b-----c----|';
      const flushed = ' -----x-------y--';
      const expected = '-----(AB)----C|';
      m.expect(flushesOf(ask)).toBeObservable(flushed, { x: 'ab', y: 'c' });
      m.expect(m.hot(asked).pipe(mergeMap(ask))).toBeObservable(expected);
    }),
  );

  it(
    'is not extended by later keys',
    marbles((m) => {
      const ask = atOnce({ window: 4 });
      const asked = '   abc--d-e--|';
      const flushed = ' ----x----y--';
      m.expect(flushesOf(ask)).toBeObservable(flushed, { x: 'abc', y: 'de' });
      m.hot(asked).pipe(mergeMap(ask)).subscribe();
    }),
  );

  it(
    'ends on time, also when tasks are busy',
    marbles((m) => {
      const ask = atOnce({ window: 4 });
      m.expect(flushesOf(ask)).toBeObservable('----a----b---', { a: 'a', b: 'b' });
      m.expect(ask('a')).toBeObservable('----(A|)');
      m.expect(askLater(5, ask, 'b')).toBeObservable('---------(B|)');
    }),
  );

  it(
    'is discarded when all its keys are cancelled, and the next key begins another',
    marbles((m) => {
      const ask = atOnce({ window: 5 });
      m.expect(flushesOf(ask)).toBeObservable('--------b--');
      m.expect(ask('a'), '^-!').toBeObservable('---');
      m.expect(ask('b'), '---^').toBeObservable('--------(B|)');
    }),
  );

  it(
    'is separate for each partition',
    marbles((m) => {
      const ask = atOnce({ window: 4, partition: (key) => key < 'm' });
      const asked = '   a-xb-y-|';
      const flushed = ' ----p-q--';
      m.expect(flushesOf(ask)).toBeObservable(flushed, { p: 'ab', q: 'xy' });
      m.hot(asked).pipe(mergeMap(ask)).subscribe();
    }),
  );
});

describe('maxSize', () => {
  it(
    'flushes full batches at once, and the rest at quiescence',
    marbles((m) => {
      const ask = atOnce({ maxSize: 2 });
      m.expect(flushesOf(ask)).toBeObservable('(xyz)', { x: 'ab', y: 'cd', z: 'e' });
      m.expect(of('a', 'b', 'c', 'd', 'e').pipe(mergeMap(ask))).toBeObservable('(ABCDE|)');
    }),
  );

  it(
    'flushes a full batch before its window ends; the next key begins another window',
    marbles((m) => {
      const ask = atOnce({ maxSize: 2, window: 5 });
      const asked = '   ab-c------|';
      const flushed = ' -x------c--';
      const expected = '-(AB)---C-|';
      m.expect(flushesOf(ask)).toBeObservable(flushed, { x: 'ab', c: 'c' });
      m.expect(m.hot(asked).pipe(mergeMap(ask))).toBeObservable(expected);
    }),
  );

  it(
    'counts equal keys as one',
    marbles((m) => {
      const ask = atOnce({ maxSize: 2, window: 9 });
      m.expect(flushesOf(ask)).toBeObservable('---x', { x: 'ab' });
      m.expect(m.hot('aa-b').pipe(mergeMap(ask))).toBeObservable('---(AAB)');
    }),
  );

  it(
    'does not count cancelled keys',
    marbles((m) => {
      const ask = atOnce({ maxSize: 2, window: 9 });
      m.expect(flushesOf(ask)).toBeObservable('----x', { x: 'bc' });
      m.expect(ask('a'), '^-!').toBeObservable('---');
      m.expect(m.hot('---bc').pipe(mergeMap(ask))).toBeObservable('----(BC)');
    }),
  );
});

describe('concurrency', () => {
  it(
    'delays a full batch until a flight slot is free',
    marbles((m) => {
      const ask = after(4, { concurrency: 1, maxSize: 1 });
      const flushed = ' a---b---c---';
      const expected = '----A---B---(C|)';
      m.expect(flushesOf(ask)).toBeObservable(flushed);
      m.expect(of('a', 'b', 'c').pipe(mergeMap(ask))).toBeObservable(expected);
    }),
  );

  it(
    'lets an open batch gather keys until a flight slot is free',
    marbles((m) => {
      const ask = after(5, { concurrency: 1 });
      const asked = '   a-bc-----|';
      const flushed = ' a----x-----';
      const expected = '-----A----(BC|)';
      m.expect(flushesOf(ask)).toBeObservable(flushed, { a: 'a', x: 'bc' });
      m.expect(m.hot(asked).pipe(mergeMap(ask))).toBeObservable(expected);
    }),
  );

  it(
    'frees a flight slot when a flight is aborted',
    marbles((m) => {
      const ask = after(9, { concurrency: 1 });
      m.expect(flushesOf(ask)).toBeObservable('a--b---------');
      m.expect(ask('a'), '^--!').toBeObservable('----');
      m.expect(ask('b'), '-^').toBeObservable('------------(B|)');
    }),
  );

  it(
    'frees exactly one flight slot on a landing, also when all other waiters unsubscribe meanwhile',
    marbles((m) => {
      const ask = after(4, { concurrency: 1, maxSize: 2 });
      const leave = new Subject<void>();
      m.expect(flushesOf(ask)).toBeObservable('x---y---z', { x: 'ab', y: 'cd', z: 'ef' });
      m.expect(ask('a').pipe(tap(() => leave.next()))).toBeObservable('----(A|)');
      m.expect(ask('b').pipe(takeUntil(leave))).toBeObservable('----|');
      m.expect(ask.many(['c', 'd', 'e', 'f'])).toBeObservable('------------(x|)', { x: ['C', 'D', 'E', 'F'] });
    }),
  );
});

describe('hold', () => {
  it(
    'waits for a busy task that may still join the batch',
    marbles((m) => {
      const ask = atOnce({ hold: 9 });
      m.expect(flushesOf(ask)).toBeObservable('---x', { x: 'ab' });
      m.expect(ask('a')).toBeObservable('---(A|)');
      m.expect(askLater(3, ask, 'b')).toBeObservable('---(B|)');
    }),
  );

  it(
    'ends when no task is busy',
    marbles((m) => {
      const ask = atOnce({ hold: 9 });
      m.expect(ask('a')).toBeObservable('---(A|)');
      m.expect(task(() => timer(3))()).toBeObservable('---(z|)', { z: 0 });
    }),
  );

  it(
    'ends after its time',
    marbles((m) => {
      const ask = atOnce({ hold: 6 });
      m.expect(flushesOf(ask)).toBeObservable('------a---b', { a: 'a', b: 'b' });
      m.expect(ask('a')).toBeObservable('------(A|)');
      m.expect(askLater(10, ask, 'b')).toBeObservable('----------(B|)');
    }),
  );

  it(
    'begins with the first key',
    marbles((m) => {
      const ask = atOnce({ hold: 6 });
      m.expect(flushesOf(ask)).toBeObservable('--------x-', { x: 'abc' });
      m.expect(task(() => timer(30))(), '^---------!').toBeObservable('----------');
      m.expect(m.hot('--a-bc').pipe(mergeMap(ask))).toBeObservable('--------(ABC)');
    }),
  );

  it(
    'does not delay a flush when no task is busy',
    marbles((m) => {
      const ask = atOnce({ hold: 9 });
      m.expect(m.hot('-a--b').pipe(mergeMap(ask))).toBeObservable('-A--B');
    }),
  );

  it(
    'does not wait for a cancelled task',
    marbles((m) => {
      const ask = atOnce({ hold: 9 });
      m.expect(ask('a')).toBeObservable('----(A|)');
      m.expect(task(() => timer(30))(), '^---!').toBeObservable('-----');
    }),
  );

  it(
    'counts a flight as busy, since its waiters may still join',
    marbles((m) => {
      const [other, ask] = [after(5), atOnce({ hold: 9 })];
      m.expect(flushesOf(ask)).toBeObservable('-----x', { x: 'aB' });
      m.expect(other('b').pipe(mergeMap(ask))).toBeObservable('-----(B|)');
      m.expect(ask('a'), '--^').toBeObservable('-----(A|)');
    }),
  );

  it(
    'counts a flight as busy that starts at the same time',
    marbles((m) => {
      const [other, ask] = [after(5), atOnce({ hold: 9 })];
      m.expect(flushesOf(ask)).toBeObservable('-----x', { x: 'aB' });
      m.expect(other('b').pipe(mergeMap(ask))).toBeObservable('-----(B|)');
      m.expect(ask('a')).toBeObservable('-----(A|)');
    }),
  );

  it(
    'applies after the end of the window, but is measured from the first key',
    marbles((m) => {
      const ask = atOnce({ window: 3, hold: 7 });
      m.expect(flushesOf(ask)).toBeObservable('-----x-------y', { x: 'ab', y: 'c' });
      m.expect(ask('a')).toBeObservable('-----(A|)');
      m.expect(askLater(5, ask, 'b')).toBeObservable('-----(B|)');
      m.expect(ask('c'), '------^').toBeObservable('-------------(C|)');
      m.expect(task(() => timer(8))(), '------^').toBeObservable('--------------(z|)', { z: 0 });
    }),
  );

  it(
    'does not delay a full batch',
    marbles((m) => {
      const ask = atOnce({ hold: 9, maxSize: 2 });
      m.expect(m.hot('-a-b').pipe(mergeMap(ask))).toBeObservable('---(AB)');
      m.expect(task(() => timer(8))()).toBeObservable('--------(z|)', { z: 0 });
    }),
  );
});

describe('a key without a waiter', () => {
  it(
    'leaves its batch before the flush',
    marbles((m) => {
      const ask = atOnce({ window: 5 });
      m.expect(flushesOf(ask)).toBeObservable('-----x', { x: 'bc' });
      m.expect(ask('a'), ' ^-!').toBeObservable('---');
      m.expect(ask.many(['b', 'c'])).toBeObservable('-----(x|)', { x: ['B', 'C'] });
    }),
  );

  it(
    'stays in its batch for its other waiters',
    marbles((m) => {
      const ask = atOnce({ window: 5 });
      m.expect(flushesOf(ask)).toBeObservable('-----a');
      m.expect(ask('a'), ' ^-!').toBeObservable('---');
      m.expect(ask('a')).toBeObservable('-----(A|)');
    }),
  );

  it(
    'is the last of its batch when it is requested again',
    marbles((m) => {
      const ask = atOnce({ window: 5 });
      m.expect(flushesOf(ask)).toBeObservable('-----x', { x: 'ba' });
      m.expect(ask('a'), ' ^-!').toBeObservable('---');
      m.expect(ask('b')).toBeObservable('-----(B|)');
      m.expect(ask('a'), ' ---^').toBeObservable('-----(A|)');
    }),
  );

  it(
    'cancels the flush when it was the only key',
    marbles((m) => {
      const ask = atOnce({ window: 5 });
      m.expect(flushesOf(ask)).toBeObservable('----------');
      m.expect(ask.many(['a', 'b']), '^--!').toBeObservable('----');
    }),
  );

  it(
    'leaves its batch when another part of the same all() has failed',
    marbles((m) => {
      const ask = atOnce({ window: 5 });
      m.expect(flushesOf(ask)).toBeObservable('-----b');
      m.expect(all([ask('a'), m.cold('--#')])).toBeObservable('--#');
      m.expect(ask('b')).toBeObservable('-----(B|)');
    }),
  );
});

describe('a flight', () => {
  it(
    'is subscribed until it has landed',
    marbles((m) => {
      const flight = m.cold('   ---r-----|', { r: ['A'] });
      const subscribed = '      ^--------!';
      const expected = '        ---------(A|)';
      m.expect(batch<string, string>(() => flight)('a')).toBeObservable(expected);
      m.expect(flight).toHaveSubscriptions(subscribed);
    }),
  );

  it(
    'is unsubscribed with its last waiter',
    marbles((m) => {
      const flight = m.cold('   ---------(r|)', { r: ['A', 'B'] });
      const first = '           ^-!';
      const last = '            ^----!';
      const subscribed = '      ^----!';
      const ask = batch<string, string>(() => flight);
      m.expect(ask('a'), first).toBeObservable('---');
      m.expect(ask('b'), last).toBeObservable('------');
      m.expect(flight).toHaveSubscriptions(subscribed);
    }),
  );

  it(
    'continues with all its keys for one remaining waiter',
    marbles((m) => {
      const ask = after(9);
      m.expect(flushesOf(ask)).toBeObservable('x', { x: 'ab' });
      m.expect(ask('a'), '^-!').toBeObservable('---');
      m.expect(ask('b')).toBeObservable('---------(B|)');
    }),
  );

  it(
    'is not shared with later requests, unless a cache is configured',
    marbles((m) => {
      const [ask, cached] = [after(5), after(5, { cache: true })];
      m.expect(flushesOf(ask)).toBeObservable('   a--a---');
      m.expect(flushesOf(cached)).toBeObservable('a------');
      m.expect(ask('a')).toBeObservable('   -----(A|)');
      m.expect(cached('a')).toBeObservable('-----(A|)');
      m.expect(ask('a'), '   ---^').toBeObservable('--------(A|)');
      m.expect(cached('a'), '---^').toBeObservable('-----(A|)');
    }),
  );

  it(
    'continues for a waiter that joined it through the cache',
    marbles((m) => {
      const flight = m.cold('   ------(r|)', { r: ['A'] });
      const ask = batch<string, string>(() => flight, { cache: true });
      m.expect(ask('a'), '      ^---!').toBeObservable('----');
      m.expect(ask('a'), '      --^--').toBeObservable('------(A|)');
      m.expect(flight).toHaveSubscriptions('            ^-----!');
    }),
  );

  it(
    'that was aborted is not shared with the next request',
    marbles((m) => {
      const ask = after(5, { cache: true });
      m.expect(flushesOf(ask)).toBeObservable('a---a----');
      m.expect(ask('a'), '^--!').toBeObservable('----');
      m.expect(ask('a'), '----^').toBeObservable('---------(A|)');
    }),
  );

  /** A resolver that never answers, and records when its signal aborts. */
  const untilAborted = (log: string[], alsoDo: (flush: Flush<string, string>) => void = () => undefined) =>
    batch((_keys: readonly string[], flush: Flush<string, string>) => {
      flush.signal.addEventListener('abort', () => log.push(`aborted at ${batchScheduler.now()}`));
      alsoDo(flush);
      return timer(7).pipe(map(() => ['A', 'B']));
    });

  it('aborts its signal in the frame in which its last waiter unsubscribes', () => {
    const log: string[] = [];
    const run = marbles((m) => {
      const ask = untilAborted(log);
      m.expect(ask('a'), '^-!').toBeObservable('---');
      m.expect(ask('b'), '^----!').toBeObservable('------');
    });
    run();
    expect(log).toEqual(['aborted at 5']);
  });

  it('does not abort its signal when it lands', () => {
    const log: string[] = [];
    const run = marbles((m) => {
      const ask = untilAborted(log);
      m.expect(ask('a'), '^-!').toBeObservable('---');
      m.expect(ask('b')).toBeObservable('-------(B|)');
    });
    run();
    expect(log).toEqual([]);
  });

  it('aborts when the waiters of all unsettled keys have unsubscribed', () => {
    const log: string[] = [];
    const run = marbles((m) => {
      const ask = untilAborted(log, (flush) => flush.succeed('a', 'early'));
      m.expect(ask('a')).toBeObservable('(x|)', { x: 'early' });
      m.expect(ask('b'), '^---!').toBeObservable('-----');
    });
    run();
    expect(log).toEqual(['aborted at 4']);
  });
});

describe('an error of a resolver', () => {
  it(
    'as an element of the results fails its key alone',
    marbles((m) => {
      const ask = batch((keys: readonly string[]) =>
        of(keys.map((key) => (key === 'b' ? new Error('no b') : key.toUpperCase()))).pipe(delay(3)),
      );
      m.expect(ask('a')).toBeObservable('---(A|)');
      m.expect(ask('b')).toBeObservable('---#', undefined, new Error('no b'));
      m.expect(ask('c')).toBeObservable('---(C|)');
    }),
  );

  it(
    'of the whole flight fails all keys',
    marbles((m) => {
      const ask = batch<string, string>(() => m.cold('---#'));
      m.expect(ask('a')).toBeObservable('---#');
      m.expect(ask('b')).toBeObservable('---#');
    }),
  );

  it(
    'thrown synchronously fails all keys at once',
    marbles((m) => {
      const ask = batch<string, string>(() => {
        throw new Error('thrown');
      });
      m.expect(m.cold('--a').pipe(mergeMap(ask))).toBeObservable('--#', undefined, new Error('thrown'));
    }),
  );

  it(
    'does not affect keys that were settled early',
    marbles((m) => {
      const ask = batch((_keys: readonly string[], flush: Flush<string, string>) => {
        const early = m.cold('  --a|', { a: 'a' }).pipe(tap((key) => flush.succeed(key, 'early')));
        return concat(early, m.cold('--#')).pipe(ignoreElements());
      });
      m.expect(ask('a')).toBeObservable('--(x|)', { x: 'early' });
      m.expect(ask('b')).toBeObservable('-----#');
    }),
  );

  it(
    'of one key is delivered when the key is settled, and cancels what the failed waiter waits for',
    marbles((m) => {
      const ask = batch((_keys: readonly string[], flush: Flush<string, string>) =>
        timer(2, 3).pipe(
          take(2),
          tap((turn) => (turn === 0 ? flush.fail('a', 'error') : flush.succeed('b', 'B'))),
          ignoreElements(),
        ),
      );
      m.expect(all([ask('a'), ask('c')])).toBeObservable('--#');
      m.expect(allSettled([ask('a'), ask('b')])).toBeObservable('-----(x|)', {
        x: [
          { status: 'rejected', reason: 'error' },
          { status: 'fulfilled', value: 'B' },
        ],
      });
    }),
  );

  it(
    'is not cached: a retry requests the key again',
    marbles((m) => {
      const flights = [m.cold('---#'), m.cold('--(r|)', { r: ['A'] })];
      const ask = batch<string, string>(() => flights.shift() ?? m.cold('#'), { cache: true });
      m.expect(flushesOf(ask)).toBeObservable(' a--a--');
      m.expect(ask('a').pipe(retry(1))).toBeObservable('-----(A|)');
    }),
  );

  it(
    'that a task catches does not end the task',
    marbles((m) => {
      const ask = batch((keys: readonly string[]) =>
        keys.includes('bad') ? m.cold<string[]>('---#') : of(upper(keys)).pipe(delay(2)),
      );
      const careful = task(function* () {
        try {
          return yield* ask('bad');
        } catch (error) {
          return `${String(error)} then ${yield* ask('good')}`;
        }
      });
      m.expect(careful()).toBeObservable('-----(x|)', { x: 'error then GOOD' });
    }),
  );
});
