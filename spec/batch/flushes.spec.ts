/**
 * `flushes$` and `events$`: the keys of each flush, its time and its reason.
 */
import { delay, NEVER, of } from 'rxjs';
import { all, batch, BatchScheduler, batchScheduler, Future, type FlushEvent } from 'sluice';
import { listen, recorder, runVirtual } from './virtual-run';

/** Keys and reason of a flush. */
const reasonAndKeys = ({ keys, reason }: FlushEvent<number>): unknown[] => [reason, ...keys];

describe('flushes$', () => {
  it('emits the name, the distinct keys in order, and the time', () => {
    runVirtual(({ flush, at }) => {
      const nameOf = batch(recorder().resolve, { name: 'nameOf' });
      const seen = listen(nameOf.flushes$);
      at(5, () => void nameOf.many([2, 1, 2]).subscribe());
      flush();
      expect(seen.values).toEqual([{ type: 'flush', batch: 'nameOf', keys: [2, 1], reason: 'quiescent', at: 5 }]);
    });
  });

  it('emits before the resolver is called', () => {
    runVirtual(({ flush }) => {
      const order: string[] = [];
      const nameOf = batch((ids: readonly number[]) => {
        order.push('resolver');
        return [...ids];
      });
      nameOf.flushes$.subscribe(() => order.push('event'));
      nameOf(1).subscribe();
      flush();
      expect(order).toEqual(['event', 'resolver']);
    });
  });

  it('emits the flushes of this function alone, on any scheduler', () => {
    runVirtual(({ flush }) => {
      const [nameOf, otherOf] = [batch(recorder().resolve), batch(recorder().resolve)];
      const seen = listen(nameOf.flushes$);
      nameOf(1).subscribe();
      otherOf(2).subscribe();
      new BatchScheduler().schedule(() => void nameOf(3).subscribe());
      flush();
      expect(seen.values.map(reasonAndKeys)).toEqual([
        ['quiescent', 1],
        ['quiescent', 3],
      ]);
    });
  });

  it('emits nothing for cancelled keys or kept values', () => {
    runVirtual(({ flush }) => {
      const nameOf = batch(recorder().resolve, { cache: true });
      const seen = listen(nameOf.flushes$);
      nameOf.prime(1, 'primed');
      nameOf.many([1, 2]).subscribe();
      listen(nameOf(3)).stop();
      flush();
      expect(seen.values.map(reasonAndKeys)).toEqual([['quiescent', 2]]);
    });
  });

  it('never completes, and cannot be used to emit', () => {
    const { flushes$ } = batch(recorder().resolve);
    expect(listen(flushes$).isComplete).toBe(false);
    expect(flushes$).not.toHaveProperty('next');
  });

  it('an error thrown by a subscriber affects no flush', () => {
    const nameOf = batch(recorder().resolve);
    let recording: ReturnType<typeof listen<string>> | undefined;
    expect(() =>
      runVirtual(({ flush }) => {
        nameOf.flushes$.subscribe(() => {
          throw new Error('mine');
        });
        recording = listen(nameOf(1));
        flush();
      }),
    ).toThrow('mine');
    expect(recording?.values).toEqual(['user 1']);
  });
});

describe('the reason', () => {
  it('is quiescent when no task could go on', () => {
    runVirtual(({ flush }) => {
      const nameOf = batch(recorder().resolve);
      const seen = listen(nameOf.flushes$);
      nameOf(1).subscribe();
      flush();
      expect(seen.values.map(reasonAndKeys)).toEqual([['quiescent', 1]]);
    });
  });

  it('is window when its window was over', () => {
    runVirtual(({ flush }) => {
      const nameOf = batch(recorder().resolve, { window: 10 });
      const seen = listen(nameOf.flushes$);
      nameOf(1).subscribe();
      flush();
      expect(seen.values).toMatchObject([{ reason: 'window', at: 10 }]);
    });
  });

  it('is full when the batch had maxSize keys', () => {
    runVirtual(({ flush }) => {
      const nameOf = batch(recorder().resolve, { maxSize: 2, window: 10 });
      const seen = listen(nameOf.flushes$);
      nameOf.many([1, 2, 3]).subscribe();
      flush();
      expect(seen.values.map(reasonAndKeys)).toEqual([
        ['full', 1, 2],
        ['window', 3],
      ]);
    });
  });

  it('is full also for a batch that waited for a slot', () => {
    runVirtual(({ flush }) => {
      const nameOf = batch((ids: readonly number[]) => of([...ids]).pipe(delay(10)), { maxSize: 1, concurrency: 1 });
      const seen = listen(nameOf.flushes$);
      nameOf.many([1, 2]).subscribe();
      flush();
      expect(seen.values).toMatchObject([
        { reason: 'full', at: 0 },
        { reason: 'full', at: 10 },
      ]);
    });
  });

  it('is hold-elapsed when the hold was over', () => {
    runVirtual(({ flush }) => {
      const nameOf = batch(recorder().resolve, { hold: 20 });
      const seen = listen(nameOf.flushes$);
      const busy = listen(Future.from(NEVER));
      nameOf(1).subscribe();
      flush();
      busy.stop();
      expect(seen.values).toMatchObject([{ reason: 'hold-elapsed', at: 20 }]);
    });
  });

  it('is quiescent when the busy tasks ended before the hold', () => {
    runVirtual(({ flush, at }) => {
      const nameOf = batch(recorder().resolve, { hold: 20 });
      const seen = listen(nameOf.flushes$);
      const busy = listen(Future.from(NEVER));
      nameOf(1).subscribe();
      at(7, () => busy.stop());
      flush();
      expect(seen.values).toMatchObject([{ reason: 'quiescent', at: 7 }]);
    });
  });

  it('is forced by flush() of the scheduler, and by block()', () => {
    const nameOf = batch(recorder().resolve, { window: 10 });
    const seen = listen(nameOf.flushes$);
    nameOf(1).block();
    listen(nameOf(2));
    batchScheduler.flush();
    expect(seen.values.map(reasonAndKeys)).toEqual([
      ['forced', 1],
      ['forced', 2],
    ]);
  });
});

describe('events$', () => {
  it('emits each flush and each landing of a scheduler, in their order', () => {
    runVirtual(({ flush }) => {
      const seen: string[] = [];
      const events = batchScheduler.events$.subscribe(({ type, batch: name, keys, at }) => {
        seen.push(`${String(at)}: ${type} ${name} ${keys.join()}`);
      });
      const slow = batch((ids: readonly number[]) => of([...ids]).pipe(delay(10)), { name: 'slow' });
      const quick = batch((ids: readonly number[]) => [...ids], { name: 'quick' });
      all([slow.many([1, 2]), quick(3)]).subscribe();
      flush();
      events.unsubscribe();
      expect(seen).toEqual(['0: flush slow 1,2', '0: flush quick 3', '0: land quick 3', '10: land slow 1,2']);
    });
  });

  it('emits the landing of a failed flight and of an aborted flight', () => {
    runVirtual(({ flush, at }) => {
      const landed: unknown[] = [];
      const events = batchScheduler.events$.subscribe(({ type, keys }) => {
        if (type === 'land') landed.push(keys);
      });
      const failing = batch<number, number>(() => {
        throw new Error('down');
      });
      listen(failing(1));
      const recording = listen(batch<number, number>(() => NEVER)(2));
      at(5, () => recording.stop());
      flush();
      events.unsubscribe();
      expect(landed).toEqual([[1], [2]]);
    });
  });
});
