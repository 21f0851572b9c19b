/** The doctor prints each warning once for each call site while debugging is on. */
import { config, lastValueFrom, of, timer } from 'rxjs';
import { all, batch, debug, emit, allSettled, stream, task, type Future } from 'sluice';
import { retryTask } from 'sluice/tools';
import { recordWarnings } from '../support/record-warnings';

const warnings = recordWarnings();
afterEach(() => {
  debug(false);
});

const HERE = /doctor\.spec\.ts:\d+:\d+/;

/** The warnings of the doctor while `work` runs. */
async function seenIn(work: () => PromiseLike<unknown>): Promise<readonly string[]> {
  debug();
  await work();
  return warnings();
}

describe('block inside a task', () => {
  it('gets a warning with the call site while debugging is on', () => {
    const blocks = task(function* blocks() {
      return task(() => 1)().block();
    });
    debug();
    blocks().block();
    expect(warnings()).toEqual([expect.stringMatching(/^sluice: block\(\) inside task "blocks"/)]);
    expect(warnings()[0]).toMatch(HERE);
  });

  it('gets one warning for each task, without the call site, while debugging is off', () => {
    const blocks = task(function* blocks() {
      return task(() => 1)().block();
    });
    blocks().block();
    blocks().block();
    expect(warnings()).toHaveLength(1);
    expect(warnings()[0]).not.toMatch(HERE);
  });
});

describe('a loop that waits for one future at a time', () => {
  const lengthOf = batch((words: readonly string[]) => words.map((word) => word.length), { name: 'lengthOf' });
  const words = ['a', 'b', 'c', 'd', 'e'];
  const lengths = task(function* lengths(list: readonly string[]) {
    for (const word of list) yield* lengthOf(word);
  });

  it('gets a warning with the call site if it loads keys of a batch function', async () => {
    const said = await seenIn(() => lengths(words));
    expect(said).toEqual([
      expect.stringMatching(/^sluice doctor: task lengths waits in a loop for batch "lengthOf", one call at a time/),
    ]);
    expect(said[0]).toMatch(HERE);
    expect(said[0]).toContain('yield* all(list.map(load))');
  });

  it('gets a warning from the third iteration on', async () => {
    expect(await seenIn(() => lengths(['a', 'b']))).toEqual([]);
    expect(await seenIn(() => lengths(['a', 'b', 'c']))).toHaveLength(1);
  });

  it('gets only one warning, even if it runs again', async () => {
    expect(await seenIn(() => all([lengths(words), lengths(words), lengths(words)]))).toHaveLength(1);
  });

  it('gets a warning if it calls a task', async () => {
    const visit = task(function* visit(word: string) {
      yield timer(0);
      return word;
    });
    const visits = task(function* visits() {
      for (const word of words) yield* visit(word);
    });
    expect(await seenIn(() => visits())).toEqual([
      expect.stringContaining('task visits waits in a loop for task visit'),
    ]);
  });

  it('gets a warning if it uses a bare yield', async () => {
    const bare = task(function* bare() {
      for (const word of words) yield lengthOf(word);
    });
    expect(await seenIn(() => bare())).toHaveLength(1);
  });

  it('gets another warning at another call site', async () => {
    const both = task(function* both() {
      for (const word of words) yield* lengthOf(word);
      for (const word of words) yield* lengthOf(word);
    });
    expect(await seenIn(() => both())).toHaveLength(2);
  });

  it.each<readonly [string, () => Future<unknown>]>([
    ['all', () => all(words.map((word) => lengthOf(word)))],
    ['settled', () => allSettled(words.map((word) => lengthOf(word)))],
    ['many', () => lengthOf.many(words)],
  ])('is none in %s', async (_, ask) => {
    const many = task(function* many() {
      return yield* ask();
    });
    expect(await seenIn(() => many())).toEqual([]);
  });

  it('gets no warning if all futures are yielded at once', async () => {
    const many = task(function* many() {
      yield words.map((word) => lengthOf(word));
    });
    expect(await seenIn(() => many())).toEqual([]);
  });

  it('gets no warning if all futures are started first', async () => {
    const many = task(function* many() {
      const started = words.map((word) => lengthOf(word).start());
      for (const one of started) yield* one;
    });
    expect(await seenIn(() => many())).toEqual([]);
  });

  it('gets no warning if two call sites alternate', async () => {
    const inTurn = task(function* inTurn() {
      for (const word of words) {
        yield* lengthOf(word);
        yield* lengthOf(`${word} again`);
      }
    });
    expect(await seenIn(() => inTurn())).toEqual([]);
  });

  it('gets no warning if it asks for the same key again, whose value may have changed', async () => {
    const poll = task(function* poll() {
      for (let times = 0; times < 5; times++) yield* lengthOf('a');
    });
    const list = ['a'];
    const again = task(function* again() {
      for (let times = 0; times < 5; times++) yield* lengths(list);
    });
    expect(await seenIn(() => all([poll(), again()]))).toEqual([]);
  });

  it('gets no warning if a tool of the library retries', async () => {
    let failures = 0;
    const flaky = task(() => {
      if (++failures < 6) throw new Error('not yet');
      return failures;
    });
    const trying = task(function* trying() {
      return yield* retryTask(flaky, { attempts: 10 })();
    });
    expect(await seenIn(() => trying())).toEqual([]);
  });

  it('gets no warning in a stream', async () => {
    const listing = stream(function* listing() {
      for (const word of words) yield* emit(yield* lengthOf(word));
    });
    expect(await seenIn(() => lastValueFrom(listing))).toEqual([]);
  });

  it('gets no warning if many tasks each ask once at the same call site', async () => {
    const once = task(function* once(word: string) {
      return yield* lengthOf(word);
    });
    expect(await seenIn(() => all(words.map((word) => once(word))))).toEqual([]);
  });

  it('gets no warning while debugging is off', async () => {
    await lengths(words);
    expect(warnings()).toEqual([]);
  });

  it('gets no warning while the doctor is off', async () => {
    debug({ doctor: false });
    await lengths(words);
    expect(warnings()).toEqual([]);
  });

  it('gets no warning after debugging was turned off midway', async () => {
    debug();
    const running = lengths(words).start();
    debug(false);
    await running;
    expect(warnings()).toEqual([]);
  });
});

describe('a resolver that returns results in another order than its keys', () => {
  interface Row {
    readonly id?: unknown;
    readonly [name: string]: unknown;
  }
  /** The warnings about a resolver that returns `results` for the keys 1, 2, 3 and so on. */
  const saidOf = (results: readonly unknown[]): Promise<readonly string[]> => {
    const rowOf = batch<number, Row>(() => [...results] as Row[], { name: 'rowOf' });
    return seenIn(() => allSettled(results.map((_, index) => rowOf(index + 1))));
  };
  const rows = (...ids: unknown[]): Row[] => ids.map((id) => ({ id, name: `row ${String(id)}` }));

  it('gets a warning with a key and the result it got', async () => {
    expect(await saidOf(rows(3, 1, 2))).toEqual([
      expect.stringMatching(
        /^sluice doctor: the resolver of batch "rowOf" returned its results in another order than its keys,\n.*\nKey 1 got the result whose id is 3\. Return the results in the order of the keys, or as a Map\.$/,
      ),
    ]);
  });

  it('gets a warning with the call site of the request, also if keys are numbers and ids of results are strings', async () => {
    const rowOf = batch((ids: readonly number[]) => [...ids].sort((a, b) => a - b).map((id) => ({ id: String(id) })), {
      name: 'rowOf',
    });
    const said = await seenIn(() => rowOf.many([3, 1, 2]));
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(HERE);
    expect(said[0]).toContain('Key 3 got the result whose id is "1".');
  });

  it('gets only one warning, whatever the keys of later flushes are', async () => {
    const rowOf = batch((ids: readonly number[]) => rows(...ids).reverse(), { name: 'rowOf' });
    const said = await seenIn(async () => {
      await all([rowOf(1), rowOf(2)]);
      await all([rowOf(3), rowOf(4)]);
      await all([rowOf(5), rowOf(6), rowOf(7)]);
    });
    expect(said).toHaveLength(1);
  });

  it.each([null, undefined, new Error('no row 2'), 'row 2'])(
    'is warned of also where one of them is %p',
    async (one) => {
      expect(await saidOf([{ id: 3 }, one, { id: 1 }])).toHaveLength(1);
    },
  );

  it('gets a warning if it answers asynchronously', async () => {
    const rowOf = batch((ids: readonly number[]) => of(rows(...ids).reverse()), { name: 'rowOf' });
    expect(await seenIn(() => all([rowOf(1), rowOf(2)]))).toHaveLength(1);
  });

  it.each<readonly [string, readonly unknown[]]>([
    ['the order is right', rows(1, 2, 3)],
    ['the results are primitives', [3, 1, 2]],
    ['the results are nothing', [null, undefined, null]],
    ['the results are Errors', [3, 1, 2].map((id) => Object.assign(new Error('no'), { id }))],
    ['the results are lists', [[2], [3], [1]]],
    ['no property is a key', rows('a', 'b', 'c')],
    ['only some of them have a key', [{ id: 2 }, { id: 'b' }, { id: 3 }]],
    ['several have the same', rows(2, 2, 3)],
    [
      'another property agrees by place',
      [
        { parent: 3, id: 1 },
        { parent: 1, id: 2 },
        { parent: 2, id: 3 },
      ],
    ],
  ])('is none where %s', async (_, results) => {
    expect(await saidOf(results)).toEqual([]);
  });

  it('gets no warning if it returns a Map', async () => {
    const rowOf = batch((ids: readonly number[]) => new Map([...ids].reverse().map((id) => [id, { id }])));
    expect(await seenIn(() => all([rowOf(1), rowOf(2)]))).toEqual([]);
  });

  it('is checked without calling getters of its results', async () => {
    let reads = 0;
    const results = [2, 1].map((id) => Object.defineProperty({}, 'id', { enumerable: true, get: () => (reads++, id) }));
    const trap = (): never => {
      throw new TypeError('not for you');
    };
    expect(await saidOf(results)).toEqual([]);
    expect(reads).toBe(0);
    expect(await saidOf([{ id: 2 }, new Proxy({}, { ownKeys: trap, getOwnPropertyDescriptor: trap })])).toEqual([]);
  });
});

describe('a batch function that is created for each call', () => {
  const own = (): unknown => batch((keys: readonly string[]) => keys, { name: 'own' });

  it('gets a warning with the call site from the second creation at one place in a task', async () => {
    const page = task(function* page() {
      return yield* batch((keys: readonly string[]) => keys, { name: 'own' })('a');
    });
    expect(await seenIn(() => page())).toEqual([]);
    const said = await seenIn(() => all([page(), page()]));
    expect(said).toEqual([
      expect.stringMatching(/^sluice doctor: batch "own" is created again by each run of task page/),
    ]);
    expect(said[0]).toMatch(HERE);
  });

  it('gets only one warning, even if its task runs again', async () => {
    const page = task(function* page() {
      own();
    });
    expect(await seenIn(() => all([page(), page(), page()]))).toHaveLength(1);
  });

  it('gets one warning from the third creation at one place outside of tasks', () => {
    debug();
    for (const many of [1, 2, 3, 4, 5]) {
      own();
      expect(warnings()).toHaveLength(many < 3 ? 0 : 1);
    }
    expect(warnings()[0]).toContain('batch "own" is created again for each call');
    expect(warnings()[0]).toMatch(HERE);
  });

  it('gets advice on caches for each request', () => {
    debug();
    for (let request = 0; request < 3; request++) own();
    expect(warnings()[0]).toMatch(/keep that one function and handle each request in scheduler\.run\(work\)/);
  });

  it('gets no warning if created once at each of three places', () => {
    debug();
    batch((keys: readonly string[]) => keys);
    batch((keys: readonly string[]) => keys);
    batch((keys: readonly string[]) => keys);
    expect(warnings()).toEqual([]);
  });

  it('gets no warning while debugging is off', async () => {
    await task(function* page() {
      own();
    })();
    expect(warnings()).toEqual([]);
  });
});

describe('the doctor', () => {
  it('repeats a warning after it was turned off and on', () => {
    const page = task(function* page() {
      for (const name of ['own', 'again']) batch((keys: readonly string[]) => keys, { name });
    });
    debug();
    page().block();
    debug(false);
    page().block();
    debug();
    page().block();
    expect(warnings()).toHaveLength(2);
  });

  it('does not disturb the program if console.warn throws', async () => {
    const outer = config.onUnhandledError;
    const isReported = new Promise<unknown>((resolve) => (config.onUnhandledError = resolve));
    jest.spyOn(console, 'warn').mockImplementation(() => {
      throw new Error('no console');
    });
    debug();
    const page = task(function* page() {
      return yield* batch((keys: readonly string[]) => keys)('a');
    });
    expect(await all([page(), page()])).toEqual(['a', 'a']);
    expect(await isReported).toEqual(new Error('no console'));
    config.onUnhandledError = outer;
  });

  it('prints nothing for a correct program', async () => {
    const nameOf = batch((ids: readonly number[]) => ids.map((id) => ({ id, name: `user ${id}` })), { cache: true });
    const greet = task(function* greet(id: number) {
      const { name } = yield* nameOf(id);
      return `Hello ${name}`;
    });
    expect(await seenIn(() => all([1, 2, 3].map((id) => greet(id))))).toEqual([]);
  });
});
