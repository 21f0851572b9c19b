/**
 * Quiescence comes after the whole microtask queue, and on virtual time in the current frame.
 */
import { map, mergeMap, of, scheduled, timer, type Observable, type SchedulerLike } from 'rxjs';
import { batch, BatchScheduler, batchScheduler, type BatchFunction } from 'sluice';
import { nextTurn } from '../support/recording-observer';
import { testScheduler } from '../support/virtual-time';

/** A batch function with a synchronous resolver, and the keys of each of its flushes. */
function recorded(): { readonly ask: BatchFunction<string, string>; readonly flushes: string[][] } {
  const flushes: string[][] = [];
  return { ask: batch((keys: readonly string[]) => (flushes.push([...keys]), [...keys])), flushes };
}

async function after(microtasks: number): Promise<void> {
  for (let left = microtasks; left > 0; left--) await Promise.resolve();
}

describe('quiescence on real time', () => {
  it('never comes in the turn of the request', () => {
    const { ask, flushes } = recorded();
    ask('a').subscribe();
    expect(flushes).toEqual([]);
  });

  it('comes after the whole microtask queue, so that async callers at any depth share a flush', async () => {
    const { ask, flushes } = recorded();
    const at = async (depth: number): Promise<string> => {
      await after(depth);
      return ask(`depth ${depth}`);
    };
    await Promise.all([at(0), at(1), at(7), at(50)]);
    expect(flushes).toEqual([['depth 0', 'depth 1', 'depth 7', 'depth 50']]);
  });

  it('comes before the next turn of the event loop', async () => {
    const { ask, flushes } = recorded();
    ask('first turn').subscribe();
    await nextTurn();
    ask('second turn').subscribe();
    await nextTurn();
    expect(flushes).toEqual([['first turn'], ['second turn']]);
  });

  it('comes again for keys requested by tasks that a flush resumed, after their microtasks', async () => {
    const { ask, flushes } = recorded();
    const chain = async (name: string, depth: number): Promise<string> => {
      await ask(`${name} first`);
      await after(depth);
      return ask(`${name} second`);
    };
    await Promise.all([chain('a', 0), chain('b', 9)]);
    expect(flushes).toEqual([
      ['a first', 'b first'],
      ['a second', 'b second'],
    ]);
  });

  it('comes also when fake timers are installed', async () => {
    jest.useFakeTimers();
    try {
      await expect(recorded().ask('a')).resolves.toBe('a');
    } finally {
      jest.useRealTimers();
    }
  });
});

describe('quiescence on virtual time', () => {
  /** The flushes of the keys of a source, on the default scheduler and on one with the TestScheduler as its clock. */
  function flushesOf(source: (on: SchedulerLike) => Observable<string>): string[][] {
    const clock = testScheduler();
    return clock.run(() =>
      [batchScheduler, new BatchScheduler({ clock })].map((scheduler) => {
        const log: string[] = [];
        const ask = batch((keys: readonly string[]) => [...keys], { scheduler });
        ask.flushes$.subscribe(({ keys, at }) => log.push(`${keys.join('')} at ${at}`));
        source(scheduler).pipe(mergeMap(ask)).subscribe();
        return log;
      }),
    );
  }

  it('comes in the frame of the request', () => {
    const flushes = flushesOf(() => timer(5).pipe(map(() => 'a')));
    expect(flushes).toEqual([['a at 5'], ['a at 5']]);
  });

  it('comes once for all requests of one step', () => {
    const flushes = flushesOf(() => of('a', 'b', 'c'));
    expect(flushes).toEqual([['abc at 0'], ['abc at 0']]);
  });

  it('comes after all work due at the end of this turn and of the next', () => {
    const flushes = flushesOf((on) => scheduled(['a', 'b', 'c'], on));
    expect(flushes).toEqual([['abc at 0'], ['abc at 0']]);
  });
});
