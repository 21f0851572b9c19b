/** Probes record the flushes of a batch function; flushKeys shows them as marbles; answersAfter makes slow resolvers. */
import { mergeMap, tap, VirtualTimeScheduler } from 'rxjs';
import { all, batch, BatchScheduler, CancelledError, allSettled, task } from 'sluice';
import { answersAfter, flushKeys, probeBatch } from 'sluice/testing';
import { inVirtualTime, thrownBy } from '../support/recording-observer';
import { marbles } from '../support/marbles';

const upperOf = (key: string): string => key.toUpperCase();
const upper = batch((keys: readonly string[]) => keys.map(upperOf), { name: 'upper' });

describe('a probe', () => {
  it('records every flush after its creation, in order: keys, reason, time', async () => {
    await upper('before');
    using probe = probeBatch(upper);
    const twice = task(function* (key: string) {
      return yield* upper((yield* upper(key)) + key);
    });
    await all([twice('a'), twice('b'), upper('a')]);
    expect(probe.count).toBe(2);
    expect(probe.keys).toEqual([
      ['a', 'b'],
      ['Aa', 'Bb'],
    ]);
    expect(probe.flushes.map(({ batch: name, reason }) => [name, reason])).toEqual([
      ['upper', 'quiescent'],
      ['upper', 'quiescent'],
    ]);
    expect(probe.flushes[0]?.at).toEqual(expect.any(Number));
  });

  it('records the reason and time of a flush on every scheduler', () => {
    const clock = new VirtualTimeScheduler();
    const scheduler = new BatchScheduler({ clock });
    const windowed = batch((keys: readonly number[]) => keys, { window: 5, maxSize: 2, scheduler });
    using probe = probeBatch(windowed);
    windowed.many([1, 2, 3]).subscribe();
    clock.flush();
    expect(probe.flushes.map(({ keys, reason, at }) => ({ keys, reason, at }))).toEqual([
      { keys: [1, 2], reason: 'full', at: 0 },
      { keys: [3], reason: 'window', at: 5 },
    ]);
  });

  it('removes its records on clear(), and continues', () => {
    using probe = probeBatch(upper);
    upper.block('a');
    probe.clear();
    expect([probe.count, probe.keys, probe.flushes]).toEqual([0, [], []]);
    upper.block('b');
    expect(probe.keys).toEqual([['b']]);
  });

  it('records nothing after stop(), and can still be read', () => {
    const probe = probeBatch(upper);
    upper.block('a');
    probe.stop();
    probe.stop();
    upper.block('b');
    expect(probe.keys).toEqual([['a']]);
  });

  it('stops at the end of a using block', () => {
    let seen: { readonly count: number };
    {
      using probe = probeBatch(upper);
      seen = probe;
    }
    upper.block('a');
    expect(seen.count).toBe(0);
  });

  it('returns the next flush, also if the value is awaited after the flush', async () => {
    using probe = probeBatch(upper);
    const first = probe.next();
    const same = probe.next();
    upper.block('a');
    const second = probe.next();
    upper.block('b');
    upper.block('c');
    expect((await first).keys).toEqual(['a']);
    expect((await same).keys).toEqual(['a']);
    expect((await second).keys).toEqual(['b']);
  });

  it('lets a subscriber of a flush call next() again', async () => {
    using probe = probeBatch(upper);
    const received: (readonly string[])[] = [];
    probe
      .next()
      .pipe(
        tap(({ keys }) => received.push(keys)),
        mergeMap(() => probe.next()),
      )
      .subscribe(({ keys }) => received.push(keys));
    await upper('a');
    expect(received).toEqual([['a']]);
    await upper('b');
    expect(received).toEqual([['a'], ['b']]);
  });

  it('fails next() when it is stopped, before or after the call', async () => {
    const probe = probeBatch(upper);
    const waiting = probe.next();
    probe.stop();
    await expect(waiting).rejects.toBeInstanceOf(CancelledError);
    await expect(probe.next()).rejects.toBeInstanceOf(CancelledError);
  });

  it('continues when a value of next() is cancelled', async () => {
    using probe = probeBatch(upper);
    const next = probe.next();
    next.cancel();
    await expect(next).rejects.toBeInstanceOf(CancelledError);
    upper.block('a');
    expect(probe.count).toBe(1);
  });

  it.each([() => 1, undefined, task(() => 1)])('is made of a batch function only: %p', (wrong) => {
    expect(String(thrownBy(() => probeBatch(wrong as never)))).toMatch(
      /probeBatch: expected `batchFunction` to be a batch/,
    );
    expect(String(thrownBy(() => flushKeys(wrong as never)))).toMatch(
      /flushKeys: expected `batchFunction` to be a batch/,
    );
  });
});

describe('flushKeys and answersAfter', () => {
  it(
    'emit in the frames of the flushes and answers',
    marbles((m) => {
      const ask = batch(answersAfter(m.time('---|'), upperOf), { window: 2 });
      const asked = '   ab-----c------';
      const flushed = ' --x------y-----';
      const expected = '-----(AB)---C-';
      m.expect(flushKeys(ask)).toBeObservable(flushed, { x: ['a', 'b'], y: ['c'] });
      m.expect(m.hot<string>(asked).pipe(mergeMap((key) => ask(key)))).toBeObservable(expected);
    }),
  );

  it('can take a time that depends on the keys', () => {
    inVirtualTime((time) =>
      time.run(({ hot, expectObservable }) => {
        const ask = batch(answersAfter((keys) => keys.length, upperOf));
        expectObservable(hot('(abc)-------d').pipe(mergeMap((key) => ask(key)))).toBe('---(ABC)-----D');
      }),
    );
  });

  it('use the time of the scheduler option', () => {
    const clock = new VirtualTimeScheduler();
    const ask = batch(answersAfter(4, upperOf, { scheduler: clock }), { scheduler: new BatchScheduler({ clock }) });
    const received: [string, number][] = [];
    ask('a').subscribe((value) => received.push([value, clock.now()]));
    clock.flush();
    expect(received).toEqual([['A', 4]]);
  });

  it('fail only the key whose answer is an Error or throws', async () => {
    const ask = batch(
      answersAfter(0, (key: string) => {
        if (key === 'b') throw 'text'; // eslint-disable-line @typescript-eslint/only-throw-error -- some do
        if (key === 'd') throw new RangeError('d');
        return key === 'c' ? new Error('c') : key;
      }),
    );
    expect(await allSettled(['a', 'b', 'c', 'd', 'e'].map((key) => ask(key)))).toEqual([
      { status: 'fulfilled', value: 'a' },
      { status: 'rejected', reason: 'text' },
      { status: 'rejected', reason: new Error('c') },
      { status: 'rejected', reason: new RangeError('d') },
      { status: 'fulfilled', value: 'e' },
    ]);
  });

  it('accept undefined as an answer, and objects as keys', async () => {
    const ask = batch(
      answersAfter(0, ({ id }: { readonly id: number }) => (id > 1 ? id : undefined)),
      {
        key: ({ id }) => id,
      },
    );
    expect(await ask.many([{ id: 1 }, { id: 2 }, { id: 2 }])).toEqual([undefined, 2, 2]);
  });

  it('are cancelled with their last waiter', () => {
    inVirtualTime((time) =>
      time.run(({ expectObservable }) => {
        const answer = jest.fn<string, [string]>(upperOf);
        const ask = batch(answersAfter(5, answer));
        expectObservable(ask('a'), '--!').toBe('---');
        time.schedule(() => expect(answer).not.toHaveBeenCalled(), 9);
      }),
    );
  });

  it.each([
    [-1, upperOf, {}, /answersAfter: expected `ms`/],
    ['3', upperOf, {}, /answersAfter: expected `ms`/],
    [3, 'x', {}, /answersAfter: expected `answer`/],
    [3, upperOf, { scheduler: 5 }, /answersAfter: expected `scheduler`/],
  ])('refuse invalid arguments: %p %p %p', (ms, answer, config, message) => {
    const make = (): unknown => answersAfter(ms as never, answer as never, config as never);
    expect(thrownBy(make)).toBeInstanceOf(TypeError);
    expect(String(thrownBy(make))).toMatch(message);
  });
});
