/**
 * The doctor: what he warns of, once for each place, while debugging is on.
 */
import { config, lastValueFrom, of, timer } from 'rxjs';
import { all, batch, debug, emit, allSettled, stream, task, type Future } from 'sluice';
import { retryTask } from 'sluice/tools';

let warn: jest.SpyInstance<void, [string]>;

beforeEach(() => {
  warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined) as typeof warn;
});

afterEach(() => {
  debug(false);
  warn.mockRestore();
});

const warnings = (): string[] => warn.mock.calls.map(([text]) => text);

const HERE = /doctor\.spec\.ts:\d+:\d+/;

/** Runs it with the doctor, and gives what he said. */
async function seenIn(work: () => PromiseLike<unknown>): Promise<string[]> {
  debug();
  await work();
  return warnings();
}

describe('block inside a task', () => {
  it('is warned of, with its place while debugging is on', () => {
    const blocks = task(function* blocks() {
      return task(() => 1)().block();
    });
    debug();
    blocks().block();
    expect(warnings()).toEqual([expect.stringMatching(/^sluice: block\(\) inside task "blocks"/)]);
    expect(warnings()[0]).toMatch(HERE);
  });

  it('is warned of without its place while it is off, once for each task', () => {
    const blocks = task(function* blocks() {
      return task(() => 1)().block();
    });
    blocks().block();
    blocks().block();
    expect(warnings()).toHaveLength(1);
    expect(warnings()[0]).not.toMatch(HERE);
  });
});

describe('a loop that waits for one at a time', () => {
  const lengthOf = batch((words: readonly string[]) => words.map((word) => word.length), { name: 'lengthOf' });
  const words = ['a', 'b', 'c', 'd', 'e'];
  const lengths = task(function* lengths(list: readonly string[]) {
    for (const word of list) yield* lengthOf(word);
  });

  it('of a batch function is warned of, with its place', async () => {
    const said = await seenIn(() => lengths(words));
    expect(said).toEqual([
      expect.stringMatching(/^sluice doctor: task lengths waits in a loop for batch "lengthOf", one call at a time/),
    ]);
    expect(said[0]).toMatch(HERE);
    expect(said[0]).toContain('yield* all(list.map(load))');
  });

  it('is one from the third time on', async () => {
    expect(await seenIn(() => lengths(['a', 'b']))).toEqual([]);
    expect(await seenIn(() => lengths(['a', 'b', 'c']))).toHaveLength(1);
  });

  it('is warned of once, however often it runs', async () => {
    expect(await seenIn(() => all([lengths(words), lengths(words), lengths(words)]))).toHaveLength(1);
  });

  it('of a task is warned of', async () => {
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

  it('is warned of where each is yielded bare', async () => {
    const bare = task(function* bare() {
      for (const word of words) yield lengthOf(word);
    });
    expect(await seenIn(() => bare())).toHaveLength(1);
  });

  it('is warned of again at another place', async () => {
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

  it('is none where many are yielded at once', async () => {
    const many = task(function* many() {
      yield words.map((word) => lengthOf(word));
    });
    expect(await seenIn(() => many())).toEqual([]);
  });

  it('is none where each is started first', async () => {
    const many = task(function* many() {
      const started = words.map((word) => lengthOf(word).start());
      for (const one of started) yield* one;
    });
    expect(await seenIn(() => many())).toEqual([]);
  });

  it('is none where another place comes between: two things in turn', async () => {
    const inTurn = task(function* inTurn() {
      for (const word of words) {
        yield* lengthOf(word);
        yield* lengthOf(`${word} again`);
      }
    });
    expect(await seenIn(() => inTurn())).toEqual([]);
  });

  it('is none where the same is asked for again: it may have changed', async () => {
    const poll = task(function* poll() {
      for (let times = 0; times < 5; times++) yield* lengthOf('a');
    });
    const list = ['a'];
    const again = task(function* again() {
      for (let times = 0; times < 5; times++) yield* lengths(list);
    });
    expect(await seenIn(() => all([poll(), again()]))).toEqual([]);
  });

  it('is none where a tool of the library tries again', async () => {
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

  it('is none in a stream, which goes on as far as it is asked to', async () => {
    const listing = stream(function* listing() {
      for (const word of words) yield* emit(yield* lengthOf(word));
    });
    expect(await seenIn(() => lastValueFrom(listing))).toEqual([]);
  });

  it('is none where many tasks ask once each at the same place', async () => {
    const once = task(function* once(word: string) {
      return yield* lengthOf(word);
    });
    expect(await seenIn(() => all(words.map((word) => once(word))))).toEqual([]);
  });

  it('is none with debugging off', async () => {
    await lengths(words);
    expect(warnings()).toEqual([]);
  });

  it('is none without the doctor', async () => {
    debug({ doctor: false });
    await lengths(words);
    expect(warnings()).toEqual([]);
  });

  it('is not warned of any more when debugging has been turned off midway', async () => {
    debug();
    const running = lengths(words).start();
    debug(false);
    await running;
    expect(warnings()).toEqual([]);
  });
});

describe('a resolver that answers in another order', () => {
  interface Row {
    readonly id?: unknown;
    readonly [name: string]: unknown;
  }
  /** What he says of a resolver that gives these for the keys 1, 2, 3 and so on. */
  const saidOf = (results: readonly unknown[]): Promise<string[]> => {
    const rowOf = batch<number, Row>(() => [...results] as Row[], { name: 'rowOf' });
    return seenIn(() => allSettled(results.map((_, index) => rowOf(index + 1))));
  };
  const rows = (...ids: unknown[]): Row[] => ids.map((id) => ({ id, name: `row ${String(id)}` }));

  it('is warned of, with a key and what it got', async () => {
    expect(await saidOf(rows(3, 1, 2))).toEqual([
      expect.stringMatching(
        /^sluice doctor: the resolver of batch "rowOf" returned its results in another order than its keys,\n.*\nKey 1 got the result whose id is 3\. Return the results in the order of the keys, or as a Map\.$/,
      ),
    ]);
  });

  it('is warned of with the place of who asked, also where keys are numbers and results have texts', async () => {
    const rowOf = batch((ids: readonly number[]) => [...ids].sort((a, b) => a - b).map((id) => ({ id: String(id) })), {
      name: 'rowOf',
    });
    const said = await seenIn(() => rowOf.many([3, 1, 2]));
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(HERE);
    expect(said[0]).toContain('Key 3 got the result whose id is "1".');
  });

  it('is warned of once, whatever the keys of later flushes are', async () => {
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

  it('is warned of where it answers later', async () => {
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

  it('is none where it gives a Map', async () => {
    const rowOf = batch((ids: readonly number[]) => new Map([...ids].reverse().map((id) => [id, { id }])));
    expect(await seenIn(() => all([rowOf(1), rowOf(2)]))).toEqual([]);
  });

  it('runs no getter of theirs, and falls over none', async () => {
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

describe('a batch function for each call', () => {
  const own = (): unknown => batch((keys: readonly string[]) => keys, { name: 'own' });

  it('in a task is warned of from the second at one place on, with its place', async () => {
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

  it('in a task is warned of once, however often it runs', async () => {
    const page = task(function* page() {
      own();
    });
    expect(await seenIn(() => all([page(), page(), page()]))).toHaveLength(1);
  });

  it('outside of tasks is warned of from the third at one place on, once', () => {
    debug();
    for (const many of [1, 2, 3, 4, 5]) {
      own();
      expect(warnings()).toHaveLength(many < 3 ? 0 : 1);
    }
    expect(warnings()[0]).toContain('batch "own" is created again for each call');
    expect(warnings()[0]).toMatch(HERE);
  });

  it('is told of the better form for requests', () => {
    debug();
    for (let request = 0; request < 3; request++) own();
    expect(warnings()[0]).toMatch(/keep that one function and handle each request in scheduler\.run\(work\)/);
  });

  it('is none at three places', () => {
    debug();
    batch((keys: readonly string[]) => keys);
    batch((keys: readonly string[]) => keys);
    batch((keys: readonly string[]) => keys);
    expect(warnings()).toEqual([]);
  });

  it('is none with debugging off', async () => {
    await task(function* page() {
      own();
    })();
    expect(warnings()).toEqual([]);
  });
});

describe('the doctor', () => {
  it('says it again when he has been away', () => {
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

  it('harms nothing where he cannot say it', async () => {
    const outer = config.onUnhandledError;
    const isReported = new Promise<unknown>((resolve) => (config.onUnhandledError = resolve));
    warn.mockImplementation(() => {
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

  it('says nothing of what is well', async () => {
    const nameOf = batch((ids: readonly number[]) => ids.map((id) => ({ id, name: `user ${id}` })), { cache: true });
    const greet = task(function* greet(id: number) {
      const { name } = yield* nameOf(id);
      return `Hello ${name}`;
    });
    expect(await seenIn(() => all([1, 2, 3].map((id) => greet(id))))).toEqual([]);
  });
});
