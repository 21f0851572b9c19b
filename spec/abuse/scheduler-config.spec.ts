/** Wrong options of a BatchScheduler, and flush policies that throw or return wrong values: all batches are flushed. */
import { config as rxConfig } from 'rxjs';
import { all, batch, BatchScheduler, largestFirst, type BatchSchedulerConfig, type FlushPolicy } from 'sluice';
import { listen, recorder, runVirtual } from '../batch/virtual-run';

describe('an option of BatchScheduler', () => {
  it.each([
    ['clock', 5, 'an RxJS scheduler'],
    ['clock', null, 'an RxJS scheduler'],
    ['clock', {}, 'an RxJS scheduler'],
    ['clock', { schedule: 'soon' }, 'an RxJS scheduler'],
    ['policy', 'largestFirst', 'a function'],
    ['policy', null, 'a function'],
    ['name', 5, 'a string'],
    ['name', null, 'a string'],
  ])('%s: %p is refused', (option, value, mustBe) => {
    const construct = (): unknown => new BatchScheduler({ [option]: value });
    expect(construct).toThrow(TypeError);
    expect(construct).toThrow(`BatchScheduler: expected \`${option}\` to be ${mustBe}`);
    expect(construct).toThrow(`(${typeof value}).`);
  });

  it.each([null, 5, 'fast'])('is read from an object: the config %p throws a TypeError', (config) => {
    const construct = (): unknown => new BatchScheduler(config as unknown as BatchSchedulerConfig);
    expect(construct).toThrow(TypeError);
    expect(construct).toThrow(/expected its config to be an object of options; got/);
  });
});

describe('a flush policy', () => {
  const reported: unknown[] = [];
  beforeEach(() => {
    reported.length = 0;
    rxConfig.onUnhandledError = (error: unknown) => void reported.push(error);
  });
  afterEach(() => {
    rxConfig.onUnhandledError = null;
  });

  /** The values of two keys, loaded from two batch functions on a scheduler with `policy`. */
  function valuesUnder(policy: FlushPolicy): unknown[] {
    const scheduler = new BatchScheduler({ policy });
    let recording: ReturnType<typeof listen<string[]>> | undefined;
    runVirtual(({ flush }) => {
      const [one, other] = [batch(recorder().resolve, { scheduler }), batch(recorder().resolve, { scheduler })];
      recording = listen(all([one(1), other(2)]));
      flush();
    });
    return [...(recording?.values ?? [])];
  }

  const allLoaded = [['user 1', 'user 2']];

  it('that throws is reported, and all batches are flushed', () => {
    const error = new Error('policy');
    const policy = (): never => {
      throw error;
    };
    expect(valuesUnder(policy)).toEqual(allLoaded);
    expect(reported).toContain(error);
  });

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['a number', 7],
  ])('that returns %s does not prevent a flush', (_name, answer) => {
    expect(valuesUnder(() => answer as never)).toEqual(allLoaded);
  });

  it('that returns a batch twice flushes it once', () => {
    expect(valuesUnder((open) => [...open, ...open])).toEqual(allLoaded);
  });

  it('that returns batches it did not receive ends after a few calls', () => {
    let calls = 0;
    const copying: FlushPolicy = (open) => {
      if (++calls > 50) throw new Error('called more than 50 times');
      return open.map((one) => ({ ...one, name: one.name }));
    };
    expect(valuesUnder(copying)).toEqual(allLoaded);
    expect(calls).toBeLessThan(50);
  });

  it('that always returns no batch does not prevent a flush', () => {
    expect(valuesUnder(() => [])).toEqual(allLoaded);
  });

  it('may be shared by two schedulers', () => {
    expect([valuesUnder(largestFirst), valuesUnder(largestFirst)]).toEqual([allLoaded, allLoaded]);
  });
});
