/** Resolvers and subscribers may load, unsubscribe, prime, clear, block and flush during a flush. */
import { map, NEVER, of, throwError, timer } from 'rxjs';
import { all, batch, batchScheduler, Future, type BatchFunction } from 'sluice';
import { listen, recorder, runVirtual, userName } from './virtual-run';

describe('a resolver', () => {
  it('may return the future of another batch function', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve);
      const greetingOf = batch((ids: readonly number[]) =>
        nameOf.many(ids).pipe(map((names) => names.map((name) => `Hello ${name}`))),
      );
      const recording = listen(greetingOf.many([1, 2]));
      flush();
      expect(recording.values).toEqual([['Hello user 1', 'Hello user 2']]);
      expect(asked).toEqual([[1, 2]]);
    });
  });

  it('shares flushes with other resolvers: keys they request from one function are loaded together', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve);
      const one = batch((ids: readonly number[]) => nameOf.many(ids));
      const other = batch((ids: readonly number[]) => nameOf.many(ids));
      all([one(1), other(2)]).subscribe();
      flush();
      expect(asked).toEqual([[1, 2]]);
    });
  });

  it('may load other keys from its own function', () => {
    runVirtual(({ flush }) => {
      const flushed: string[] = [];
      const sumTo: BatchFunction<number, number> = batch((ns: readonly number[]): Future<number[]> => {
        flushed.push(ns.join());
        return all(ns.map((n) => (n === 0 ? Future.of(0) : Future.from(sumTo(n - 1).pipe(map((sum) => sum + n))))));
      });
      const recording = listen(sumTo.many([3, 1]));
      flush();
      expect(recording.values).toEqual([[6, 1]]);
      expect(flushed).toEqual(['3,1', '2,0', '1', '0']);
    });
  });

  it('may load its own key again, in a new flush', () => {
    runVirtual(({ flush }) => {
      let depth = 0;
      const depthOf: BatchFunction<number, number> = batch((ids: readonly number[]): Future<number[]> => {
        depth++;
        return depth < 5 ? depthOf.many(ids) : Future.of(ids.map(() => depth));
      });
      const recording = listen(depthOf(1));
      flush();
      expect(recording.values).toEqual([5]);
    });
  });

  it('may load a key from its own function while a full batch is waiting', () => {
    runVirtual(({ flush }) => {
      const flushed: string[] = [];
      const nameOf: BatchFunction<number, string> = batch(
        (ids: readonly number[]) => {
          flushed.push(ids.join());
          if (ids[0] === 1) nameOf(9).subscribe();
          return ids.map(userName);
        },
        { maxSize: 2 },
      );
      nameOf.many([1, 2, 3, 4]).subscribe();
      flush();
      expect(flushed).toEqual(['1,2', '9,3', '4']);
    });
  });

  it('may unsubscribe all its waiters before it returns: the flight is aborted and nothing is delivered', () => {
    runVirtual(({ flush }) => {
      const aborted: boolean[] = [];
      const nameOf = batch((ids: readonly number[], { signal }) => {
        recordings.forEach((one) => one.stop());
        aborted.push(signal.aborted);
        return ids.map(userName);
      });
      const recordings = [listen(nameOf(1)), listen(nameOf(2))];
      flush();
      expect(recordings.map(({ values, errors }) => [values, errors])).toEqual([
        [[], []],
        [[], []],
      ]);
      expect(aborted).toEqual([true]);
    });
  });

  it('may unsubscribe all its waiters and then fail or never end: its slot is free and nothing is delivered', () => {
    const endings: (() => typeof NEVER)[] = [
      () => NEVER,
      () => {
        throw new Error('and down');
      },
    ];
    for (const ending of endings) {
      runVirtual(({ flush }) => {
        const nameOf = batch<number, string>(
          () => {
            recording.stop();
            return ending();
          },
          { concurrency: 1 },
        );
        const recording = listen(nameOf(1));
        flush();
        expect(recording).toMatchObject({ values: [], errors: [] });
        const next = listen(batch(recorder().resolve)(2));
        flush();
        expect(next.values).toEqual(['user 2']);
      });
    }
  });

  it('may unsubscribe some of its waiters: the others get their values', () => {
    runVirtual(({ flush }) => {
      const nameOf = batch((ids: readonly number[]) => {
        stopped.stop();
        return ids.map(userName);
      });
      const [stopped, other] = [listen(nameOf(1)), listen(nameOf(2))];
      flush();
      expect([stopped.values, other.values]).toEqual([[], ['user 2']]);
    });
  });

  it('may cancel the keys of another batch that is about to flush', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const first = batch((ids: readonly number[]) => {
        waiting.stop();
        return ids.map(userName);
      });
      first(1).subscribe();
      const waiting = listen(batch(resolve)(2));
      flush();
      expect(asked).toEqual([]);
    });
  });

  it('may prime and clear its own cache', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const nameOf: BatchFunction<number, string> = batch(
        (ids: readonly number[]) => {
          nameOf.prime(100, 'on the way');
          nameOf.clear(1);
          return resolve(ids);
        },
        { cache: true },
      );
      nameOf.many([1, 2]).subscribe();
      flush();
      nameOf.many([1, 2, 100]).subscribe();
      flush();
      expect(asked).toEqual([[1, 2], [1]]);
    });
  });

  it('may flush the scheduler', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const inner = batch(resolve);
      const outer = batch((ids: readonly number[]) => {
        const recording = listen(inner.many(ids));
        batchScheduler.flush();
        return recording.values[0] ?? [];
      });
      const recording = listen(outer.many([1, 2]));
      flush();
      expect(recording.values).toEqual([['user 1', 'user 2']]);
      expect(asked).toEqual([[1, 2]]);
    });
  });

  it('may block on another batch function', () => {
    runVirtual(({ flush }) => {
      const inner = batch(recorder().resolve);
      const recording = listen(batch((ids: readonly number[]) => inner.many(ids).block())(1));
      flush();
      expect(recording.values).toEqual(['user 1']);
    });
  });

  it('may settle a key early whose subscriber loads it again, in a new flush', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch((ids: readonly number[], flushHandle): string[] => {
        const names = resolve(ids);
        ids.forEach((id) => flushHandle.succeed(id, 'early'));
        return names;
      });
      let again: ReturnType<typeof listen<string>> | undefined;
      nameOf(1).subscribe(() => (again = listen(nameOf(1))));
      flush();
      expect(asked).toEqual([[1], [1]]);
      expect(again?.values).toEqual(['early']);
    });
  });
});

describe('a subscriber', () => {
  it('may unsubscribe another waiter of its key in next: that waiter receives nothing', () => {
    runVirtual(({ flush }) => {
      const nameOf = batch(recorder().resolve);
      nameOf(1).subscribe(() => second.stop());
      const [second, third] = [listen(nameOf(1)), listen(nameOf(1))];
      flush();
      expect(second).toMatchObject({ values: [], isComplete: false });
      expect(third.values).toEqual(['user 1']);
    });
  });

  it('may unsubscribe all other waiters of its key in next', () => {
    runVirtual(({ flush }) => {
      const nameOf = batch(recorder().resolve);
      nameOf(1).subscribe(() => others.forEach((other) => other.stop()));
      const others = [listen(nameOf(1)), listen(nameOf(1)), listen(nameOf(1))];
      flush();
      expect(others.flatMap(({ values }) => values)).toEqual([]);
    });
  });

  it('may unsubscribe the waiter of another key of the flush in next: that waiter receives nothing', () => {
    runVirtual(({ flush }) => {
      const nameOf = batch(recorder().resolve);
      nameOf(1).subscribe(() => second.stop());
      const [second, third] = [listen(nameOf(2)), listen(nameOf(3))];
      flush();
      expect(second.values).toEqual([]);
      expect(third.values).toEqual(['user 3']);
    });
  });

  it('may unsubscribe the last other waiter in next: a flight that has its results is not aborted', () => {
    runVirtual(({ flush }) => {
      const landed: unknown[] = [];
      const events = batchScheduler.events$.subscribe((event) => void landed.push(event.type));
      const aborted = jest.fn();
      const nameOf = batch((ids: readonly number[], { signal }) => {
        signal.addEventListener('abort', aborted);
        return timer(1).pipe(map(() => ids.map(userName)));
      });
      nameOf(1).subscribe(() => last.stop());
      const last = listen(nameOf(2));
      flush();
      events.unsubscribe();
      expect(landed).toEqual(['flush', 'land']);
      expect(aborted).not.toHaveBeenCalled();
    });
  });

  it('may load the same key in next, in a new flush', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve);
      nameOf(1).subscribe(() => void listen(nameOf(1)));
      flush();
      expect(asked).toEqual([[1], [1]]);
    });
  });

  it('may load the same key in next from the cache', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve, { cache: true });
      let again: ReturnType<typeof listen<string>> | undefined;
      nameOf(1).subscribe(() => (again = listen(nameOf(1))));
      flush();
      expect(again?.values).toEqual(['user 1']);
      expect(asked).toEqual([[1]]);
    });
  });

  it('of flushes$ may unsubscribe all waiters of the flush, whose slot is then free', () => {
    runVirtual(({ flush }) => {
      const nameOf = batch(recorder().resolve, { concurrency: 1 });
      nameOf.flushes$.subscribe(() => recording.stop());
      const recording = listen(nameOf(1));
      flush();
      const next = listen(nameOf(2));
      flush();
      expect([recording.values, next.values]).toEqual([[], ['user 2']]);
    });
  });

  it('may unsubscribe itself in next', () => {
    runVirtual(({ flush }) => {
      const nameOf = batch(recorder().resolve);
      const received: string[] = [];
      const subscription = nameOf(1).subscribe((name) => {
        received.push(name);
        subscription.unsubscribe();
      });
      const other = listen(nameOf(1));
      flush();
      expect([received, other.values]).toEqual([['user 1'], ['user 1']]);
    });
  });

  it('may block in next on the function of its key, also if concurrency is 1', () => {
    const nameOf = batch(recorder().resolve, { concurrency: 1 });
    const received: string[] = [];
    nameOf(1).subscribe(() => received.push(nameOf(2).block()));
    batchScheduler.flush();
    expect(received).toEqual(['user 2']);
  });

  it('may block in its error handler on the function of its key, also if concurrency is 1', () => {
    let isDown = true;
    const nameOf = batch((ids: readonly number[]) => (isDown ? throwError(() => new Error('down')) : of([...ids])), {
      concurrency: 1,
    });
    const received: number[] = [];
    nameOf(1).subscribe({
      error: () => {
        isDown = false;
        received.push(nameOf(2).block());
      },
    });
    batchScheduler.flush();
    expect(received).toEqual([2]);
  });
});
