/**
 * Wrong values of every option of `batch` and `batchMap`: a TypeError at the call that names the option, the expected
 * and the actual value.
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

/** The message of the TypeError that a call throws. */
function messageOf(call: () => unknown): string {
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
  it.each(wrongOptions)('%s: %p throws a TypeError', (option, value, mustBe) => {
    const message = messageOf(() => batch(resolve, { name: 'nameOf', [option]: value }));
    expect(message).toContain(
      option === 'name' ? '"resolve": expected `name` to be' : `batch "nameOf": expected \`${option}\` to be`,
    );
    expect(message).toContain(`to be ${mustBe}`);
    expect(message).toMatch(new RegExp(`; got .+ \\(${typeof value}\\)\\.$`));
  });

  it.each(wrongCaches)('%s in %p throws a TypeError', (option, cache, got, mustBe) => {
    const message = messageOf(() => batch(resolve, { name: 'nameOf', cache } as BatchConfig<number>));
    expect(message).toContain(`batch "nameOf": expected \`${option}\` to be ${mustBe}`);
    expect(message).toContain(`(${typeof got}).`);
  });

  it('describes the actual value: strings in quotes, functions and classes by name', () => {
    const got = ['five', function five() {}, new Date(0), [5], { five: 5 }, null].map((window) =>
      messageOf(() => batch(resolve, { window } as unknown as BatchConfig<number>)).replace(/.*; got /, ''),
    );
    expect(got).toEqual([
      '"five" (string).',
      'function five (function).',
      'an instance of Date (object).',
      '[5] (object).',
      '{"five":5} (object).',
      'null (object).',
    ]);
  });

  it('cache: a store together with partitions throws a TypeError', () => {
    const message = messageOf(() => batch(resolve, { name: 'nameOf', partition: (id) => id % 2, cache: new Map() }));
    expect(message).toMatch(
      /^batch "nameOf": expected `cache` to be .*partitions.*; got an instance of Map \(object\)\.$/,
    );
  });

  it.each([
    ['maxAge', { maxAge: 5 }],
    ['TTL', { max: 1, TTL: 5 }],
  ])('cache: the unknown option %s throws a TypeError that suggests ttl', (stray, cache) => {
    const message = messageOf(() => batch(resolve, { name: 'nameOf', cache: cache as object }));
    expect(message).toBe(`batch "nameOf": cache: unknown option "${stray}". Did you mean "ttl"?`);
  });

  it('has its default if it is undefined', () => {
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
  ] satisfies BatchConfig<number>[])('accepts values at the limits of its range: %p', (config) => {
    expect(() => batch(resolve, config)).not.toThrow();
  });

  it.each([null, 5, 'fast', true])('is read from an object: the config %p throws a TypeError', (config) => {
    expect(messageOf(() => batch(resolve, config as unknown as BatchConfig<number>))).toMatch(
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

  it.each(wrongMapOptions)('%s: %p throws a TypeError', (option, value, mustBe) => {
    const message = messageOf(() => batchMap(resolve, { [option]: value }));
    expect(message).toContain(`batchMap: expected \`${option}\` to be ${mustBe}`);
    expect(message).toContain(`(${typeof value}).`);
  });

  it.each([5, 'userId', null, {}])('key: %p for a batch function throws a TypeError', (key) => {
    expect(messageOf(() => batchMap(batch(resolve), { key: key as never }))).toContain(
      'batchMap: expected `key` to be a function that returns the key of a value; got',
    );
  });

  it('that belongs to batch throws the same TypeError as batch', () => {
    expect(messageOf(() => batchMap(resolve, { maxSize: 0 }))).toMatch(/expected `maxSize` to be .*; got 0/);
  });

  it.each([null, 5, 'fast'])('is read from an object: the config %p throws a TypeError', (config) => {
    expect(messageOf(() => batchMap(resolve, config as unknown as BatchMapConfig))).toMatch(
      /expected its config to be an object of options; got/,
    );
  });

  it.each([undefined, null, 5, 'nameOf', {}])('needs a function or resolver before it: %p throws a TypeError', (fn) => {
    expect(messageOf(() => batchMap(fn as never))).toMatch(/to be a function.*; got/);
  });
});
