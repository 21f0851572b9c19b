/** `pullMap`: a source is asked for its next item only when a result has left. Time is virtual. */
import {
  defer,
  EMPTY,
  finalize,
  from,
  map,
  mergeMap,
  NEVER,
  of,
  Subject,
  take,
  takeUntil,
  tap,
  throwError,
  timer,
} from 'rxjs';
import { all, batch, emit, Future, pullMap, scoped, ScopedValue, stream, task, within, type AsyncItems } from 'sluice';
import { marbles } from '../support/marbles';
import { nextTurn, record } from '../support/recording-observer';
import { listen, runVirtual } from '../batch/virtual-run';

interface Numbers {
  readonly items: Generator<number, void>;
  /** Number of items taken so far. */
  readonly taken: () => number;
  readonly isClosed: () => boolean;
}

/** The numbers from 0, which count what is taken of them. */
function numbers(end = Infinity): Numbers {
  let taken = 0;
  let isClosed = false;
  const items = function* (): Generator<number, void> {
    try {
      while (taken < end) yield taken++;
    } finally {
      isClosed = true;
    }
  };
  return { items: items(), taken: () => taken, isClosed: () => isClosed };
}

/** Items of an async iterator that answers each request after so many ms of virtual time. */
const slowItems = (delays: readonly number[], log: string[] = []): AsyncItems<number> => ({
  [Symbol.asyncIterator]: () => {
    let index = 0;
    return {
      next: () => {
        const value = index++;
        const ms = delays[value];
        log.push(`next ${String(value)}`);
        return ms === undefined
          ? of({ done: true, value: undefined })
          : timer(ms).pipe(map(() => ({ done: false, value })));
      },
      return: () => {
        log.push('return');
        return of({ done: true, value: undefined });
      },
    };
  },
});

describe('pullMap', () => {
  it(
    'begins the next item when an earlier one has ended',
    marbles((m) => {
      const inner = [m.cold('--a|'), m.cold('b|'), m.cold('---c|'), m.cold('d|')] as const;
      m.expect(pullMap(inner, (each) => each, { concurrency: 2 })).toBeObservable('b-adc|');
      m.expect(inner[0]).toHaveSubscriptions('^--!');
      m.expect(inner[1]).toHaveSubscriptions('^!');
      m.expect(inner[2]).toHaveSubscriptions('-^---!');
      m.expect(inner[3]).toHaveSubscriptions('---^!');
    }),
  );

  it(
    'takes one item at a time by default',
    marbles((m) => {
      m.expect(pullMap([m.cold('--a|'), m.cold('-b|')], (each) => each)).toBeObservable('--a-b|');
    }),
  );

  it('asks its source only as results leave, where mergeMap takes in the whole source', () => {
    runVirtual(({ at, flush }) => {
      const [pulled, merged] = [numbers(1_000), numbers(1_000)];
      const nap = () => timer(10);
      listen(pullMap(pulled.items, nap, { concurrency: 3 }));
      listen(from(merged.items).pipe(mergeMap(nap, 3)));
      at(5, () => expect([pulled.taken(), merged.taken()]).toEqual([3, 1_000]));
      at(15, () => expect([pulled.taken(), merged.taken()]).toEqual([6, 1_000]));
      flush();
    });
  });

  it('gives project the item and its index', () => {
    const { notifications } = record(pullMap(['a', 'b'], (item, index) => of(`${item}${String(index)}`)));
    expect(notifications).toEqual(['next a0', 'next b1', 'complete']);
  });

  it('begins an item after the teardowns of the one that it replaces', () => {
    let running = 0;
    let most = 0;
    const counted = () =>
      defer(() => {
        most = Math.max(most, ++running);
        return timer(1).pipe(finalize(() => running--));
      });
    runVirtual(({ flush }) => {
      listen(pullMap([1, 2, 3, 4, 5], counted, { concurrency: 2 }));
      flush();
    });
    expect([running, most]).toEqual([0, 2]);
  });

  it.each([
    ['an array', [1, 2]],
    ['a Set', new Set([1, 2])],
    [
      'a generator function',
      function* () {
        yield 1;
        yield 2;
      },
    ],
    ['a function that returns an array', () => [1, 2]],
    ['falsy items', [0, '', false, null, undefined, NaN]],
    ['nothing', []],
  ])('maps the items of %s', (_, source: Iterable<unknown> | (() => Iterable<unknown>)) => {
    const items = [...(typeof source === 'function' ? source() : source)];
    const recording = listen(pullMap(source, (item) => of(item), { concurrency: 2 }));
    expect(recording).toMatchObject({ values: items, isComplete: true });
  });

  it('calls a source that is a function for each subscription', () => {
    let calls = 0;
    const pulled = pullMap(
      () => [++calls],
      (n) => of(n),
    );
    expect([listen(pulled).values, listen(pulled).values]).toEqual([[1], [2]]);
    expect(calls).toBe(2);
  });

  it('follows the protocol of iterators: a truthy `done` ends, and an undefined `Symbol.asyncIterator` is none', () => {
    const items = {
      [Symbol.asyncIterator]: undefined,
      [Symbol.iterator]: () => {
        let n = 0;
        return { next: () => ({ done: Number(n === 2), value: n++ }) };
      },
    };
    const recording = listen(pullMap(items as never, (n) => of(n)).pipe(take(5)));
    expect(recording).toMatchObject({ values: [0, 1], isComplete: true });
  });

  it('completes when its source has ended and all items have, also with items that emit nothing', () => {
    expect(record(pullMap([1, 2], () => EMPTY)).notifications).toEqual(['complete']);
    expect(record(pullMap([1, 2], () => NEVER)).notifications).toEqual([]);
  });

  it('takes a source without end, and stops it with its subscriber', () => {
    const source = numbers();
    const { notifications } = record(pullMap(source.items, (n) => of(n), { concurrency: 4 }).pipe(take(3)));
    expect(notifications).toEqual(['next 0', 'next 1', 'next 2', 'complete']);
    expect([source.taken(), source.isClosed()]).toEqual([3, true]);
  });
});

describe('pullMap with ordered', () => {
  it(
    'emits the results in the order of the items, each as early as possible',
    marbles((m) => {
      const inner = [m.cold('---a--b|'), m.cold('-c|')];
      m.expect(pullMap(inner, (each) => each, { concurrency: 2, ordered: true })).toBeObservable('---a--b(c|)');
    }),
  );

  it(
    'keeps the place of an item until its results are emitted',
    marbles((m) => {
      const inner = [m.cold('-----a|'), m.cold('b|'), m.cold('(c|)')] as const;
      m.expect(pullMap(inner, (each) => each, { concurrency: 2, ordered: true })).toBeObservable('-----a(bc|)');
      m.expect(inner[2]).toHaveSubscriptions('------(^!)');
    }),
  );

  it('has at most `concurrency` items with waiting results behind a slow one', () => {
    runVirtual(({ at, flush }) => {
      const source = numbers(1_000);
      const recording = listen(
        pullMap(source.items, (n) => (n === 0 ? timer(100) : of(n)), { concurrency: 5, ordered: true }),
      );
      at(99, () => expect([source.taken(), recording.values.length]).toEqual([5, 0]));
      flush();
      expect(recording.values).toEqual(Array.from({ length: 1_000 }, (_, n) => n));
    });
  });

  it(
    'emits an error at once',
    marbles((m) => {
      const inner = [m.cold('-----a|'), m.cold('-#')];
      m.expect(pullMap(inner, (each) => each, { concurrency: 2, ordered: true })).toBeObservable('-#');
    }),
  );
});

describe('the source of pullMap is closed', () => {
  it('when the subscriber unsubscribes', () => {
    const source = numbers();
    const { subscription } = record(pullMap(source.items, () => NEVER, { concurrency: 2 }));
    expect(source.isClosed()).toBe(false);
    subscription.unsubscribe();
    expect(source.isClosed()).toBe(true);
  });

  it('before the subscriber is told of a failure of an item or of project', () => {
    const fail = (): never => {
      throw new RangeError('no');
    };
    for (const project of [() => throwError(() => new RangeError('no')), fail]) {
      const source = numbers();
      const seen: unknown[] = [];
      pullMap(source.items, project).subscribe({
        error: (error: unknown) => seen.push(String(error), source.isClosed()),
      });
      expect(seen).toEqual(['RangeError: no', true]);
    }
  });

  it('together with the other items, when one fails', () => {
    runVirtual(({ flush }) => {
      const closed: number[] = [];
      const work = (n: number) =>
        (n === 2 ? timer(3).pipe(mergeMap(() => throwError(() => new RangeError('no')))) : NEVER).pipe(
          finalize(() => closed.push(n)),
        );
      const recording = listen(pullMap([0, 1, 2], work, { concurrency: 3 }));
      flush();
      expect([recording.errors, closed.sort()]).toEqual([[new RangeError('no')], [0, 1, 2]]);
    });
  });

  it('not after its end, nor after an error of its own', () => {
    const returned = jest.fn(() => ({ done: true as const, value: undefined }));
    const itemsOf = (next: () => IteratorResult<number, undefined>) => ({
      [Symbol.iterator]: () => ({ next, return: returned }),
    });
    const ended = listen(
      pullMap(
        itemsOf(() => ({ done: true, value: undefined })),
        () => of(1),
      ),
    );
    const failed = listen(
      pullMap(
        itemsOf(() => {
          throw new RangeError('source');
        }),
        () => of(1),
      ),
    );
    expect([ended.isComplete, failed.errors]).toEqual([true, [new RangeError('source')]]);
    expect(returned).not.toHaveBeenCalled();
  });

  it('after its own code has returned, if that code makes the subscriber leave', () => {
    const stop = new Subject<void>();
    const log: string[] = [];
    const source = function* () {
      try {
        yield 1;
        stop.next();
        log.push('goes on');
        yield 2;
      } finally {
        log.push('closed');
      }
    };
    const gate = new Subject<void>();
    const projected: number[] = [];
    const running = listen(pullMap(source, (n) => (projected.push(n), gate.pipe(take(1)))));
    stop.subscribe(() => running.stop());
    gate.next();
    expect(log).toEqual(['goes on', 'closed']);
    expect(projected).toEqual([1]);
  });

  it('without a request, if the function that returns it makes the subscriber leave', () => {
    const log: string[] = [];
    const iterator = {
      next: () => (log.push('next'), { done: false, value: 1 }),
      return: () => (log.push('return'), { done: true as const, value: undefined }),
    };
    const stop = new Subject<void>();
    const source = () => (stop.next(), { [Symbol.iterator]: () => iterator });
    record(pullMap(source, () => NEVER).pipe(takeUntil(stop)));
    expect(log).toEqual(['return']);
  });

  it('with an error of `return` reported, and the first error kept', async () => {
    const reported: unknown[] = [];
    const { config } = await import('rxjs');
    config.onUnhandledError = (error) => reported.push(error);
    try {
      const source = {
        [Symbol.iterator]: () => ({
          next: () => ({ done: false, value: 1 }),
          return: () => {
            throw new RangeError('return');
          },
        }),
      };
      expect(listen(pullMap(source, () => throwError(() => new RangeError('first')))).errors).toEqual([
        new RangeError('first'),
      ]);
      await new Promise((resolve) => setTimeout(resolve, 1));
      expect(reported).toEqual([new RangeError('return')]);
    } finally {
      config.onUnhandledError = null;
    }
  });

  it('before the scope that it runs in ends, also if `return` takes its time', () => {
    runVirtual(({ flush }) => {
      const log: string[] = [];
      const items: AsyncItems<number> = {
        [Symbol.asyncIterator]: () => ({
          next: () => of({ done: false, value: 1 }),
          return: () => timer(5).pipe(tap(() => log.push('closed'))),
        }),
      };
      const work = scoped(function* (scope) {
        scope.ensure(() => log.push('scope ended'));
        yield* scope.start(() => Future.from(pullMap(items, () => of(1)).pipe(take(1))));
      });
      listen(work);
      flush();
      expect(log).toEqual(['closed', 'scope ended']);
    });
  });
});

describe('pullMap survives', () => {
  it('a project whose result ends at once, ten thousand levels deep', () => {
    const recording = listen(pullMap(numbers(100_000).items, (n) => of(n), { ordered: true }));
    expect(recording.values).toHaveLength(100_000);
  });

  it('items that end each other', () => {
    const gates = [new Subject<number>(), new Subject<number>(), new Subject<number>()];
    const recording = listen(
      pullMap(
        gates,
        (gate, index) =>
          gate.pipe(
            take(1),
            tap(() => gates[index + 1]?.next(index + 1)),
          ),
        { concurrency: 2 },
      ),
    );
    gates[0]?.next(0);
    gates[2]?.next(2);
    expect(recording).toMatchObject({ values: [1, 0, 2], isComplete: true });
  });

  it('an item that ends while the source runs', () => {
    const gate = new Subject<void>();
    const source = function* () {
      yield gate.pipe(
        take(1),
        map(() => 'a'),
      );
      gate.next();
      yield of('b');
      yield of('c');
    };
    const recording = listen(pullMap(source, (each) => each, { concurrency: 2 }));
    expect(recording).toMatchObject({ values: ['a', 'b', 'c'], isComplete: true });
  });

  it('unsubscribing inside next, after which nothing more is taken or emitted', () => {
    const source = numbers();
    const seen: number[] = [];
    const stop = new Subject<void>();
    pullMap(source.items, (n) => of(n, n + 0.5), { concurrency: 2 })
      .pipe(takeUntil(stop))
      .subscribe((n) => {
        seen.push(n);
        stop.next();
      });
    expect([seen, source.taken(), source.isClosed()]).toEqual([[0], 1, true]);
  });

  it('project unsubscribing its own subscriber, whose input is then not subscribed to', () => {
    const subscribed = jest.fn();
    const stop = new Subject<void>();
    const running = pullMap([timer(0), NEVER], (each, index) => {
      if (index === 1) stop.next();
      return defer(() => (subscribed(index), each));
    });
    runVirtual(({ flush }) => {
      const recording = listen(running);
      stop.subscribe(() => recording.stop());
      flush();
    });
    expect(subscribed.mock.calls).toEqual([[0]]);
  });

  it('an error of a teardown of an item, which is reported and frees its place', async () => {
    const reported: unknown[] = [];
    const { config } = await import('rxjs');
    config.onUnhandledError = (error) => reported.push(error);
    try {
      const gate = new Subject<number>();
      const item = gate.pipe(
        take(1),
        finalize(() => {
          throw new RangeError('teardown');
        }),
      );
      const recording = listen(pullMap([item, of(2)], (each) => each));
      gate.next(1);
      expect(recording).toMatchObject({ values: [1, 2], isComplete: true });
      await new Promise((resolve) => setTimeout(resolve, 1));
      expect(reported).toHaveLength(1);
    } finally {
      config.onUnhandledError = null;
    }
  });
});

describe('pullMap with an async iterator', () => {
  it('makes one request at a time, and the next one when there is room', () => {
    runVirtual(({ at, flush }) => {
      const log: string[] = [];
      const recording = listen(
        pullMap(slowItems([2, 2, 2, 2], log), (n) => timer(10).pipe(map(() => n)), { concurrency: 2 }),
      );
      at(1, () => expect(log).toEqual(['next 0']));
      at(3, () => expect(log).toEqual(['next 0', 'next 1']));
      at(11, () => expect(log).toEqual(['next 0', 'next 1']));
      at(13, () => expect(log).toEqual(['next 0', 'next 1', 'next 2']));
      flush();
      expect(recording).toMatchObject({ values: [0, 1, 2, 3], isComplete: true });
      expect(log.at(-1)).toBe('next 4');
    });
  });

  it('cancels a pending request and closes the iterator when the subscriber leaves', () => {
    runVirtual(({ at, flush }) => {
      const log: string[] = [];
      let isCancelled = false;
      const items: AsyncItems<number> = {
        [Symbol.asyncIterator]: () => ({
          next: () => NEVER.pipe(finalize(() => (isCancelled = true))),
          return: () => void log.push('return'),
        }),
      };
      const recording = listen(pullMap(items, (n) => of(n)));
      at(1, () => recording.stop());
      flush();
      expect([log, isCancelled]).toEqual([['return'], true]);
    });
  });

  it('cancels a request that makes the subscriber leave', () => {
    let isCancelled = false;
    const stop = new Subject<void>();
    const items: AsyncItems<number> = {
      [Symbol.asyncIterator]: () => ({
        next: () => defer(() => (stop.next(), NEVER)).pipe(finalize(() => (isCancelled = true))),
      }),
    };
    listen(pullMap(items, (n) => of(n)).pipe(takeUntil(stop)));
    expect(isCancelled).toBe(true);
  });

  it('forwards a rejected request without closing the iterator, and cancels its items', () => {
    runVirtual(({ flush }) => {
      const log: string[] = [];
      let requests = 0;
      const items: AsyncItems<number> = {
        [Symbol.asyncIterator]: () => ({
          next: () => (++requests === 2 ? throwError(() => new RangeError('next')) : of({ done: false, value: 1 })),
          return: () => void log.push('return'),
        }),
      };
      const recording = listen(
        pullMap(items, () => NEVER.pipe(finalize(() => log.push('cancelled'))), { concurrency: 3 }),
      );
      flush();
      expect([recording.errors, log]).toEqual([[new RangeError('next')], ['cancelled']]);
    });
  });

  it('keeps `concurrency` and the order if project ends an item after a late answer', () => {
    const late = new Subject<IteratorResult<number, undefined>>();
    const first = new Subject<number>();
    let asked = 0;
    const items: AsyncItems<number> = {
      [Symbol.asyncIterator]: () => ({
        next: () => (++asked === 2 ? late.pipe(take(1)) : of({ done: false, value: asked - 1 })),
      }),
    };
    const begun: number[] = [];
    const work = (n: number) => {
      if (n === 1) first.next(0);
      return defer(() => (begun.push(n), n === 0 ? first.pipe(take(1)) : NEVER));
    };
    const { values } = listen(pullMap(items, work, { concurrency: 2, ordered: true }));
    late.next({ done: false, value: 1 });
    expect([values, begun]).toEqual([[0], [0, 1, 2]]);
  });

  it('takes a promise of a result also from an iterator that is not declared as async', async () => {
    const rest = [1, 2];
    const next = () => Promise.resolve({ done: rest.length === 0, value: rest.shift() });
    const recording = listen(pullMap({ [Symbol.iterator]: () => ({ next }) } as never, (n) => of(n)));
    for (let turn = 0; turn < 20; turn++) await nextTurn();
    expect(recording).toMatchObject({ values: [1, 2], isComplete: true });
  });

  it('does not close an iterator whose late answer is not a result', async () => {
    const returned = jest.fn();
    const items = { [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve(7), return: returned }) };
    const { errors } = listen(pullMap(items as never, (n) => of(n)));
    for (let turn = 0; turn < 5; turn++) await nextTurn();
    expect([errors, returned.mock.calls]).toEqual([[expect.any(TypeError)], []]);
  });

  it('takes an async generator, and closes it', async () => {
    const log: string[] = [];
    const source = async function* () {
      try {
        for (let n = 0; ; n++) {
          await Promise.resolve();
          yield n;
        }
      } finally {
        log.push('closed');
      }
    };
    const recording = listen(pullMap(source, (n) => of(n), { concurrency: 2 }).pipe(take(3)));
    for (let turn = 0; turn < 20; turn++) await nextTurn();
    expect([recording.values, recording.isComplete, log]).toEqual([[0, 1, 2], true, ['closed']]);
  });

  it('fails with the rejection of an async generator', async () => {
    const source = async function* () {
      yield await Promise.resolve(1);
      throw new RangeError('feed');
    };
    const recording = listen(pullMap(source, (n) => of(n)));
    for (let turn = 0; turn < 20; turn++) await nextTurn();
    expect(recording).toMatchObject({ values: [1], errors: [new RangeError('feed')] });
  });

  it('emits from requests that are answered at once, without growing the stack', () => {
    let count = 0;
    const items: AsyncItems<number> = {
      [Symbol.asyncIterator]: () => ({
        next: () =>
          count < 20_000 ? Future.of({ done: false, value: count++ }) : Future.of({ done: true, value: undefined }),
      }),
    };
    const recording = listen(pullMap(items, (n) => of(n)));
    expect(recording).toMatchObject({ isComplete: true, errors: [] });
    expect(recording.values).toHaveLength(20_000);
  });
});

describe('tasks in a pullMap', () => {
  const lookUps = () => {
    const asked: (readonly number[])[] = [];
    const nameOf = batch((ids: readonly number[]) => {
      asked.push([...ids]);
      return timer(5).pipe(map(() => ids.map((id) => `user ${String(id)}`)));
    });
    return { asked, nameOf };
  };

  it('meet in batches of `concurrency` keys', () => {
    runVirtual(({ flush }) => {
      const { asked, nameOf } = lookUps();
      const greet = task(function* (id: number) {
        return `Hello ${yield* nameOf(id)}`;
      });
      const recording = listen(pullMap(numbers(7).items, (id) => greet(id), { concurrency: 3, ordered: true }));
      flush();
      expect(asked).toEqual([[0, 1, 2], [3, 4, 5], [6]]);
      expect(recording.values).toEqual(Array.from({ length: 7 }, (_, id) => `Hello user ${String(id)}`));
    });
  });

  it('meet in batches with tasks of an async generator that does not wait', async () => {
    const asked: (readonly number[])[] = [];
    const nameOf = batch((ids: readonly number[]) => {
      asked.push([...ids]);
      return [...ids];
    });
    const source = async function* () {
      for (let id = 0; id < 6; id++) yield await Promise.resolve(id);
    };
    await Future.from(pullMap(source, (id) => nameOf(id), { concurrency: 3 }));
    expect(asked).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
  });

  it('run on the scheduler and with the scoped values of the subscriber, whatever ends an item', () => {
    const tenant = new ScopedValue('none');
    const gate = new Subject<void>();
    const seen: string[] = [];
    const source = function* () {
      for (;;) {
        seen.push(`source ${tenant.get()}`);
        yield 1;
      }
    };
    const work = task(function* () {
      return yield* Future.from(
        pullMap(source, () => (seen.push(`project ${tenant.get()}`), gate.pipe(take(1)))).pipe(take(2)),
      );
    });
    within(tenant.override('acme'), work()).subscribe();
    gate.next();
    expect(seen).toEqual(['source acme', 'project acme', 'source acme', 'project acme']);
  });

  it('may come from streams, and may hold a pullMap of their own', () => {
    runVirtual(({ flush }) => {
      const { asked, nameOf } = lookUps();
      const page = (n: number) =>
        stream(function* () {
          for (const name of yield* all([nameOf(10 * n), nameOf(10 * n + 1)])) yield* emit(name);
        });
      const recording = listen(
        pullMap([1, 2], (n) => pullMap([n], (each) => page(each)), { concurrency: 2, ordered: true }),
      );
      flush();
      expect(asked).toEqual([[10, 11, 20, 21]]);
      expect(recording.values).toEqual(['user 10', 'user 11', 'user 20', 'user 21']);
    });
  });
});

describe('wrong use of pullMap', () => {
  it.each([
    ['a number', 7, 'got 7'],
    ['null', null, 'got null'],
    ['a plain object', {}, 'got {}'],
    ['an Observable', of(1), 'use mergeMap for it'],
    ['a future', Future.of(1), 'use mergeMap for it'],
    ['a promise', Promise.resolve([1]), 'use mergeMap for it'],
    ['an object whose Symbol.iterator is not a method', { [Symbol.iterator]: 7 }, 'got {'],
  ])('throws a TypeError for a source that is %s', (_, source, message) => {
    const call = () => pullMap(source as never, () => of(1));
    expect(call).toThrow(TypeError);
    expect(call).toThrow('pullMap: expected its source to be an iterable, an async iterable, or a function');
    expect(call).toThrow(message);
  });

  it('fails the subscription if a source function returns no items, or throws', () => {
    const [wrong] = listen(pullMap((() => 7) as never, () => of(1))).errors;
    expect(String(wrong)).toContain(
      'pullMap: expected the result of its source to be an iterable or an async iterable; got 7',
    );
    const fault = () => {
      throw new RangeError('fault');
    };
    expect(listen(pullMap(fault as never, () => of(1))).errors).toEqual([new RangeError('fault')]);
  });

  it.each([
    ['undefined', undefined, 'got undefined'],
    ['an array', [], 'got []'],
  ])('fails the subscription if the iterator is %s', (_, iterator, message) => {
    const [error] = listen(pullMap({ [Symbol.iterator]: () => iterator } as never, () => of(1))).errors;
    expect(error).toBeInstanceOf(TypeError);
    expect(String(error)).toContain(
      `pullMap: expected the iterator of its source to be an object with a method \`next\`; ${message}`,
    );
  });

  it('fails the subscription if an iterator returns something other than a result, or project no input', () => {
    const items = { [Symbol.iterator]: () => ({ next: () => 7 }) };
    const [notResult] = listen(pullMap(items as never, () => of(1))).errors;
    expect(String(notResult)).toContain(
      'pullMap: expected the result of `next` of its source to be an object { done, value }; got 7',
    );
    expect(String(listen(pullMap([1], () => 7 as never)).errors[0])).toContain(
      'pullMap: expected the result of its project to be an Observable, a future, a promise or an iterable; got 7 (number)',
    );
  });

  it('throws a TypeError for wrong options', () => {
    const misuse = (config: unknown) => () => pullMap([1], (n) => of(n), config as never);
    for (const concurrency of [0, -1, 1.5, NaN, '2', null])
      expect(misuse({ concurrency })).toThrow(
        'pullMap: expected `concurrency` to be a whole number, 1 or more, or Infinity',
      );
    expect(misuse({ ordered: 1 })).toThrow('pullMap: expected `ordered` to be true or false');
    expect(misuse({ limit: 1 })).toThrow('pullMap: unknown option "limit". Did you mean "concurrency"?');
    expect(() => pullMap([1], 7 as never)).toThrow('pullMap: expected `project` to be a function');
  });
});
