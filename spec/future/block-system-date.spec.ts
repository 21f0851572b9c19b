/**
 * The time limit of `block(ms)`, `get(ms)` and `wait(ms)` is real time, independent of changes of the system date.
 */
import { AsyncValue, batch, task, TaskTimeoutError, type Future } from 'sluice';

const idOf = batch((ids: readonly number[]) => [...ids]);
const { now: genuineNow } = Date;
const FAR = 10_000;

/** Ends only long after the time limit, so that no spec hangs. */
const endless = task(function* endless() {
  for (const begun = process.hrtime.bigint(); process.hrtime.bigint() - begun < BigInt(FAR) * 1_000_000n;)
    yield* idOf(1);
  return 'not ended by its time';
});

const setBack = (): (() => number) => {
  let reads = 0;
  return () => genuineNow() - (reads++ > 1 ? 1e9 : 0);
};

const dates: readonly (readonly [name: string, date: () => () => number])[] = [
  ['stands still', () => () => 1_000],
  ['is set back', setBack],
  [
    'goes backwards',
    () =>
      (
        (at: number) => () =>
          (at -= 1_000)
      )(1e12),
  ],
  ['is not a number', () => () => NaN],
];

describe.each(dates)('while the system date %s', (_name, date) => {
  beforeEach(() => {
    Date.now = date();
  });

  afterEach(() => {
    Date.now = genuineNow;
  });

  it('block(ms) ends after its time limit', () => {
    expect(() => endless().block(20)).toThrow(TaskTimeoutError);
  });

  it('get(ms) and wait(ms) end after their time limit', () => {
    const value = started(endless());
    expect([value.get(20), value.wait(20)]).toEqual([undefined, false]);
    value.cancel();
  });
});

it('a system date that is set forward does not end a block before its time limit', () => {
  let reads = 0;
  Date.now = () => genuineNow() + reads++ * 1e9;
  try {
    expect(idOf(1).block(FAR)).toBe(1);
    expect(
      task(function* () {
        for (let n = 0; n < 200; n++) yield* idOf(n);
        return 'done';
      })().block(FAR),
    ).toBe('done');
  } finally {
    Date.now = genuineNow;
  }
});

it("jest's fake timers do not stop the time limit of a block", () => {
  jest.useFakeTimers();
  try {
    expect(() => endless().block(20)).toThrow(TaskTimeoutError);
  } finally {
    jest.useRealTimers();
  }
});

function started<T>(future: Future<T>): AsyncValue<T> {
  const value = future.start();
  expect(value).toBeInstanceOf(AsyncValue);
  return value;
}
