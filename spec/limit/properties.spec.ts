/**
 * Random programs on virtual time, judged by an independent oracle: at every moment the limiter is within its bounds, no
 * call passes another of its key, each starts as early as it may, and each has one outcome. Planted bugs show that the
 * oracle finds each kind of mistake.
 */
import { BoundsInUse } from '../../src/limit/bounds-in-use';
import { DebtRate } from '../../src/limit/debt-rate';
import { IndexedHeap, type HeapItem } from '../../src/core/indexed-heap';
import { LimitedKeys } from '../../src/limit/limited-keys';
import { RateSet } from '../../src/limit/rate-set';
import { WindowRate } from '../../src/limit/window-rate';
import { violationsIn } from './oracle';
import { runProgram } from './random-program';

const seeds = Array.from({ length: 16 }, (_, index) => index + 1);

/** Programs that show the bug, of the first ones. */
const seedsForBugs = seeds.slice(0, 4);

describe('a limiter under random calls, costs, failures, cancellations, pauses and changes', () => {
  it('is within its bounds, passes no call over, starts each as early as it may, and gives each one outcome', () => {
    const logs = seeds.map((seed) => ({ seed, log: runProgram(seed) }));
    const violations = logs.flatMap(({ seed, log }) =>
      violationsIn(log).map((violation) => `program ${String(seed)}, ${violation}`),
    );
    expect(violations.slice(0, 5)).toEqual([]);
    const calls = logs.flatMap(({ log }) => log.calls);
    // The programs do what they are made for.
    expect(calls.length).toBeGreaterThan(2_000);
    for (const outcome of ['value', 'error', 'cancelled']) {
      expect(calls.filter(({ outcomes }) => outcomes[0] === outcome).length).toBeGreaterThan(calls.length / 50);
    }
    expect(calls.filter(({ calledAt, startedAt = 0 }) => startedAt > calledAt).length).toBeGreaterThan(
      calls.length / 3,
    );
  });
});

describe('the oracle finds a limiter that', () => {
  it('charges 10 % too little', () =>
    expectViolation(/starts against the rate/, DebtRate.prototype, 'charge', (charge) => (cost, now) => {
      charge(cost * 0.9, now);
    }));

  it('forgets what is charged when a rate changes', () =>
    expectViolation(/starts against the rate/, RateSet.prototype, 'configure', (configure) => (options, now) => {
      configure([], now);
      configure(options, now);
    }));

  it('lets one more call into a window', () =>
    expectViolation(
      /starts against the rate .*"window":true/,
      WindowRate.prototype,
      'delayFor',
      (delayFor) => (cost, now) => delayFor(cost - 1, now),
    ));

  it('runs one call too many', () =>
    expectViolation(
      /starts against a concurrency/,
      BoundsInUse.prototype,
      'hasSlotsFor',
      (_, bounds) => () => bounds.slotsInUse <= bounds.concurrency,
    ));

  it('does not keep a pause', () =>
    expectViolation(
      /starts against a pause/,
      BoundsInUse.prototype,
      'delayFor',
      (_, bounds) => (run, now) => (bounds.hasSlotsFor(run) ? bounds.rateDelay(run, now) : Infinity),
    ));

  it('lets a call pass another one of its key', () =>
    expectViolation(/passes call/, IndexedHeap.prototype as IndexedHeap<HeapItem>, 'shift', (_, heap) => () => {
      const last = [...heap].at(-1);
      if (last) heap.remove(last);
      return last;
    }));

  it('starts calls later than it might', () =>
    expectViolation(/could have started/, BoundsInUse.prototype, 'rateDelay', (rateDelay) => (run, now) => {
      const delay = rateDelay(run, now);
      return delay > 0 ? delay + 20 : 0;
    }));

  it('does not wake a sleeping key', () =>
    expectViolation(/could have started|are left/, LimitedKeys.prototype, 'wakeDue', () => () => undefined));
});

type Method<T, Name extends keyof T> = T[Name] extends (...args: infer A) => infer R ? (...args: A) => R : never;

/** Runs programs with a method replaced by a wrong one, and expects that the oracle says what is wrong. */
function expectViolation<T extends object, Name extends keyof T>(
  violation: RegExp,
  prototype: T,
  name: Name,
  makeWrong: (right: Method<T, Name>, self: T) => Method<T, Name>,
): void {
  const right = prototype[name] as unknown as (...args: unknown[]) => unknown;
  prototype[name] = function (this: T, ...args: unknown[]) {
    const wrong = makeWrong(((...own: unknown[]) => right.apply(this, own)) as unknown as Method<T, Name>, this);
    return (wrong as unknown as (...own: unknown[]) => unknown)(...args);
  } as T[Name];
  try {
    const violations = seedsForBugs.flatMap((seed) => violationsIn(runProgram(seed)));
    expect(violations.filter((found) => violation.test(found)).length).toBeGreaterThan(0);
  } finally {
    prototype[name] = right as unknown as T[Name];
  }
}
