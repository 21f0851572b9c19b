/**
 * The library uses no native promise between two Observables: a program without promises runs on virtual time, and
 * `block` runs it without the event loop.
 */
import { createHook } from 'node:async_hooks';
import { concatMap, delay, firstValueFrom, from, map, mergeMap, of, timer, toArray } from 'rxjs';
import { all, batch, batchMap, flushAll, Future, largestFirst, allSettled, task } from 'sluice';
import { testScheduler, virtualScheduler } from '../support/virtual-time';

/** Counts the promises, microtasks and ticks that `work` makes: everything that needs the microtask queue. */
function microtasksOf(work: () => void): number {
  let count = 0;
  const kinds = ['PROMISE', 'Microtask', 'TickObject'];
  const hook = createHook({
    init: (_id, kind) => {
      if (kinds.includes(kind)) count++;
    },
  });
  hook.enable();
  try {
    work();
  } finally {
    hook.disable();
  }
  return count;
}

const upper = (keys: readonly string[]): string[] => keys.map((key) => key.toUpperCase());

/** A program with all kinds of waits, whose value is 'AB', 'C', …; its flights take `flightTakes`. */
function program(flightTakes: number) {
  const resolve = (keys: readonly string[]) =>
    flightTakes === 0 ? upper(keys) : of(upper(keys)).pipe(delay(flightTakes));
  const [one, other] = [batch(resolve), batch(resolve, { cache: true, maxSize: 2 })];
  const pair = task(function* (key: string) {
    const first = yield* one(key);
    return first + (yield* other(`${key}!`));
  });
  return task(function* () {
    const shape = yield* all({ many: [pair('a'), pair('b')], single: other('c') });
    const piped = yield* Future.from(of('d', 'e').pipe(batchMap(one, { ordered: true }), toArray()));
    const results = yield* allSettled([Future.defer(() => one('f')), Future.fail(new Error('no'))]);
    return { ...shape, piped, results: results.map(({ status }) => status) };
  })();
}

const RESULT = {
  many: ['AA!', 'BB!'],
  single: 'C',
  piped: ['D', 'E'],
  results: ['fulfilled', 'rejected'],
};

describe('the counter of microtasks', () => {
  it('counts a promise, a microtask and a tick', () => {
    expect(microtasksOf(() => void Promise.resolve())).toBeGreaterThan(0);
    expect(microtasksOf(() => void (async () => Promise.resolve())())).toBeGreaterThan(0);
    expect(microtasksOf(() => queueMicrotask(() => undefined))).toBeGreaterThan(0);
    expect(microtasksOf(() => process.nextTick(() => undefined))).toBeGreaterThan(0);
    expect(microtasksOf(() => void firstValueFrom(timer(0)))).toBeGreaterThan(0);
    expect(microtasksOf(() => undefined)).toBe(0);
  });
});

describe('on virtual time', () => {
  it.each([
    ['synchronous resolvers', 0],
    ['resolvers that return Observables', 5],
  ])('a program with %s ends within TestScheduler.run', (_name, flightTakes) => {
    const results: unknown[] = [];
    testScheduler().run(() => void program(flightTakes).subscribe((result) => results.push(result)));
    expect(results).toEqual([RESULT]);
  });

  it.each([
    ['synchronous resolvers', 0],
    ['resolvers that return Observables', 5],
  ])('a program with %s makes no promise and no microtask', (_name, flightTakes) => {
    const results: unknown[] = [];
    const count = microtasksOf(() =>
      testScheduler().run(() => void program(flightTakes).subscribe((result) => results.push(result))),
    );
    expect(results).toEqual([RESULT]);
    expect(count).toBe(0);
  });

  it.each([
    ['a window', { window: 5 }],
    ['a hold', { hold: 5 }],
    ['a bound', { concurrency: 1, maxSize: 1 }],
  ])('%s makes no promise and no microtask', (_name, config) => {
    const results: string[] = [];
    const count = microtasksOf(() =>
      testScheduler().run(() => {
        const ask = batch((keys: readonly string[]) => of(upper(keys)).pipe(delay(3)), config);
        from(['a', 'b', 'c'])
          .pipe(
            concatMap((key) => timer(2).pipe(map(() => key))),
            mergeMap(ask),
          )
          .subscribe((value) => results.push(value));
      }),
    );
    expect(results).toEqual(['A', 'B', 'C']);
    expect(count).toBe(0);
  });
});

describe('block', () => {
  // Microtasks of an earlier spec must neither be counted nor replace those of this one.
  beforeEach(() => new Promise((resolve) => setImmediate(resolve)));

  it('runs a program to its end before an earlier queued microtask', async () => {
    const order: unknown[] = [];
    const queued = Promise.resolve().then(() => order.push('microtask'));
    order.push(program(0).block());
    await queued;
    expect(order).toEqual([RESULT, 'microtask']);
  });

  it('makes as many promises, microtasks and ticks for 100 keys as for one', async () => {
    const ask = batch(upper);
    const countFor = (keys: readonly string[]) => microtasksOf(() => void ask.many(keys).block());
    const forOne = countFor(['a']);
    await new Promise((resolve) => setImmediate(resolve));
    const forMany = countFor(Array.from({ length: 100 }, (_, index) => String(index)));
    expect(forMany).toBe(forOne);
  });

  it.each([
    ['flushes all', flushAll],
    ['flushes the largest first', largestFirst],
  ])('makes no promise on a scheduler that %s, and does not use its clock', (_name, policy) => {
    const { clock, scheduler } = virtualScheduler({ policy });
    const results: unknown[] = [];
    const count = microtasksOf(() => {
      scheduler.schedule(() => results.push(program(0).block()));
      scheduler.flush();
    });
    expect(results).toEqual([RESULT]);
    expect(count).toBe(0);
    expect(clock.frame).toBe(0);
  });
});
