/**
 * What resolvers and subscribers may do in the middle of things: ask, unsubscribe, prime, clear, and drive.
 */
import { map, NEVER, of, throwError, timer } from 'rxjs';
import { all, batch, batchScheduler, Future, type BatchFunction } from 'sluice';
import { listen, recorder, runVirtual, userName } from './virtual-run';

describe('a resolver', () => {
  it('may ask another batch function, and answer with its future', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve);
      const greetingOf = batch((ids: readonly number[]) =>
        nameOf.many(ids).pipe(map((names) => names.map((name) => `Hello ${name}`))),
      );
      const heard = listen(greetingOf.many([1, 2]));
      flush();
      expect(heard.values).toEqual([['Hello user 1', 'Hello user 2']]);
      expect(asked).toEqual([[1, 2]]);
    });
  });

  it('of several flushed together has what they ask of one function gathered in one flush', () => {
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

  it('may ask the same function, for other keys', () => {
    runVirtual(({ flush }) => {
      const flushed: string[] = [];
      const sumTo: BatchFunction<number, number> = batch((ns: readonly number[]): Future<number[]> => {
        flushed.push(ns.join());
        return all(ns.map((n) => (n === 0 ? Future.of(0) : Future.from(sumTo(n - 1).pipe(map((sum) => sum + n))))));
      });
      const heard = listen(sumTo.many([3, 1]));
      flush();
      expect(heard.values).toEqual([[6, 1]]);
      expect(flushed).toEqual(['3,1', '2,0', '1', '0']);
    });
  });

  it('may ask the same function for the same key: that is a new flush', () => {
    runVirtual(({ flush }) => {
      let depth = 0;
      const depthOf: BatchFunction<number, number> = batch((ids: readonly number[]): Future<number[]> => {
        depth++;
        return depth < 5 ? depthOf.many(ids) : Future.of(ids.map(() => depth));
      });
      const heard = listen(depthOf(1));
      flush();
      expect(heard.values).toEqual([5]);
    });
  });

  it('may ask the same function while a full one follows it', () => {
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

  it('may unsubscribe all who wait for it, and answer all the same', () => {
    runVirtual(({ flush }) => {
      const aborted: boolean[] = [];
      const nameOf = batch((ids: readonly number[], { signal }) => {
        heard.forEach((one) => one.stop());
        aborted.push(signal.aborted);
        return ids.map(userName);
      });
      const heard = [listen(nameOf(1)), listen(nameOf(2))];
      flush();
      expect(heard.map(({ values, errors }) => [values, errors])).toEqual([
        [[], []],
        [[], []],
      ]);
      expect(aborted).toEqual([true]);
    });
  });

  it('may unsubscribe all who wait for it, and fail, or answer later, all the same', () => {
    const answers: (() => typeof NEVER)[] = [
      () => NEVER,
      () => {
        throw new Error('and down');
      },
    ];
    for (const answer of answers) {
      runVirtual(({ flush }) => {
        const nameOf = batch<number, string>(
          () => {
            heard.stop();
            return answer();
          },
          { concurrency: 1 },
        );
        const heard = listen(nameOf(1));
        flush();
        expect(heard).toMatchObject({ values: [], errors: [] });
        const next = listen(batch(recorder().resolve)(2));
        flush();
        expect(next.values).toEqual(['user 2']);
      });
    }
  });

  it('may unsubscribe some who wait for it: the others have their values', () => {
    runVirtual(({ flush }) => {
      const nameOf = batch((ids: readonly number[]) => {
        left.stop();
        return ids.map(userName);
      });
      const [left, stayed] = [listen(nameOf(1)), listen(nameOf(2))];
      flush();
      expect([left.values, stayed.values]).toEqual([[], ['user 2']]);
    });
  });

  it('may take keys out of another batch that is about to flush', () => {
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

  it('may drive the scheduler', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const inner = batch(resolve);
      const outer = batch((ids: readonly number[]) => {
        const heard = listen(inner.many(ids));
        batchScheduler.flush();
        return heard.values[0] ?? [];
      });
      const heard = listen(outer.many([1, 2]));
      flush();
      expect(heard.values).toEqual([['user 1', 'user 2']]);
      expect(asked).toEqual([[1, 2]]);
    });
  });

  it('may block on another batch function', () => {
    runVirtual(({ flush }) => {
      const inner = batch(recorder().resolve);
      const heard = listen(batch((ids: readonly number[]) => inner.many(ids).block())(1));
      flush();
      expect(heard.values).toEqual(['user 1']);
    });
  });

  it('may settle a key early whose subscriber asks again at once: that is a new flush', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch((ids: readonly number[], given): string[] => {
        const names = resolve(ids);
        ids.forEach((id) => given.succeed(id, 'early'));
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
  it('may unsubscribe another waiter of its key in next: that one hears nothing', () => {
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

  it('may unsubscribe who waits for another key of the flush in next: that one hears nothing', () => {
    runVirtual(({ flush }) => {
      const nameOf = batch(recorder().resolve);
      nameOf(1).subscribe(() => second.stop());
      const [second, third] = [listen(nameOf(2)), listen(nameOf(3))];
      flush();
      expect(second.values).toEqual([]);
      expect(third.values).toEqual(['user 3']);
    });
  });

  it('that unsubscribes the last who waits while the answer is handed out, aborts nothing that has answered', () => {
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

  it('may ask for the same key in next: that is a new flush', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve);
      nameOf(1).subscribe(() => void listen(nameOf(1)));
      flush();
      expect(asked).toEqual([[1], [1]]);
    });
  });

  it('may ask for a key with a cache in next: it is known already', () => {
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

  it('of flushes$ may unsubscribe everybody just as the flush takes off', () => {
    runVirtual(({ flush }) => {
      const nameOf = batch(recorder().resolve, { concurrency: 1 });
      nameOf.flushes$.subscribe(() => heard.stop());
      const heard = listen(nameOf(1));
      flush();
      const next = listen(nameOf(2));
      flush();
      expect([heard.values, next.values]).toEqual([[], ['user 2']]);
    });
  });

  it('may unsubscribe itself in next', () => {
    runVirtual(({ flush }) => {
      const nameOf = batch(recorder().resolve);
      const heard: string[] = [];
      const subscription = nameOf(1).subscribe((name) => {
        heard.push(name);
        subscription.unsubscribe();
      });
      const other = listen(nameOf(1));
      flush();
      expect([heard, other.values]).toEqual([['user 1'], ['user 1']]);
    });
  });

  it('may block in next on the function that has just answered it, though one flight is all there may be', () => {
    const nameOf = batch(recorder().resolve, { concurrency: 1 });
    const heard: string[] = [];
    nameOf(1).subscribe(() => heard.push(nameOf(2).block()));
    batchScheduler.flush();
    expect(heard).toEqual(['user 2']);
  });

  it('may do so when it was failed', () => {
    let isDown = true;
    const nameOf = batch((ids: readonly number[]) => (isDown ? throwError(() => new Error('down')) : of([...ids])), {
      concurrency: 1,
    });
    const heard: number[] = [];
    nameOf(1).subscribe({
      error: () => {
        isDown = false;
        heard.push(nameOf(2).block());
      },
    });
    batchScheduler.flush();
    expect(heard).toEqual([2]);
  });
});
