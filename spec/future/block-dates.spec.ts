/**
 * The time of `block(ms)`, `get(ms)` and `wait(ms)` is real time, whatever the date does meanwhile.
 */
import { AsyncValue, batch, task, TaskTimeoutError, type Future } from 'sluice';

const idOf = batch((ids: readonly number[]) => [...ids]);
const { now: genuineNow } = Date;
const FAR = 10_000;

/** Never ends by itself; gives up long after its time, so that no spec hangs. */
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
  ['is no number', () => () => NaN],
];

describe.each(dates)('while the date %s', (_name, date) => {
  beforeEach(() => {
    Date.now = date();
  });

  afterEach(() => {
    Date.now = genuineNow;
  });

  it('block(ms) ends by its time', () => {
    expect(() => endless().block(20)).toThrow(TaskTimeoutError);
  });

  it('get(ms) and wait(ms) end by their time', () => {
    const value = started(endless());
    expect([value.get(20), value.wait(20)]).toEqual([undefined, false]);
    value.cancel();
  });
});

it('a date that is set forward ends no block before its time', () => {
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

it("jest's fake timers do not stop the time of a block", () => {
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
