/** `memoizeLru`, `memoizePerInstance` and `lazyConstant`: which results are kept, and for how long. */
import { map, subscribeOn, timer, VirtualTimeScheduler } from 'rxjs';
import { all, BatchScheduler, Future, task } from 'sluice';
import { isTask, lazyConstant, memoizeLru, memoizePerInstance, type MemoizedLru } from 'sluice/tools';
import { listen, runVirtual } from '../batch/virtual-run';
import { testScheduler, virtualScheduler } from '../support/virtual-time';

/** A cached function that counts its runs. Each run takes 10 ms and returns its number. */
interface Counted {
  readonly runs: () => number;
  readonly cancelled: () => number;
  readonly ask: () => Future<number>;
  readonly clear: () => void;
}

class Counter {
  runs = 0;
  cancelled = 0;

  /** `failing` is the number of the run that fails. */
  constructor(private readonly failing: number) {}

  *run(): Generator<unknown, number, unknown> {
    const run = ++this.runs;
    let isDone = false;
    try {
      yield timer(10);
      if (run === this.failing) throw new RangeError(`run ${String(run)}`);
      isDone = true;
      return run;
    } finally {
      if (!isDone) this.cancelled++;
    }
  }
}

type Body = () => Generator<unknown, number, unknown>;

type Maker = (failing?: number) => Counted;

const makerOf = (make: (body: Body) => Pick<Counted, 'ask' | 'clear'>): Maker => {
  return (failing = 0) => {
    const counter = new Counter(failing);
    return { runs: () => counter.runs, cancelled: () => counter.cancelled, ...make(() => counter.run()) };
  };
};

/** A function of one parameter around `body`. */
const keyed = (body: Body) => (key: string) => task(body)().pipe(map((run) => (key === 'key' ? run : NaN)));

const caches: readonly (readonly [name: string, make: Maker])[] = [
  [
    'memoizeLru',
    makerOf((body) => {
      const get = memoizeLru(keyed(body));
      return { ask: () => get('key'), clear: () => get.clear('key') };
    }),
  ],
  [
    'memoizeLru of a function without parameters',
    makerOf((body) => {
      const get = memoizeLru(task(body), { ttl: 1_000 });
      return { ask: () => get(), clear: () => get.clear() };
    }),
  ],
  [
    'memoizeLru with clearAll',
    makerOf((body) => {
      const get = memoizeLru(keyed(body));
      return { ask: () => get('key'), clear: () => get.clearAll() };
    }),
  ],
  [
    'memoizePerInstance',
    makerOf((body) => {
      const instance = {};
      const get = memoizePerInstance(keyed(body));
      return { ask: () => get.call(instance, 'key'), clear: () => get.clear(instance, 'key') };
    }),
  ],
  [
    'memoizePerInstance of a function without parameters',
    makerOf((body) => {
      const instance = {};
      const get = memoizePerInstance(body);
      return { ask: () => get.call(instance), clear: () => get.clear(instance) };
    }),
  ],
  [
    'memoizePerInstance with clearAll of the object',
    makerOf((body) => {
      const instance = {};
      const get = memoizePerInstance(keyed(body));
      return { ask: () => get.call(instance, 'key'), clear: () => get.clearAll(instance) };
    }),
  ],
  [
    'memoizePerInstance with clearAll of all objects',
    makerOf((body) => {
      const instance = {};
      const get = memoizePerInstance(keyed(body));
      return { ask: () => get.call(instance, 'key'), clear: () => get.clearAll() };
    }),
  ],
  [
    'lazyConstant',
    makerOf((body) => {
      const constant = lazyConstant(task(body));
      return { ask: () => constant, clear: () => constant.clear() };
    }),
  ],
  [
    'lazyConstant with clearAll',
    makerOf((body) => {
      const constant = lazyConstant(task(body));
      return { ask: () => constant, clear: () => constant.clearAll() };
    }),
  ],
];

describe.each(caches)('%s', (_name, make) => {
  it('runs once for overlapping and for later calls', () => {
    runVirtual(({ flush, at }) => {
      const { runs, ask } = make();
      const recordings = [listen<readonly number[]>(all([ask(), ask()]))];
      at(5, () => recordings.push(listen(all([ask()]))));
      at(50, () => recordings.push(listen(all([ask()]))));
      flush();
      expect(recordings.map(({ values }) => values)).toEqual([[[1, 1]], [[1]], [[1]]]);
      expect(runs()).toBe(1);
    });
  });

  it('does not run before the first subscription', () => {
    const { runs, ask } = make();
    ask();
    expect(runs()).toBe(0);
  });

  it('delivers a failure to all waiters, and does not keep it', () => {
    runVirtual(({ flush }) => {
      const { runs, ask } = make(1);
      const recordings = [listen(ask()), listen(ask())];
      flush();
      expect(recordings.map(({ errors }) => errors)).toEqual([[new RangeError('run 1')], [new RangeError('run 1')]]);
      const again = listen(ask());
      flush();
      expect([again.values, runs()]).toEqual([[2], 2]);
    });
  });

  it('cancels a run with its last waiter, and keeps no result', () => {
    runVirtual(({ flush, at }) => {
      const { runs, cancelled, ask } = make();
      const recordings = [listen(ask()), listen(ask())];
      at(2, () => recordings[0]?.stop());
      at(3, () => expect(cancelled()).toBe(0));
      at(4, () => recordings[1]?.stop());
      flush();
      expect(cancelled()).toBe(1);
      const again = listen(ask());
      flush();
      expect([again.values, runs()]).toEqual([[2], 2]);
    });
  });

  it('continues a run for the remaining waiters, and keeps the result', () => {
    runVirtual(({ flush, at }) => {
      const { runs, ask } = make();
      const stopped = listen(ask());
      const remaining = listen(ask());
      at(2, () => stopped.stop());
      flush();
      listen(ask());
      flush();
      expect([stopped.values, remaining.values, runs()]).toEqual([[], [1], 1]);
    });
  });

  it('runs again after clear', () => {
    runVirtual(({ flush }) => {
      const { ask, clear } = make();
      listen(ask());
      flush();
      clear();
      const again = listen(ask());
      flush();
      expect(again.values).toEqual([2]);
    });
  });

  it('delivers a result to its waiters but does not keep it, if clear was called during the run', () => {
    runVirtual(({ flush, at }) => {
      const { ask, clear } = make();
      const early = listen(ask());
      const late: { readonly values: readonly number[] }[] = [];
      at(5, () => {
        clear();
        late.push(listen(ask()));
      });
      flush();
      late.push(listen(ask()));
      flush();
      expect([early.values, ...late.map(({ values }) => values)]).toEqual([[1], [2], [2]]);
    });
  });

  it('does not join a run on another scheduler, but shares results that are kept', () => {
    const { runs, ask } = make();
    const [one, other] = [virtualScheduler(), virtualScheduler()];
    testScheduler().run(({ flush }) => {
      const recordings = [one, other].map(({ scheduler }) => listen(ask().pipe(subscribeOn(scheduler))));
      one.clock.flush();
      other.clock.flush();
      expect(runs()).toBe(2);
      flush();
      expect(recordings.map(({ isComplete }) => isComplete)).toEqual([true, true]);
      listen(ask().pipe(subscribeOn(new BatchScheduler({ clock: one.clock }))));
      one.clock.flush();
      flush();
      expect(runs()).toBe(2);
    });
  });

  it('forgets the results of a run of virtual time at its end', () => {
    const { ask } = make();
    const inRun = (): number[] => {
      const values: number[] = [];
      runVirtual(({ flush }) => {
        for (let n = 0; n < 2; n++) {
          ask().subscribe((value) => values.push(value));
          flush();
        }
      });
      return values;
    };
    expect([inRun(), inRun()]).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  it('does not join a run that an aborted run of virtual time has left unfinished', () => {
    const { ask } = make();
    expect(() =>
      testScheduler().run(() => {
        listen(ask());
        throw new RangeError('the test failed');
      }),
    ).toThrow('the test failed');
    runVirtual(({ flush }) => {
      const recording = listen(ask());
      flush();
      expect(recording.values).toEqual([2]);
    });
  });
});

describe('memoizeLru', () => {
  const squares = (config?: Parameters<typeof memoizeLru<unknown, [n: number], number>>[1]) => {
    const runs: number[] = [];
    const square: MemoizedLru<unknown, [n: number], number> = memoizeLru((n: number) => {
      runs.push(n);
      return n * n;
    }, config);
    return { runs, ask: (...ns: number[]) => ns.map((n) => square(n).block()), square };
  };

  it('keeps max values, and removes the least recently used first', () => {
    const { runs, ask } = squares({ max: 2 });
    ask(1, 2, 1, 3, 1, 2);
    expect(runs).toEqual([1, 2, 3, 2]);
  });

  it('keeps ten thousand values by default', () => {
    const { runs, ask } = squares();
    const many = Array.from({ length: 10_000 }, (_, index) => index);
    ask(...many, ...many);
    expect(runs).toHaveLength(10_000);
    ask(10_000, 0);
    expect(runs.slice(10_000)).toEqual([10_000, 0]);
  });

  it('keeps values for ttl ms of the current scheduler', () => {
    const clock = new VirtualTimeScheduler();
    const scheduler = new BatchScheduler({ clock });
    const { runs, square } = squares({ ttl: 100 });
    for (const ms of [0, 100, 101, 150, 202]) {
      clock.schedule(() => square(1).pipe(subscribeOn(scheduler)).subscribe(), ms);
    }
    clock.flush();
    expect(runs).toEqual([1, 1, 1]);
  });

  it('keeps undefined as a value', () => {
    let runs = 0;
    const nothing = memoizeLru((): unknown => {
      runs++;
      return undefined;
    });
    expect([nothing().block(), nothing().block(), runs]).toEqual([undefined, undefined, 1]);
  });

  it('clear forgets one call, and clearAll forgets all calls', () => {
    const { runs, ask, square } = squares();
    ask(1, 2);
    square.clear(1);
    ask(1, 2);
    square.clearAll();
    ask(1, 2);
    expect(runs).toEqual([1, 2, 1, 1, 2]);
  });

  it.each([
    [[] as const, 'none'],
    [[undefined] as const, 'undefined'],
  ])('clear(...%j) is a TypeError that names clearAll, and forgets nothing', (args, got) => {
    const { runs, ask, square } = squares();
    ask(1);
    expect(() => square.clear(...(args as readonly never[] as [never]))).toThrow(
      new TypeError(
        `memoizeLru: expected the arguments of \`clear\` to be those of a call; got ${got}. ` +
          'Call clearAll() to forget all calls.',
      ),
    );
    ask(1);
    expect(runs).toEqual([1]);
  });

  it('in virtual time finds and clears results of real time, and keeps its own results until its end', () => {
    const { runs, ask, square } = squares();
    ask(1);
    runVirtual(() => {
      ask(1, 2);
      square.clear(1);
    });
    ask(1, 2);
    expect(runs).toEqual([1, 2, 1, 2]);
  });

  it('does not keep a result that arrives after the end of its run of virtual time', async () => {
    let runs = 0;
    const load = memoizeLru(async () => Promise.resolve(++runs));
    let recording = { values: [] as readonly number[] };
    runVirtual(() => (recording = listen(load())));
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(recording.values).toEqual([1]);
    expect(await load()).toBe(2);
  });

  it('distinguishes calls by their object (this) and by the key option', () => {
    const name = memoizeLru(
      function (this: { readonly name: string } | undefined, id: number) {
        return `${this?.name ?? 'none'} ${String(id)}`;
      },
      { key: (id) => id % 10 },
    );
    const [ada, bob] = [{ name: 'Ada' }, { name: 'Bob' }];
    expect([ada, bob, undefined].map((self) => name.call(self, 1).block())).toEqual(['Ada 1', 'Bob 1', 'none 1']);
    expect(name.call(ada, 11).block()).toBe('Ada 1');
    name.clear(21);
    expect([ada, undefined].map((self) => name.call(self, 11).block())).toEqual(['Ada 11', 'none 11']);
  });

  it('may call itself with other arguments, a thousand calls deep, and runs once for each argument', () => {
    let runs = 0;
    const fibonacci: (n: number) => Future<bigint> = memoizeLru(
      task(function* (n: number): Generator<unknown, bigint, never> {
        runs++;
        if (n < 2) return BigInt(n);
        const [one, other] = yield* all([fibonacci(n - 1), fibonacci(n - 2)]);
        return one + other;
      }),
    );
    expect(fibonacci(90).block()).toBe(2_880_067_194_370_816_120n);
    expect(runs).toBe(91);
    fibonacci(1_000).block();
    expect(runs).toBe(1_001);
  });

  it('is a task with the name of the function', () => {
    const load = memoizeLru(function loadPage(url: string) {
      return url;
    });
    expect([load.name, load.length, isTask(load)]).toEqual(['loadPage', 1, true]);
  });

  it('throws a TypeError for wrong arguments at the call', () => {
    expect(() => memoizeLru('f' as never)).toThrow('memoizeLru: expected its function to be');
    expect(() => memoizeLru(() => 1, 5 as never)).toThrow('memoizeLru: expected its config to be an object of options');
    expect(() => memoizeLru(() => 1, { max: 0 })).toThrow(
      'memoizeLru: expected `max` to be a whole number, 1 or more; got 0',
    );
    expect(() => memoizeLru(() => 1, { ttl: -1 })).toThrow('memoizeLru: expected `ttl` to be a whole number of ms');
    expect(() => memoizeLru(() => 1, { key: 1 as never })).toThrow('memoizeLru: expected `key` to be a function');
    expect(() => memoizeLru(() => 1, { maxsize: 1 } as never)).toThrow('memoizeLru: unknown option "maxsize"');
  });
});

describe('memoizePerInstance', () => {
  class Users {
    readonly runs: number[] = [];
    constructor(readonly prefix: string) {}

    @memoizePerInstance
    nameOf(id: number): Future<string> {
      this.runs.push(id);
      return Future.of(`${this.prefix} ${String(id)}`);
    }

    readonly ageOf = memoizePerInstance(
      task(function* (this: Users, id: number) {
        this.runs.push(id);
        return yield* Future.of(id + this.prefix.length);
      }),
    );
  }

  it('as a decorator of methods keeps the values of each object separately', async () => {
    const [one, other] = [new Users('one'), new Users('other')];
    expect(await all([one.nameOf(1), one.nameOf(1), other.nameOf(1), one.nameOf(2)])).toEqual([
      'one 1',
      'one 1',
      'other 1',
      'one 2',
    ]);
    expect([one.runs, other.runs]).toEqual([[1, 2], [1]]);
    expect([one.nameOf.name, isTask(Reflect.get(one, 'nameOf'))]).toEqual(['nameOf', true]);
  });

  it('around a task with a `this` keeps its values', async () => {
    const users = new Users('one');
    expect(await all([users.ageOf(1), users.ageOf(1)])).toEqual([4, 4]);
    expect(users.runs).toEqual([1]);
  });

  it('clear forgets one call on one object, and clearAll all calls on one object or on all objects', () => {
    const runs: number[] = [];
    const count = memoizePerInstance(function (this: object, id: number) {
      runs.push(id);
      return id;
    });
    const [one, other] = [{}, {}];
    const askAll = (): unknown => all([count.call(one, 1), count.call(one, 2), count.call(other, 3)]).block();
    askAll();
    count.clear(one, 1);
    askAll();
    count.clearAll(one);
    askAll();
    count.clearAll();
    askAll();
    expect(runs).toEqual([1, 2, 3, 1, 1, 2, 1, 2, 3]);
  });

  it.each([
    [[] as const, 'none'],
    [[undefined] as const, 'undefined'],
  ])('clear(object, ...%j) is a TypeError that names clearAll(instance), and forgets nothing', (args, got) => {
    let runs = 0;
    const count = memoizePerInstance((id: number) => id + ++runs);
    const instance = {};
    count.call(instance, 1).block();
    expect(() => count.clear(instance, ...(args as readonly never[] as [never]))).toThrow(
      new TypeError(
        `memoizePerInstance: expected the arguments of \`clear\` to be those of a call; got ${got}. ` +
          'Call clearAll(instance) to forget all calls.',
      ),
    );
    count.call(instance, 1).block();
    expect(runs).toBe(1);
  });

  it('distinguishes calls by the key option', () => {
    const half = memoizePerInstance((n: number) => n, { key: (n) => n >> 1 });
    const self = {};
    expect([2, 3, 4].map((n) => half.call(self, n).block())).toEqual([2, 2, 4]);
  });

  it('accepts frozen objects and functions as instances', () => {
    const count = memoizePerInstance(() => ({}));
    for (const self of [Object.freeze({}), () => 1]) {
      expect(count.call(self).block()).toBe(count.call(self).block());
    }
  });

  it('fails without an object as this', () => {
    const nameOf = memoizePerInstance(function nameOf(this: object) {
      return 1;
    });
    for (const self of [undefined, null, 5, 'text']) {
      expect(() => nameOf.call(self as never).block()).toThrow(/memoizePerInstance: "nameOf" was called on/);
      expect(() => nameOf.clear(self as never)).toThrow(/memoizePerInstance: "nameOf" was called on/);
      expect(() => nameOf.clearAll(self as never)).toThrow(/memoizePerInstance: "nameOf" was called on/);
    }
  });

  it('throws a TypeError for wrong arguments at the call', () => {
    expect(() => memoizePerInstance(undefined as never)).toThrow('memoizePerInstance: expected its function to be');
    expect(() => memoizePerInstance(() => 1, { max: 1 } as never)).toThrow('unknown option "max"');
    expect(() => memoizePerInstance(() => 1, { kind: 'getter' } as never)).toThrow('unknown option "kind"');
    expect(() => memoizePerInstance(() => 1, { key: null as never })).toThrow(
      'memoizePerInstance: expected `key` to be',
    );
  });
});

describe('lazyConstant', () => {
  it('is a future: it is subscribed to, piped, awaited, yielded and blocked on', async () => {
    let runs = 0;
    const answer = lazyConstant(() => ++runs);
    const yielding = task(function* () {
      return yield* answer;
    });
    expect(answer).toBeInstanceOf(Future);
    expect([await answer, answer.block(), await yielding(), listen(answer).values]).toEqual([1, 1, 1, [1]]);
  });

  it('takes an async function', async () => {
    const answer = lazyConstant(async () => Promise.resolve('loaded'));
    expect(await all([answer, answer])).toEqual(['loaded', 'loaded']);
  });

  it('runs again after its ttl', () => {
    runVirtual(({ flush, at }) => {
      let runs = 0;
      const answer = lazyConstant(() => ++runs, { ttl: 100 });
      const received: number[] = [];
      for (const ms of [0, 100, 101]) at(ms, () => void answer.subscribe((value) => received.push(value)));
      flush();
      expect(received).toEqual([1, 1, 2]);
    });
  });

  it('does not wait for itself if its function uses it', () => {
    let depth = 0;
    const answer: Future<number> = lazyConstant(
      task(function* (): Generator<unknown, number, never> {
        return depth++ < 2 ? (yield* answer) + 1 : 0;
      }),
    );
    expect(answer.block()).toBe(2);
  });

  it('throws a TypeError for wrong arguments at the call', () => {
    expect(() => lazyConstant(Future.of(1) as never)).toThrow('lazyConstant: expected its function to be');
    expect(() => lazyConstant(() => 1, { ttl: 0 })).toThrow('lazyConstant: expected `ttl` to be a whole number of ms');
    expect(() => lazyConstant(() => 1, { max: 1 } as never)).toThrow('lazyConstant: unknown option "max"');
  });
});

describe('memoizePerInstance', () => {
  it('throws an error that advises to turn off experimental decorators', () => {
    const decorate = memoizePerInstance as unknown as (target: object, name: string, method: object) => unknown;
    const target = (): number => 1;
    expect(() => decorate(target, 'title', {})).toThrow('Turn off experimentalDecorators');
  });
});
