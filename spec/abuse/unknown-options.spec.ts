/**
 * Every function with options throws a TypeError for an unknown option, and for a config that is not an object of
 * options.
 */
import { EMPTY, NEVER } from 'rxjs';
import * as api from '@opentelemetry/api';
import {
  batch,
  batchMap,
  BatchScheduler,
  debug,
  distinctBy,
  expandBy,
  Limiter,
  limitMap,
  loop,
  pullMap,
  run,
  Scope,
  scoped,
} from 'sluice';
import {
  AsyncTimer,
  byKey,
  dedupe,
  groupByKey,
  lazyConstant,
  memoizeLru,
  memoizePerInstance,
  retryTask,
  sortBy,
} from 'sluice/tools';
import { offload, WorkerPool } from 'sluice/pool';
import { answersAfter, VirtualPool } from 'sluice/testing';
import { recordChromeTrace, openTelemetry, recordTimeline, renderTimeline } from 'sluice/trace';

const resolve = (ids: readonly number[]): number[] => [...ids];
const rate = batch(resolve, { name: 'rate' });
const pool = new WorkerPool({ size: 0 });
const virtual = new VirtualPool({ size: 1 });
const one = (): number => 1;

afterAll(() => pool.close());

/** The beginning of its messages, a call with a config, and a misspelt option, of each function with options. */
const functions: readonly (readonly [string, (config: never) => unknown, string])[] = [
  ['batch "resolve"', (config) => batch(resolve, config), 'maxsize'],
  ['batchMap', (config) => batchMap(resolve, config), 'orderd'],
  ['batchMap', (config) => batchMap(rate, config), 'orderd'],
  ['pullMap', (config) => pullMap([1], () => EMPTY, config), 'preserveOrder'],
  ['distinctBy', (config) => distinctBy(one, config), 'maxSize'],
  ['expandBy', (config) => expandBy(() => EMPTY, config), 'parallelism'],
  ['BatchScheduler', (config) => new BatchScheduler(config), 'polcy'],
  ['loop', (config) => loop(config), 'polcy'],
  ['run', (config) => run([], config), 'returnError'],
  ['run', (config) => loop().run([], config), 'returnError'],
  ['Scope', (config) => new Scope(config), 'exitmode'],
  ['Scope', (config) => scoped(() => NEVER, config), 'timeOut'],
  ['Scope', (config) => new Scope().fork(config), 'sheild'],
  ['Limiter', (config) => new Limiter(config), 'maxwaiting'],
  ['Limiter: adaptive', (config) => new Limiter({ adaptive: config }), 'maxlatency'],
  ['Limiter: perKey', (config) => new Limiter({ perKey: config }), 'concurency'],
  ['Limiter: rate', (config) => new Limiter({ rate: [config] }), 'brust'],
  ['Limiter.run', (config) => new Limiter().run('key', NEVER, config), 'prio'],
  ['Limiter.set', (config) => new Limiter().set(config), 'perkey'],
  ['Limiter.key.set', (config) => new Limiter().key('key').set(config), 'rates'],
  ['limitMap', (config) => limitMap(new Limiter(), String, () => NEVER, config), 'orderd'],
  ['WorkerPool', (config) => new WorkerPool(config), 'maxThreads'],
  ['WorkerPool.task', (config) => pool.task(one, config), 'timeoutMs'],
  ['WorkerPool.close', (config) => pool.close(config), 'forced'],
  ['WorkerPool: resourceLimits', (config) => new WorkerPool({ resourceLimits: config }), 'stackSizeMB_'],
  ['offload', (config) => offload(virtual.task(one), config), 'preserveOrder'],
  ['dedupe', (config) => dedupe(one, config), 'cacheKeyFn'],
  ['memoizeLru', (config) => memoizeLru(one, config), 'maxAge'],
  ['memoizePerInstance', (config) => memoizePerInstance(one, config), 'keys'],
  ['lazyConstant', (config) => lazyConstant(one, config), 'tll'],
  ['byKey', (config) => byKey([], () => 1, config), 'duplicate'],
  ['groupByKey', (config) => groupByKey([], () => 1, config), 'cacheKeyFn'],
  ['retryTask', (config) => retryTask(one, config), 'retries'],
  ['sortBy', (config) => sortBy([], undefined, config), 'reverse'],
  ['AsyncTimer', (config) => new AsyncTimer(config), 'nowMs'],
  ['debug', (config) => debug(config), 'callsites'],
  ['openTelemetry', (config) => openTelemetry(api, config), 'showKey'],
  ['renderTimeline', (config) => renderTimeline([], config), 'titel'],
  ['recordTimeline', (config) => recordTimeline('/dev/null', config), 'titel'],
  ['recordChromeTrace', (config) => recordChromeTrace('/dev/null', config), 'maximum'],
  ['answersAfter', (config) => answersAfter(1, one, config), 'sheduler'],
  ['VirtualPool', (config) => new VirtualPool(config), 'maxQeue'],
  ['VirtualPool.task', (config) => virtual.task(one, config), 'timeoutMs'],
  ['VirtualPool.close', (config) => virtual.close(config), 'forced'],
];

describe.each(functions)('%s', (title, call, misspelt) => {
  it(`refuses the option ${misspelt} with the name that was meant`, () => {
    const message = messageOf(() => call({ [misspelt]: 1 } as never));
    expect(message).toMatch(`${title}: unknown option "${misspelt}". Did you mean "`);
  });

  it('throws a TypeError for an option unlike any other, with a list of all options', () => {
    expect(messageOf(() => call({ ____: 1 } as never))).toMatch(/: unknown option "____"\. The options? (is|are) \w+/);
  });

  it.each([[null], [[]], [new Date(0)], [new Map()], [5]])('throws a TypeError for the config %p', (config) => {
    expect(messageOf(() => call(config as never))).toMatch(/to be .*(object|true)/);
  });
});

describe('the option cache of batch', () => {
  it.each([
    [{ maxAge: 5 }, 'batch "rate": cache: unknown option "maxAge". Did you mean "ttl"?'],
    [{ maxSize: 5 }, 'batch "rate": cache: unknown option "maxSize". Did you mean "max"?'],
    [{ tll: 5, max: 1 }, 'batch "rate": cache: unknown option "tll". Did you mean "ttl"?'],
    [[], 'batch "rate": expected `cache` to be true, { max, ttl }, or a store; got [] (object).'],
    [
      new Date(0),
      'batch "rate": expected `cache` to be true, { max, ttl }, or a store; got an instance of Date (object).',
    ],
    [new Scope(), 'batch "rate": expected `cache` to be true, { max, ttl }, or a store; got Scope "scope" (object).'],
    [new WeakSet(), 'batch "rate": expected `cache.get` to be a method of the store; got undefined (undefined).'],
  ])('%p throws a TypeError', (cache, message) => {
    expect(messageOf(() => batch(resolve, { name: 'rate', cache: cache as never }))).toBe(message);
  });

  it('accepts empty bounds, undefined bounds, and a Map', () => {
    for (const cache of [{}, { max: undefined }, new Map()])
      expect(() => batch(resolve, { cache: cache as never })).not.toThrow();
  });
});

it('batchMap with an option of batch throws a TypeError that names the place of that option', () => {
  expect(messageOf(() => batchMap(rate, { maxSize: 2 } as never))).toBe(
    'batchMap: "maxSize" is an option of a batch function. Give it to batch(), where batch "rate" is made.',
  );
});

it.each(['min', 'max', 'idleTimeout', 'grace', 'init', 'resourceLimits', 'env', 'execArgv'])(
  'VirtualPool refuses %s, since it has no threads',
  (option) => {
    expect(messageOf(() => new VirtualPool({ [option]: 1 }))).toBe(
      `VirtualPool: unknown option "${option}", which configures the threads of a WorkerPool. ` +
        'Remove it: a virtual pool has no threads.',
    );
  },
);

describe.each([
  ['WorkerPool', pool],
  ['VirtualPool', virtual],
])('chain on a job of a %s', (_, taskPool) => {
  const chained = (...args: readonly unknown[]): string => {
    const job = taskPool.do(one);
    job.cancel();
    job.subscribe({ error: () => undefined });
    return messageOf(() => (job as unknown as { chain(...all: readonly unknown[]): unknown }).chain(...args));
  };

  it('refuses an option that does not exist', () => {
    expect(chained({ afterErrors: 'run' }, one)).toBe(
      'chain: unknown option "afterErrors". Did you mean "afterError"?',
    );
  });

  it.each([[[]], [new Date(0)], [new Map()]])('refuses %p as its config', (config) => {
    expect(chained(config, one)).toMatch(/^chain: expected its config to be an object of options; got /);
  });

  it.each([[null], [5]])('refuses %p, which is neither a config nor a function', (first) => {
    expect(chained(first, one)).toMatch(/: expected its function to be a function, or a reference/);
  });
});

function messageOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return (error as TypeError).message;
  }
  return 'accepted';
}
