/**
 * A BatchScheduler with options that make no sense, and policies that misbehave: nobody is left waiting.
 */
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

  it.each([null, 5, 'fast'])('is looked for in an object: the config %p is refused', (config) => {
    const construct = (): unknown => new BatchScheduler(config as unknown as BatchSchedulerConfig);
    expect(construct).toThrow(TypeError);
    expect(construct).toThrow(/expected its config to be an object of options; got/);
  });
});

describe('a policy', () => {
  const reported: unknown[] = [];
  beforeEach(() => {
    reported.length = 0;
    rxConfig.onUnhandledError = (error: unknown) => void reported.push(error);
  });
  afterEach(() => {
    rxConfig.onUnhandledError = null;
  });

  /** Two functions on a scheduler of this policy, asked once each: what came. */
  function valuesUnder(policy: FlushPolicy): unknown[] {
    const scheduler = new BatchScheduler({ policy });
    let heard: ReturnType<typeof listen<string[]>> | undefined;
    runVirtual(({ flush }) => {
      const [one, other] = [batch(recorder().resolve, { scheduler }), batch(recorder().resolve, { scheduler })];
      heard = listen(all([one(1), other(2)]));
      flush();
    });
    return [...(heard?.values ?? [])];
  }

  const served = [['user 1', 'user 2']];

  it('that throws is reported, and everything flushes', () => {
    const error = new Error('no idea');
    const policy = (): never => {
      throw error;
    };
    expect(valuesUnder(policy)).toEqual(served);
    expect(reported).toContain(error);
  });

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['a number', 7],
  ])('that answers %s leaves nobody waiting', (_name, answer) => {
    expect(valuesUnder(() => answer as never)).toEqual(served);
  });

  it('that answers a batch twice flushes it once', () => {
    expect(valuesUnder((open) => [...open, ...open])).toEqual(served);
  });

  it('that answers with batches it was not offered does not go round for ever', () => {
    let calls = 0;
    const copying: FlushPolicy = (open) => {
      if (++calls > 50) throw new Error('asked for ever');
      return open.map((one) => ({ ...one, name: one.name }));
    };
    expect(valuesUnder(copying)).toEqual(served);
    expect(calls).toBeLessThan(50);
  });

  it('that answers with nothing for ever leaves nobody waiting', () => {
    expect(valuesUnder(() => [])).toEqual(served);
  });

  it('may be the same for two schedulers', () => {
    expect([valuesUnder(largestFirst), valuesUnder(largestFirst)]).toEqual([served, served]);
  });
});
