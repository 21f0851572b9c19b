/**
 * Every option of `batch` and `batchMap` with values that make no sense: a TypeError at the call, in one sentence form,
 * which names the option, what it must be, and what came.
 */
import { asyncScheduler } from 'rxjs';
import { batch, batchMap, type BatchConfig, type BatchMapConfig } from 'sluice';

const resolve = (ids: readonly number[]): number[] => [...ids];

const misuse = (option: string, bad: readonly unknown[], mustBe: string): (readonly [string, unknown, string])[] =>
  bad.map((value) => [option, value, mustBe]);

const delay = 'a number of ms from 0 to 2147483647';
const count = 'a whole number, 1 or more';

const wrongOptions = [
  ...misuse('name', [5, null, {}, Symbol('name')], 'a string'),
  ...misuse('key', ['id', null, 5, {}], 'a function that returns the identity of a key'),
  ...misuse('window', [-1, NaN, Infinity, 2 ** 31, '5', null, 5n, new Date(0)], delay),
  ...misuse('hold', [-1, NaN, Infinity, 2 ** 31, '5', null, 5n], delay),
  ...misuse('maxSize', [0, -1, 1.5, NaN, -Infinity, '5', null, 5n], count),
  ...misuse('concurrency', [0, -1, 1.5, NaN, -Infinity, '5', null, 5n], count),
  ...misuse('priority', [NaN, '5', null, {}], 'a number, or a function'),
  ...misuse('partition', ['tenant', null, 5, {}], 'a function that returns the partition of a key'),
  ...misuse('partitionConcurrency', [0, -1, 1.5, NaN, '5', null], count),
  ...misuse(
    'cache',
    ['yes', 1, null, () => true, [], [1], new Date(0), new Set([1]).values(), Promise.resolve()],
    'true, { max, ttl }, or a store',
  ),
  ...misuse('scheduler', [asyncScheduler, 'main', null, {}], 'a BatchScheduler'),
];

const wrongCaches = [
  ...[0, -1, 1.5, NaN, Infinity, '5', null].map((max) => ['cache.max', { max }, max, count] as const),
  ...[0, -1, 1.5, NaN, Infinity, '5', null].map(
    (ttl) => ['cache.ttl', { ttl }, ttl, 'a whole number of ms, 1 or more'] as const,
  ),
  ['cache.has', { get: () => undefined }, undefined, 'a method of the store'],
  [
    'cache.set',
    { has: () => false, get: () => undefined, delete: () => false, clear: () => undefined },
    undefined,
    'a method of the store',
  ],
  ['cache.get', { has: () => false, get: 'it' }, 'it', 'a method of the store'],
] as const;

/** The message of what it throws, which must be a TypeError and not one of the engine's. */
function complaintOf(call: () => unknown): string {
  let thrown: unknown;
  try {
    call();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(TypeError);
  return (thrown as TypeError).message;
}

describe('an option of batch', () => {
  it.each(wrongOptions)('%s: %p is refused', (option, value, mustBe) => {
    const message = complaintOf(() => batch(resolve, { name: 'nameOf', [option]: value }));
    expect(message).toContain(
      option === 'name' ? '"resolve": expected `name` to be' : `batch "nameOf": expected \`${option}\` to be`,
    );
    expect(message).toContain(`to be ${mustBe}`);
    expect(message).toMatch(new RegExp(`; got .+ \\(${typeof value}\\)\\.$`));
  });

  it.each(wrongCaches)('%s in %p is refused', (option, cache, got, mustBe) => {
    const message = complaintOf(() => batch(resolve, { name: 'nameOf', cache } as BatchConfig<number>));
    expect(message).toContain(`batch "nameOf": expected \`${option}\` to be ${mustBe}`);
    expect(message).toContain(`(${typeof got}).`);
  });

  it('says what came in its own words: text in quotes, functions and classes by name', () => {
    const came = ['five', function five() {}, new Date(0), [5], { five: 5 }, null].map((window) =>
      complaintOf(() => batch(resolve, { window } as unknown as BatchConfig<number>)).replace(/.*; got /, ''),
    );
    expect(came).toEqual([
      '"five" (string).',
      'function five (function).',
      'an instance of Date (object).',
      '[5] (object).',
      '{"five":5} (object).',
      'null (object).',
    ]);
  });

  it('cache: a store is refused where there are partitions, whose values it could not keep apart', () => {
    const message = complaintOf(() => batch(resolve, { name: 'nameOf', partition: (id) => id % 2, cache: new Map() }));
    expect(message).toMatch(
      /^batch "nameOf": expected `cache` to be .*partitions.*; got an instance of Map \(object\)\.$/,
    );
  });

  it.each([
    ['maxAge', { maxAge: 5 }],
    ['TTL', { max: 1, TTL: 5 }],
  ])('cache: an option that it does not have is named: %s', (stray, cache) => {
    const message = complaintOf(() => batch(resolve, { name: 'nameOf', cache: cache as object }));
    expect(message).toBe(`batch "nameOf": cache: unknown option "${stray}". Did you mean "ttl"?`);
  });

  it('left undefined is its default', () => {
    const options = [
      'name',
      'key',
      'window',
      'hold',
      'maxSize',
      'concurrency',
      'partitionConcurrency',
      'priority',
      'partition',
      'cache',
      'scheduler',
    ];
    const config = Object.fromEntries(options.map((option) => [option, undefined]));
    expect(() => batch(resolve, config as BatchConfig<number>)).not.toThrow();
  });

  it.each([
    { window: 0 },
    { window: 2 ** 31 - 1 },
    { hold: 0.5 },
    { maxSize: 1 },
    { maxSize: Infinity },
    { concurrency: 1 },
    { priority: -Infinity },
    { priority: () => NaN },
    { cache: false },
    { cache: {} },
    { cache: { max: 1, ttl: 1 } },
    { cache: new Map() },
  ] satisfies BatchConfig<number>[])('at the edge of its range is taken: %p', (config) => {
    expect(() => batch(resolve, config)).not.toThrow();
  });

  it.each([null, 5, 'fast', true])('is looked for in an object: the config %p is refused', (config) => {
    expect(complaintOf(() => batch(resolve, config as unknown as BatchConfig<number>))).toMatch(
      /expected its config to be an object of options; got/,
    );
  });
});

describe('an option of batchMap', () => {
  const wrongMapOptions = [
    ...misuse('ordered', ['yes', 1, null], 'true or false'),
    ...misuse('concurrency', [0, -1, 1.5, NaN, '5', null], count),
    ...misuse('result', [5, 'user', null, {}], 'a function of a value and the result of its key'),
  ];

  it.each(wrongMapOptions)('%s: %p is refused', (option, value, mustBe) => {
    const message = complaintOf(() => batchMap(resolve, { [option]: value }));
    expect(message).toContain(`batchMap: expected \`${option}\` to be ${mustBe}`);
    expect(message).toContain(`(${typeof value}).`);
  });

  it.each([5, 'userId', null, {}])('key: %p for a batch function is refused', (key) => {
    expect(complaintOf(() => batchMap(batch(resolve), { key: key as never }))).toContain(
      'batchMap: expected `key` to be a function that returns the key of a value; got',
    );
  });

  it('that belongs to batch is refused as batch refuses it', () => {
    expect(complaintOf(() => batchMap(resolve, { maxSize: 0 }))).toMatch(/expected `maxSize` to be .*; got 0/);
  });

  it.each([null, 5, 'fast'])('is looked for in an object: the config %p is refused', (config) => {
    expect(complaintOf(() => batchMap(resolve, config as unknown as BatchMapConfig))).toMatch(
      /expected its config to be an object of options; got/,
    );
  });

  it.each([undefined, null, 5, 'nameOf', {}])('is of no use without a function: %p in its place is refused', (fn) => {
    expect(complaintOf(() => batchMap(fn as never))).toMatch(/to be a function.*; got/);
  });
});
