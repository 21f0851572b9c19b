/** `memoizeLru`, `memoizePerInstance` and `lazyConstant`: which results are kept, and for how long. */
import { map, subscribeOn, timer, VirtualTimeScheduler } from 'rxjs';
import { all, BatchScheduler, Future, task } from 'sluice';
import { isTask, lazyConstant, memoizeLru, memoizePerInstance, type MemoizedLru } from 'sluice/tools';
import { listen, runVirtual } from '../batch/virtual-run';
import { testScheduler, virtualScheduler } from '../support/virtual-time';

/** A cached function that counts its runs. Each run takes 10 ms and returns its number. */
interface Counted {
  readonly runs: () => number;
  readonly left: () => number;
  readonly ask: () => Future<number>;
  readonly clear: () => void;
}

class Counter {
  runs = 0;
  left = 0;

  /** The run of this number fails. */
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
      if (!isDone) this.left++;
    }
  }
}

type Body = () => Generator<unknown, number, unknown>;

type Maker = (failing?: number) => Counted;

const made = (make: (body: Body) => Pick<Counted, 'ask' | 'clear'>): Maker => {
  return (failing = 0) => {
    const counter = new Counter(failing);
    return { runs: () => counter.runs, left: () => counter.left, ...make(() => counter.run()) };
  };
};

/** A function of one parameter around `body`. */
const keyed = (body: Body) => (key: string) => task(body)().pipe(map((run) => (key === 'key' ? run : NaN)));

const caches: readonly (readonly [name: string, make: Maker])[] = [
  [
    'memoizeLru',
    made((body) => {
      const get = memoizeLru(keyed(body));
      return { ask: () => get('key'), clear: () => get.clear('key') };
    }),
  ],
  [
    'memoizeLru of a function without parameters',
    made((body) => {
      const get = memoizeLru(task(body), { ttl: 1_000 });
      return { ask: () => get(), clear: () => get.clear() };
    }),
  ],
  [
    'memoizeLru with clearAll',
    made((body) => {
      const get = memoizeLru(keyed(body));
      return { ask: () => get('key'), clear: () => get.clearAll() };
    }),
  ],
  [
    'memoizePerInstance',
    made((body) => {
      const instance = {};
      const get = memoizePerInstance(keyed(body));
      return { ask: () => get.call(instance, 'key'), clear: () => get.clear(instance, 'key') };
    }),
  ],
  [
    'memoizePerInstance of a function without parameters',
    made((body) => {
      const instance = {};
      const get = memoizePerInstance(body);
      return { ask: () => get.call(instance), clear: () => get.clear(instance) };
    }),
  ],
  [
    'memoizePerInstance with clearAll of the object',
    made((body) => {
      const instance = {};
      const get = memoizePerInstance(keyed(body));
      return { ask: () => get.call(instance, 'key'), clear: () => get.clearAll(instance) };
    }),
  ],
  [
    'memoizePerInstance with clearAll of all objects',
    made((body) => {
      const instance = {};
      const get = memoizePerInstance(keyed(body));
      return { ask: () => get.call(instance, 'key'), clear: () => get.clearAll() };
    }),
  ],
  [
    'lazyConstant',
    made((body) => {
      const constant = lazyConstant(task(body));
      return { ask: () => constant, clear: () => constant.clear() };
    }),
  ],
  [
    'lazyConstant with clearAll',
    made((body) => {
      const constant = lazyConstant(task(body));
      return { ask: () => constant, clear: () => constant.clearAll() };
    }),
  ],
];

describe.each(caches)('%s', (_name, make) => {
  it('runs once for overlapping and for later calls', () => {
    runVirtual(({ flush, at }) => {
      const { runs, ask } = make();
      const heard = [listen<readonly number[]>(all([ask(), ask()]))];
      at(5, () => heard.push(listen(all([ask()]))));
      at(50, () => heard.push(listen(all([ask()]))));
      flush();
      expect(heard.map(({ values }) => values)).toEqual([[[1, 1]], [[1]], [[1]]]);
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
      const heard = [listen(ask()), listen(ask())];
      flush();
      expect(heard.map(({ errors }) => errors)).toEqual([[new RangeError('run 1')], [new RangeError('run 1')]]);
      const again = listen(ask());
      flush();
      expect([again.values, runs()]).toEqual([[2], 2]);
    });
  });

  it('cancels a run with its last waiter, and keeps nothing of it', () => {
    runVirtual(({ flush, at }) => {
      const { runs, left, ask } = make();
      const heard = [listen(ask()), listen(ask())];
      at(2, () => heard[0]?.stop());
      at(3, () => expect(left()).toBe(0));
      at(4, () => heard[1]?.stop());
      flush();
      expect(left()).toBe(1);
      const again = listen(ask());
      flush();
      expect([again.values, runs()]).toEqual([[2], 2]);
    });
  });

  it('goes on for the remaining waiters, and keeps the result', () => {
    runVirtual(({ flush, at }) => {
      const { runs, ask } = make();
      const gone = listen(ask());
      const stays = listen(ask());
      at(2, () => gone.stop());
      flush();
      listen(ask());
      flush();
      expect([gone.values, stays.values, runs()]).toEqual([[], [1], 1]);
    });
  });

  it('runs anew after it was cleared', () => {
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

  it('does not keep what was on its way when it was told to clear, but tells it to those who wait', () => {
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

  it('does not join a run on another scheduler, and shares kept results', () => {
    const { runs, ask } = make();
    const [one, other] = [virtualScheduler(), virtualScheduler()];
    testScheduler().run(({ flush }) => {
      const heard = [one, other].map(({ scheduler }) => listen(ask().pipe(subscribeOn(scheduler))));
      one.clock.flush();
      other.clock.flush();
      expect(runs()).toBe(2);
      flush();
      expect(heard.map(({ isComplete }) => isComplete)).toEqual([true, true]);
      listen(ask().pipe(subscribeOn(new BatchScheduler({ clock: one.clock }))));
      one.clock.flush();
      flush();
      expect(runs()).toBe(2);
    });
  });

  it('forgets results of a run of virtual time at its end', () => {
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

  it('never joins a run that an aborted run of virtual time has left unfinished', () => {
    const { ask } = make();
    expect(() =>
      testScheduler().run(() => {
        listen(ask());
        throw new RangeError('the test failed');
      }),
    ).toThrow('the test failed');
    runVirtual(({ flush }) => {
      const heard = listen(ask());
      flush();
      expect(heard.values).toEqual([2]);
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

  it('keeps undefined as well', () => {
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

  it('in real time finds nothing of a run of virtual time; that finds what real time has kept, and clears it too', () => {
    const { runs, ask, square } = squares();
    ask(1);
    runVirtual(() => {
      ask(1, 2);
      square.clear(1);
    });
    ask(1, 2);
    expect(runs).toEqual([1, 2, 1, 2]);
  });

  it('keeps no result that arrives after the run of virtual time of its call', async () => {
    let runs = 0;
    const load = memoizeLru(async () => Promise.resolve(++runs));
    let heard = { values: [] as readonly number[] };
    runVirtual(() => (heard = listen(load())));
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(heard.values).toEqual([1]);
    expect(await load()).toBe(2);
  });

  it('distinguishes calls by their object (this) and by the key option', () => {
    const name = memoizeLru(
      function (this: { readonly name: string } | undefined, id: number) {
        return `${this?.name ?? 'nobody'} ${String(id)}`;
      },
      { key: (id) => id % 10 },
    );
    const [ada, bob] = [{ name: 'Ada' }, { name: 'Bob' }];
    expect([ada, bob, undefined].map((self) => name.call(self, 1).block())).toEqual(['Ada 1', 'Bob 1', 'nobody 1']);
    expect(name.call(ada, 11).block()).toBe('Ada 1');
    name.clear(21);
    expect([ada, undefined].map((self) => name.call(self, 11).block())).toEqual(['Ada 11', 'nobody 11']);
  });

  it('calls itself for other arguments, a thousand deep, and once for each', () => {
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

  it('refuses wrong use at once', () => {
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

  it('keeps the values of each object apart, as a decorator of methods', async () => {
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

  it('and around a function that has a this', async () => {
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

  it('works on objects that are frozen, and on functions', () => {
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

  it('refuses wrong use at once', () => {
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

  it('is computed anew after its ttl', () => {
    runVirtual(({ flush, at }) => {
      let runs = 0;
      const answer = lazyConstant(() => ++runs, { ttl: 100 });
      const heard: number[] = [];
      for (const ms of [0, 100, 101]) at(ms, () => void answer.subscribe((value) => heard.push(value)));
      flush();
      expect(heard).toEqual([1, 1, 2]);
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

  it('refuses wrong use at once', () => {
    expect(() => lazyConstant(Future.of(1) as never)).toThrow('lazyConstant: expected its function to be');
    expect(() => lazyConstant(() => 1, { ttl: 0 })).toThrow('lazyConstant: expected `ttl` to be a whole number of ms');
    expect(() => lazyConstant(() => 1, { max: 1 } as never)).toThrow('lazyConstant: unknown option "max"');
  });
});

describe('memoizePerInstance', () => {
  it('says what to do for an experimental decorator', () => {
    const decorate = memoizePerInstance as unknown as (target: object, name: string, method: object) => unknown;
    const target = (): number => 1;
    expect(() => decorate(target, 'title', {})).toThrow('Turn off experimentalDecorators');
  });
});
