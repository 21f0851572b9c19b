/**
 * Unsubscribing: a key without waiters leaves its batch, and a flight without waiters is aborted.
 */
import { map, NEVER, takeUntil, tap, timer } from 'rxjs';
import { all, batch, Future, task, type Flush, type Resolver } from 'sluice';
import { listen, recorder, runVirtual, userName } from './virtual-run';

/** A resolver that takes 10 ms, and records the end of each flight. */
function flights() {
  const log: string[] = [];
  const resolve: Resolver<number, string> = (ids, { signal }) => {
    log.push(`flush ${ids.join()}`);
    signal.addEventListener('abort', () => log.push(`abort ${ids.join()}`));
    return timer(10).pipe(
      map(() => ids.map(userName)),
      tap({ complete: () => log.push(`end ${ids.join()}`), unsubscribe: () => log.push(`unsubscribe ${ids.join()}`) }),
    );
  };
  return { log, resolve };
}

describe('before its flush', () => {
  it('a key without waiters is not loaded; the other keys are', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve);
      const [left, stayed] = [listen(nameOf(1)), listen(nameOf(2))];
      left.stop();
      flush();
      expect(asked).toEqual([[2]]);
      expect([left.values, stayed.values]).toEqual([[], ['user 2']]);
    });
  });

  it('a key that loses one of several waiters is still loaded', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve);
      const recordings = [1, 1, 1].map((id) => listen(nameOf(id)));
      recordings[0]?.stop();
      recordings[2]?.stop();
      flush();
      expect(asked).toEqual([[1]]);
      expect(recordings.map(({ values }) => values)).toEqual([[], ['user 1'], []]);
    });
  });

  it('an empty batch never flushes', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve);
      const seen = listen(nameOf.flushes$);
      [1, 2, 2].map((id) => listen(nameOf(id))).forEach((recording) => recording.stop());
      flush();
      expect([asked, seen.values]).toEqual([[], []]);
    });
  });

  it('a cancelled key that is requested again is loaded once, at its new position', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve, { window: 10 });
      const left = listen(nameOf(1));
      nameOf(2).subscribe();
      left.stop();
      const again = listen(nameOf(1));
      flush();
      expect(asked).toEqual([[2, 1]]);
      expect([left.values, again.values]).toEqual([[], ['user 1']]);
    });
  });

  it('the only key, cancelled and requested again, is loaded once', () => {
    runVirtual(({ flush, at }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve, { window: 10, cache: true });
      const left = listen(nameOf(1));
      let again: ReturnType<typeof listen<string>> | undefined;
      at(3, () => left.stop());
      at(4, () => (again = listen(nameOf(1))));
      flush();
      expect(asked).toEqual([[1]]);
      expect(again?.values).toEqual(['user 1']);
    });
  });

  it('unsubscribing twice has the effect of once: another waiter of the key is not affected', () => {
    runVirtual(({ flush }) => {
      const nameOf = batch(recorder().resolve);
      const [first, second] = [listen(nameOf(1)), listen(nameOf(1))];
      first.stop();
      first.stop();
      flush();
      expect(second.values).toEqual(['user 1']);
    });
  });

  it('unsubscribing from many, all or a task cancels all its keys', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve);
      const asking = task(function* () {
        return yield* all([nameOf(5), nameOf(6)]);
      });
      [nameOf.many([1, 2]), all({ names: [nameOf(3), nameOf(4)] }), asking()].forEach((future) =>
        listen<unknown>(future).stop(),
      );
      flush();
      expect(asked).toEqual([]);
    });
  });

  it('a failure in all cancels the keys of the other members', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      listen(all([batch(resolve)(1), Future.fail(new Error('no'))]));
      flush();
      expect(asked).toEqual([]);
    });
  });

  it('takeUntil cancels a key too', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      batch(resolve, { window: 10 })(1)
        .pipe(takeUntil(timer(5)))
        .subscribe();
      flush();
      expect(asked).toEqual([]);
    });
  });
});

describe('in flight', () => {
  it('when the last waiter unsubscribes, the signal aborts and the Observable is unsubscribed', () => {
    runVirtual(({ flush, at }) => {
      const { log, resolve } = flights();
      const nameOf = batch(resolve);
      const recordings = [listen(nameOf(1)), listen(nameOf(2)), listen(nameOf(2))];
      at(3, () => recordings[0]?.stop());
      at(4, () => recordings[2]?.stop());
      at(5, () => expect(log).toEqual(['flush 1,2']));
      at(6, () => recordings[1]?.stop());
      at(7, () => expect(log).toEqual(['flush 1,2', 'abort 1,2', 'unsubscribe 1,2']));
      flush();
      expect(recordings.map(({ values }) => values)).toEqual([[], [], []]);
    });
  });

  it('a flight is not aborted while one of its keys has a waiter', () => {
    runVirtual(({ flush, at }) => {
      const { log, resolve } = flights();
      const nameOf = batch(resolve);
      const [left, stayed] = [listen(nameOf(1)), listen(nameOf(2))];
      at(5, () => left.stop());
      flush();
      expect(log).toEqual(['flush 1,2', 'end 1,2']);
      expect([left.values, stayed.values]).toEqual([[], ['user 2']]);
    });
  });

  it('a landed flight is not aborted by a later unsubscription', () => {
    runVirtual(({ flush }) => {
      const { log, resolve } = flights();
      const recording = listen(batch(resolve)(1));
      flush();
      recording.stop();
      expect(log).toEqual(['flush 1', 'end 1']);
    });
  });

  it('other flights of the function are not affected', () => {
    runVirtual(({ flush, at }) => {
      const { log, resolve } = flights();
      const nameOf = batch(resolve, { maxSize: 1 });
      const [left, stayed] = [listen(nameOf(1)), listen(nameOf(2))];
      at(5, () => left.stop());
      flush();
      expect(log).toEqual(['flush 1', 'flush 2', 'abort 1', 'unsubscribe 1', 'end 2']);
      expect(stayed.values).toEqual(['user 2']);
    });
  });

  it('keys that were settled early do not count: the last waiter of the other keys aborts the flight', () => {
    runVirtual(({ flush, at }) => {
      const signals: AbortSignal[] = [];
      const nameOf = batch<number, string>((_ids, flush) => {
        signals.push(flush.signal);
        flush.succeed(1, 'early');
        return NEVER;
      });
      nameOf(1).subscribe();
      const last = listen(nameOf(2));
      at(4, () => expect(signals[0]?.aborted).toBe(false));
      at(5, () => last.stop());
      at(6, () => expect(signals[0]?.aborted).toBe(true));
      flush();
    });
  });

  it('a flight whose keys with waiters are all settled early is aborted', () => {
    runVirtual(({ flush, at }) => {
      const flushes: Flush<number, string>[] = [];
      const nameOf = batch<number, string>((_ids, flush) => {
        flushes.push(flush);
        return NEVER;
      });
      nameOf(1).subscribe();
      const leaving = listen(nameOf(2));
      at(4, () => leaving.stop());
      at(5, () => expect(flushes[0]?.signal.aborted).toBe(false));
      at(6, () => flushes[0]?.succeed(1, 'early'));
      at(7, () => expect(flushes[0]?.signal.aborted).toBe(true));
      flush();
    });
  });

  it('a signal that is first read after the last unsubscription is aborted', () => {
    runVirtual(({ flush, at }) => {
      let aborted: boolean | undefined;
      const resolve: Resolver<number, string> = (_ids, flush) => {
        at(10, () => (aborted = flush.signal.aborted));
        return NEVER;
      };
      const recording = listen(batch(resolve)(1));
      at(5, () => recording.stop());
      flush();
      expect(aborted).toBe(true);
    });
  });

  it('a signal that is first read after the landing is not aborted', () => {
    runVirtual(({ flush }) => {
      let aborted: (() => boolean) | undefined;
      const nameOf = batch((ids: readonly number[], flush) => {
        aborted = () => flush.signal.aborted;
        return ids.map(userName);
      });
      nameOf(1).subscribe();
      flush();
      expect(aborted?.()).toBe(false);
    });
  });

  it('a key that is requested again after its cancellation is loaded again', () => {
    runVirtual(({ flush, at }) => {
      const { log, resolve } = flights();
      const nameOf = batch(resolve);
      const left = listen(nameOf(1));
      let again: ReturnType<typeof listen<string>> | undefined;
      at(5, () => left.stop());
      at(5, () => (again = listen(nameOf(1))));
      flush();
      expect(log).toEqual(['flush 1', 'abort 1', 'unsubscribe 1', 'flush 1', 'end 1']);
      expect(again?.values).toEqual(['user 1']);
    });
  });

  it.each([
    ['a value', () => Promise.resolve(['late'])],
    ['a rejection', () => Promise.reject(new Error('late'))],
  ])('%s that a promise brings after everybody left is dropped', async (_name, settle) => {
    let proceed: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (proceed = resolve));
    const recording = await new Promise<ReturnType<typeof listen<string>>>((tookOff) => {
      const waiting = listen(
        batch<number, string>(() => {
          queueMicrotask(() => tookOff(waiting));
          return gate.then(settle);
        })(1),
      );
    });
    recording.stop();
    proceed();
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    expect(recording).toMatchObject({ values: [], errors: [] });
  });

  it('a task resolver is cancelled: its finally blocks run', () => {
    runVirtual(({ flush, at }) => {
      const log: string[] = [];
      const resolve = task(function* (ids: readonly number[]) {
        try {
          yield* Future.from(timer(10));
          return ids.map(userName);
        } finally {
          log.push('cleaned up');
        }
      });
      const recording = listen(batch(resolve)(1));
      at(5, () => recording.stop());
      at(6, () => expect(log).toEqual(['cleaned up']));
      flush();
    });
  });

  it('return() is called on an async iterable of a resolver', async () => {
    const log: string[] = [];
    let proceed: (() => void) | undefined;
    const started = new Promise<void>((resolve) => (proceed = resolve));
    async function* resolve(ids: readonly number[]): AsyncGenerator<string[]> {
      try {
        proceed?.();
        for (;;) yield await Promise.resolve(ids.map(userName));
      } finally {
        log.push('returned');
      }
    }
    const recording = listen(batch(resolve)(1));
    await started;
    recording.stop();
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    expect(log).toEqual(['returned']);
  });

  it('a failure in all unsubscribes from the flight, and aborts it with the last waiter', () => {
    runVirtual(({ flush, at }) => {
      const { log, resolve } = flights();
      listen(all([batch(resolve)(1), Future.from(timer(5).pipe(map(() => JSON.parse('{') as string)))]));
      at(6, () => expect(log).toEqual(['flush 1', 'abort 1', 'unsubscribe 1']));
      flush();
    });
  });
});
