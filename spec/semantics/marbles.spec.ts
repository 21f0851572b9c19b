/**
 * The semantics of batches as marble diagrams: what is asked, what is flushed, what comes.
 *
 * A capital letter is the value of its small one. In a diagram of flushes a letter stands for the keys of one flush.
 * No key is drawn on the edge of a window: there, the order of timers would decide.
 */
import { concat, delay, ignoreElements, map, mergeMap, of, retry, Subject, take, takeUntil, tap } from 'rxjs';
import { timer, type Observable } from 'rxjs';
import { all, batch, batchScheduler, allSettled, task, type Flush } from 'sluice';
import { after, type Ask, atOnce, flushesOf, upper } from '../support/batches';
import { marbles } from '../support/marbles';

/** A task that is busy elsewhere for so many frames, and then asks. */
const askLater = (frames: number, ask: Ask, key: string): Observable<string> =>
  task(function* () {
    yield timer(frames);
    return yield* ask(key);
  })();

describe('quiescence', () => {
  it(
    'flushes in the very frame of who asks',
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
    'flushes together what is asked in one step',
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
    'flushes together what is asked in one frame, by whomever',
    marbles((m) => {
      const ask = atOnce();
      m.expect(flushesOf(ask)).toBeObservable('--x--', { x: 'abc' });
      m.expect(m.hot('--a--').pipe(mergeMap(ask))).toBeObservable('--A--');
      m.expect(m.hot('--b--').pipe(mergeMap(ask))).toBeObservable('--B--');
      m.expect(m.hot('--c--').pipe(mergeMap(ask))).toBeObservable('--C--');
    }),
  );

  it(
    'flushes equal keys once, and answers all who asked',
    marbles((m) => {
      const ask = after(3);
      m.expect(flushesOf(ask)).toBeObservable('x', { x: 'ab' });
      m.expect(of('a', 'b', 'a').pipe(mergeMap(ask))).toBeObservable('---(AAB|)');
    }),
  );

  it(
    'flushes what a landing sets off in the frame of the landing',
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
    'does not wait for what is in flight',
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
    'opens with its first key, and gathers until it is over',
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
    'is not made longer by the keys that come later',
    marbles((m) => {
      const ask = atOnce({ window: 4 });
      const asked = '   abc--d-e--|';
      const flushed = ' ----x----y--';
      m.expect(flushesOf(ask)).toBeObservable(flushed, { x: 'abc', y: 'de' });
      m.hot(asked).pipe(mergeMap(ask)).subscribe();
    }),
  );

  it(
    'is over when it is over, whatever is busy',
    marbles((m) => {
      const ask = atOnce({ window: 4 });
      m.expect(flushesOf(ask)).toBeObservable('----a----b---', { a: 'a', b: 'b' });
      m.expect(ask('a')).toBeObservable('----(A|)');
      m.expect(askLater(5, ask, 'b')).toBeObservable('---------(B|)');
    }),
  );

  it(
    'is gone when all its keys have left: the next key opens one of its own',
    marbles((m) => {
      const ask = atOnce({ window: 5 });
      m.expect(flushesOf(ask)).toBeObservable('--------b--');
      m.expect(ask('a'), '^-!').toBeObservable('---');
      m.expect(ask('b'), '---^').toBeObservable('--------(B|)');
    }),
  );

  it(
    'is one for each partition',
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
    'flushes at once what is full, and the rest in its time',
    marbles((m) => {
      const ask = atOnce({ maxSize: 2 });
      m.expect(flushesOf(ask)).toBeObservable('(xyz)', { x: 'ab', y: 'cd', z: 'e' });
      m.expect(of('a', 'b', 'c', 'd', 'e').pipe(mergeMap(ask))).toBeObservable('(ABCDE|)');
    }),
  );

  it(
    'does not wait for the window; the next key opens the next',
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
    'does not count keys that have left',
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
    'keeps a full batch until there is room in the air',
    marbles((m) => {
      const ask = after(4, { concurrency: 1, maxSize: 1 });
      const flushed = ' a---b---c---';
      const expected = '----A---B---(C|)';
      m.expect(flushesOf(ask)).toBeObservable(flushed);
      m.expect(of('a', 'b', 'c').pipe(mergeMap(ask))).toBeObservable(expected);
    }),
  );

  it(
    'lets an open batch gather until there is room in the air',
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
    'has room again when a flight is aborted',
    marbles((m) => {
      const ask = after(9, { concurrency: 1 });
      m.expect(flushesOf(ask)).toBeObservable('a--b---------');
      m.expect(ask('a'), '^--!').toBeObservable('----');
      m.expect(ask('b'), '-^').toBeObservable('------------(B|)');
    }),
  );

  it(
    'has one place more after a landing, also when all others leave while it lands',
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
    'waits for a task that is busy elsewhere and may yet join',
    marbles((m) => {
      const ask = atOnce({ hold: 9 });
      m.expect(flushesOf(ask)).toBeObservable('---x', { x: 'ab' });
      m.expect(ask('a')).toBeObservable('---(A|)');
      m.expect(askLater(3, ask, 'b')).toBeObservable('---(B|)');
    }),
  );

  it(
    'waits no longer than until nobody is busy',
    marbles((m) => {
      const ask = atOnce({ hold: 9 });
      m.expect(ask('a')).toBeObservable('---(A|)');
      m.expect(task(() => timer(3))()).toBeObservable('---(z|)', { z: 0 });
    }),
  );

  it(
    'waits no longer than it may',
    marbles((m) => {
      const ask = atOnce({ hold: 6 });
      m.expect(flushesOf(ask)).toBeObservable('------a---b', { a: 'a', b: 'b' });
      m.expect(ask('a')).toBeObservable('------(A|)');
      m.expect(askLater(10, ask, 'b')).toBeObservable('----------(B|)');
    }),
  );

  it(
    'counts from the first key',
    marbles((m) => {
      const ask = atOnce({ hold: 6 });
      m.expect(flushesOf(ask)).toBeObservable('--------x-', { x: 'abc' });
      m.expect(task(() => timer(30))(), '^---------!').toBeObservable('----------');
      m.expect(m.hot('--a-bc').pipe(mergeMap(ask))).toBeObservable('--------(ABC)');
    }),
  );

  it(
    'does not wait while nobody is busy',
    marbles((m) => {
      const ask = atOnce({ hold: 9 });
      m.expect(m.hot('-a--b').pipe(mergeMap(ask))).toBeObservable('-A--B');
    }),
  );

  it(
    'does not wait for a task that has been cancelled',
    marbles((m) => {
      const ask = atOnce({ hold: 9 });
      m.expect(ask('a')).toBeObservable('----(A|)');
      m.expect(task(() => timer(30))(), '^---!').toBeObservable('-----');
    }),
  );

  it(
    'takes a flight for busy: those who wait for it may yet join',
    marbles((m) => {
      const [other, ask] = [after(5), atOnce({ hold: 9 })];
      m.expect(flushesOf(ask)).toBeObservable('-----x', { x: 'aB' });
      m.expect(other('b').pipe(mergeMap(ask))).toBeObservable('-----(B|)');
      m.expect(ask('a'), '--^').toBeObservable('-----(A|)');
    }),
  );

  it(
    'takes a flight for busy that takes off in the same moment',
    marbles((m) => {
      const [other, ask] = [after(5), atOnce({ hold: 9 })];
      m.expect(flushesOf(ask)).toBeObservable('-----x', { x: 'aB' });
      m.expect(other('b').pipe(mergeMap(ask))).toBeObservable('-----(B|)');
      m.expect(ask('a')).toBeObservable('-----(A|)');
    }),
  );

  it(
    'begins when the window is over, and counts from the first key all the same',
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
    'does not hold back what is full',
    marbles((m) => {
      const ask = atOnce({ hold: 9, maxSize: 2 });
      m.expect(m.hot('-a-b').pipe(mergeMap(ask))).toBeObservable('---(AB)');
      m.expect(task(() => timer(8))()).toBeObservable('--------(z|)', { z: 0 });
    }),
  );
});

describe('a key that nobody waits for any more', () => {
  it(
    'leaves before the flush',
    marbles((m) => {
      const ask = atOnce({ window: 5 });
      m.expect(flushesOf(ask)).toBeObservable('-----x', { x: 'bc' });
      m.expect(ask('a'), ' ^-!').toBeObservable('---');
      m.expect(ask.many(['b', 'c'])).toBeObservable('-----(x|)', { x: ['B', 'C'] });
    }),
  );

  it(
    'stays for the others who asked for it',
    marbles((m) => {
      const ask = atOnce({ window: 5 });
      m.expect(flushesOf(ask)).toBeObservable('-----a');
      m.expect(ask('a'), ' ^-!').toBeObservable('---');
      m.expect(ask('a')).toBeObservable('-----(A|)');
    }),
  );

  it(
    'comes last when it is asked for again',
    marbles((m) => {
      const ask = atOnce({ window: 5 });
      m.expect(flushesOf(ask)).toBeObservable('-----x', { x: 'ba' });
      m.expect(ask('a'), ' ^-!').toBeObservable('---');
      m.expect(ask('b')).toBeObservable('-----(B|)');
      m.expect(ask('a'), ' ---^').toBeObservable('-----(A|)');
    }),
  );

  it(
    'takes the flush with it when it was the last',
    marbles((m) => {
      const ask = atOnce({ window: 5 });
      m.expect(flushesOf(ask)).toBeObservable('----------');
      m.expect(ask.many(['a', 'b']), '^--!').toBeObservable('----');
    }),
  );

  it(
    'leaves when what asked for it in one breath has failed',
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
    'is subscribed to until it has landed',
    marbles((m) => {
      const flight = m.cold('   ---r-----|', { r: ['A'] });
      const subscribed = '      ^--------!';
      const expected = '        ---------(A|)';
      m.expect(batch<string, string>(() => flight)('a')).toBeObservable(expected);
      m.expect(flight).toHaveSubscriptions(subscribed);
    }),
  );

  it(
    'is unsubscribed when the last who waited has left',
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
    'goes on for the one who is left, with all its keys',
    marbles((m) => {
      const ask = after(9);
      m.expect(flushesOf(ask)).toBeObservable('x', { x: 'ab' });
      m.expect(ask('a'), '^-!').toBeObservable('---');
      m.expect(ask('b')).toBeObservable('---------(B|)');
    }),
  );

  it(
    'is not shared with who asks later, unless there is a cache',
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
    'is kept in the air by who joined it through the cache',
    marbles((m) => {
      const flight = m.cold('   ------(r|)', { r: ['A'] });
      const ask = batch<string, string>(() => flight, { cache: true });
      m.expect(ask('a'), '      ^---!').toBeObservable('----');
      m.expect(ask('a'), '      --^--').toBeObservable('------(A|)');
      m.expect(flight).toHaveSubscriptions('            ^-----!');
    }),
  );

  it(
    'that was aborted is not what the next asker waits for',
    marbles((m) => {
      const ask = after(5, { cache: true });
      m.expect(flushesOf(ask)).toBeObservable('a---a----');
      m.expect(ask('a'), '^--!').toBeObservable('----');
      m.expect(ask('a'), '----^').toBeObservable('---------(A|)');
    }),
  );

  /** Answers never, and tells when its signal aborted. */
  const untilAborted = (log: string[], alsoDo: (flush: Flush<string, string>) => void = () => undefined) =>
    batch((_keys: readonly string[], flush: Flush<string, string>) => {
      flush.signal.addEventListener('abort', () => log.push(`aborted at ${batchScheduler.now()}`));
      alsoDo(flush);
      return timer(7).pipe(map(() => ['A', 'B']));
    });

  it('aborts its signal in the frame in which the last who waited leaves', () => {
    const log: string[] = [];
    const run = marbles((m) => {
      const ask = untilAborted(log);
      m.expect(ask('a'), '^-!').toBeObservable('---');
      m.expect(ask('b'), '^----!').toBeObservable('------');
    });
    run();
    expect(log).toEqual(['aborted at 5']);
  });

  it('does not abort its signal when it has landed', () => {
    const log: string[] = [];
    const run = marbles((m) => {
      const ask = untilAborted(log);
      m.expect(ask('a'), '^-!').toBeObservable('---');
      m.expect(ask('b')).toBeObservable('-------(B|)');
    });
    run();
    expect(log).toEqual([]);
  });

  it('aborts when those have left whose keys were not settled early', () => {
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

describe('an error', () => {
  it(
    'as an element fails its key alone',
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
    'of the whole flight fails all its keys',
    marbles((m) => {
      const ask = batch<string, string>(() => m.cold('---#'));
      m.expect(ask('a')).toBeObservable('---#');
      m.expect(ask('b')).toBeObservable('---#');
    }),
  );

  it(
    'thrown by the resolver fails all its keys, at once',
    marbles((m) => {
      const ask = batch<string, string>(() => {
        throw new Error('thrown');
      });
      m.expect(m.cold('--a').pipe(mergeMap(ask))).toBeObservable('--#', undefined, new Error('thrown'));
    }),
  );

  it(
    'does not reach the keys that were settled early',
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
    'of one key comes as soon as it is settled, and frees what waited with it',
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
    'is not kept: who retries asks again',
    marbles((m) => {
      const flights = [m.cold('---#'), m.cold('--(r|)', { r: ['A'] })];
      const ask = batch<string, string>(() => flights.shift() ?? m.cold('#'), { cache: true });
      m.expect(flushesOf(ask)).toBeObservable(' a--a--');
      m.expect(ask('a').pipe(retry(1))).toBeObservable('-----(A|)');
    }),
  );

  it(
    'that a task catches does not end it',
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
