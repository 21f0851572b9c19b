/**
 * `scheduler`: a batch function that is pinned to one, whoever asks.
 */
import { delay, of, subscribeOn, timer, VirtualTimeScheduler } from 'rxjs';
import { all, batch, BatchScheduler, batchScheduler, largestFirst, task, WouldBlockError } from 'sluice';
import { virtualScheduler } from '../support/virtual-time';
import { listen, recorder, runVirtual, userName } from './virtual-run';

describe('scheduler', () => {
  it('left out, is that of the task that asks', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve);
      const asking = task(function* (id: number) {
        return yield* nameOf(id);
      });
      const other = new BatchScheduler();
      const seen = listen(other.events$);
      other.schedule(() => void asking(1).subscribe());
      asking(2).subscribe();
      flush();
      expect(asked).toHaveLength(2);
      expect(seen.values).toMatchObject([{ type: 'flush', keys: [1] }, { type: 'land' }]);
    });
  });

  it('left out, is batchScheduler for who asks from outside', () => {
    runVirtual(({ flush }) => {
      const seen = listen(batchScheduler.events$);
      batch(recorder().resolve)(1).subscribe();
      flush();
      seen.stop();
      expect(seen.values).toMatchObject([{ type: 'flush', keys: [1] }, { type: 'land' }]);
    });
  });

  it('gathers there what is asked from everywhere', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const scheduler = new BatchScheduler();
      const nameOf = batch(resolve, { scheduler });
      const heard: ReturnType<typeof listen<string>>[] = [];
      for (const id of [1, 2]) new BatchScheduler().schedule(() => void heard.push(listen(nameOf(id))));
      flush();
      heard.push(listen(nameOf(3)), listen(nameOf(4)));
      flush();
      expect(asked).toEqual([
        [1, 2],
        [3, 4],
      ]);
      expect(heard.map(({ values }) => values)).toEqual([['user 1'], ['user 2'], ['user 3'], ['user 4']]);
    });
  });

  it('brings its own policy along', () => {
    runVirtual(({ flush }) => {
      const order: string[] = [];
      const scheduler = new BatchScheduler({ policy: largestFirst });
      const recorded = (name: string) =>
        batch(
          (ids: readonly number[]) => {
            order.push(name);
            return of([...ids]).pipe(delay(1));
          },
          { scheduler },
        );
      all([recorded('small')(1), recorded('large').many([1, 2])]).subscribe();
      flush();
      expect(order).toEqual(['large', 'small']);
    });
  });

  it('brings its own clock along', () => {
    const { asked, resolve } = recorder();
    const { scheduler, clock } = virtualScheduler();
    const heard = listen(batch(resolve, { scheduler, window: 10 })(1));
    expect(asked).toEqual([]);
    clock.flush();
    expect([clock.now(), heard.values]).toEqual([10, ['user 1']]);
  });

  it('has a task on another scheduler go on there with what it got', () => {
    runVirtual(({ flush }) => {
      const pinned = batch(recorder().resolve, { scheduler: new BatchScheduler(), cache: true });
      const { asked, resolve } = recorder();
      const free = batch(resolve);
      const asking = task(function* (id: number) {
        const name = yield* pinned(id);
        return `${name}, ${yield* free(id)}`;
      });
      const here = new BatchScheduler();
      const seen = listen(here.events$);
      let heard: ReturnType<typeof listen<string[]>> | undefined;
      here.schedule(() => (heard = listen(all([asking(1), asking(2)]))));
      flush();
      expect(heard?.values).toEqual([['user 1, user 1', 'user 2, user 2']]);
      expect(asked).toEqual([[1, 2]]);
      expect(seen.values).toMatchObject([{ type: 'flush', keys: [1, 2] }, { type: 'land' }]);
    });
  });

  it('carries failures across', () => {
    runVirtual(({ flush }) => {
      const down = new Error('down');
      const pinned = batch<number, string>(() => Promise.reject(down), { scheduler: new BatchScheduler() });
      const caught = batch<number, string>(
        () => {
          throw down;
        },
        { scheduler: new BatchScheduler() },
      );
      const heard = listen(
        task(function* () {
          try {
            return yield* caught(1);
          } catch (error) {
            return error;
          }
        })(),
      );
      listen(pinned(1)).stop();
      flush();
      expect(heard.values).toEqual([down]);
    });
  });

  it('carries unsubscribing across: keys leave their batch, and flights are aborted', () => {
    runVirtual(({ flush, at }) => {
      const { asked, resolve } = recorder();
      const signals: AbortSignal[] = [];
      const pinned = batch(
        (ids: readonly number[], { signal }) => {
          signals.push(signal);
          return of(resolve(ids)).pipe(delay(10));
        },
        { scheduler: new BatchScheduler() },
      );
      listen(pinned(1)).stop();
      const flying = listen(pinned(2));
      at(5, () => flying.stop());
      flush();
      expect(asked).toEqual([[2]]);
      expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    });
  });

  it('holds the cache, whoever primes, clears and asks', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve, { scheduler: new BatchScheduler(), cache: true });
      new BatchScheduler().schedule(() => nameOf.prime(1, 'primed'));
      flush();
      expect(listen(nameOf(1)).values).toEqual(['primed']);
      nameOf.clear(1);
      nameOf(1).subscribe();
      flush();
      expect(asked).toEqual([[1]]);
    });
  });

  it('counts as busy for a hold on the scheduler of the task that waits', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const pinned = batch((ids: readonly number[]) => of([...ids]).pipe(delay(5)), {
        scheduler: new BatchScheduler(),
      });
      const held = batch(resolve, { hold: 20 });
      const asking = task(function* () {
        return yield* held(yield* pinned(2));
      });
      all([held(1), asking()]).subscribe();
      flush();
      expect(asked).toEqual([[1, 2]]);
    });
  });

  it('runs its resolver there: what the resolver asks is gathered on the pinned scheduler', () => {
    runVirtual(({ flush }) => {
      const scheduler = new BatchScheduler();
      const seen = listen(scheduler.events$);
      const nameOf = batch(recorder().resolve, { name: 'free' });
      batch((ids: readonly number[]) => nameOf.many(ids), { scheduler, name: 'pinned' })(1).subscribe();
      flush();
      expect(seen.values.filter(({ type }) => type === 'flush').map((event) => event.batch)).toEqual([
        'pinned',
        'free',
      ]);
    });
  });
});

describe('blocking on a pinned function', () => {
  it('drives its scheduler, whose clock stands still', () => {
    const scheduler = new BatchScheduler({ clock: new VirtualTimeScheduler() });
    const nameOf = batch(recorder().resolve, { scheduler, window: 10 });
    expect(nameOf(1).block()).toBe('user 1');
  });

  it('works from within a task on another scheduler', () => {
    const nameOf = batch(recorder().resolve, { scheduler: new BatchScheduler({ clock: new VirtualTimeScheduler() }) });
    const asking = task(function* () {
      return yield* all([nameOf(1), nameOf(2)]);
    });
    expect(asking().block()).toEqual(['user 1', 'user 2']);
  });

  it('goes through a chain of schedulers', () => {
    const pinned = (resolve: Parameters<typeof batch<number, string>>[0]) =>
      batch(resolve, { scheduler: new BatchScheduler({ clock: new VirtualTimeScheduler() }) });
    const last = pinned((ids) => ids.map(userName));
    const middle = pinned((ids) => last.many(ids));
    const first = pinned((ids) => middle.many(ids));
    expect(first.many([1, 2]).block()).toEqual(['user 1', 'user 2']);
  });

  it('says which batch on which scheduler it waits for, when that needs the event loop', () => {
    const scheduler = new BatchScheduler({ name: 'far away' });
    const nameOf = batch(() => new Promise<string[]>(() => undefined), { scheduler, name: 'nameOf' });
    expect(() => nameOf(1).block()).toThrow(WouldBlockError);
    expect(() => nameOf(1).block()).toThrow(/batch "nameOf" on scheduler "far away"/);
  });

  it("ends also where two schedulers wait for each other's functions", () => {
    const far = new BatchScheduler({ clock: new VirtualTimeScheduler(), name: 'far' });
    const near = batch(() => new Promise<string[]>(() => undefined), { scheduler: batchScheduler, name: 'near' });
    const across = batch((ids: readonly number[]) => near.many(ids), { scheduler: far, name: 'across' });
    expect(() => across(1).block()).toThrow(WouldBlockError);
  });
});

describe('hold of a pinned function', () => {
  /** Its flushes, as `1,2@6`: the keys, and the time. */
  function pinned(hold: number) {
    const log: string[] = [];
    const far = new BatchScheduler({ name: 'far' });
    const ask = batch(
      (ids: readonly number[]) => {
        log.push(`${ids.join()}@${String(far.now())}`);
        return [...ids];
      },
      { scheduler: far, hold },
    );
    const late = task(function* (ms: number, id: number) {
      yield timer(ms);
      return yield* ask(id);
    });
    return { ask, late, log };
  }

  it('waits for tasks of the scheduler that asks', () => {
    runVirtual(({ flush }) => {
      const { ask, late, log } = pinned(50);
      all([ask(0), late(2, 1), late(4, 2), late(6, 3)]).subscribe();
      flush();
      expect(log).toEqual(['0,1,2,3@6']);
    });
  });

  it('waits for those of each scheduler that asks', () => {
    runVirtual(({ flush }) => {
      const { ask, late, log } = pinned(50);
      for (const ms of [3, 5, 7])
        all([ask(0), late(ms, ms)])
          .pipe(subscribeOn(new BatchScheduler()))
          .subscribe();
      flush();
      expect(log).toEqual(['0,3,5,7@7']);
    });
  });

  it('waits no longer than they are busy', () => {
    runVirtual(({ flush }) => {
      const { ask, log } = pinned(50);
      const idle = task(function* () {
        yield timer(9);
      });
      all([ask(0), idle()]).subscribe();
      flush();
      expect(log).toEqual(['0@9']);
    });
  });

  it('waits for what they ask of other functions', () => {
    runVirtual(({ flush }) => {
      const { ask, log } = pinned(50);
      const slow = batch((ids: readonly number[]) => of([...ids]).pipe(delay(5)), { window: 2 });
      const follow = task(function* () {
        return yield* ask(yield* slow(1));
      });
      all([ask(0), follow()]).subscribe();
      flush();
      expect(log).toEqual(['0,1@7']);
    });
  });

  it('waits for as long as it says at most', () => {
    runVirtual(({ flush }) => {
      const { ask, late, log } = pinned(3);
      all([ask(0), late(9, 1)]).subscribe();
      flush();
      expect(log).toEqual(['0@3', '1@9']);
    });
  });

  it('does not wait for one that waits for it: two that are held on two schedulers go at once', () => {
    runVirtual(({ flush }) => {
      const { ask, log } = pinned(50);
      const near = batch((ids: readonly number[]) => [...ids], { hold: 50 });
      const after = task(function* () {
        return yield* near(yield* ask(1));
      });
      const heard: number[] = [];
      all([ask(0), after(), near(7)]).subscribe(() => heard.push(batchScheduler.now()));
      flush();
      expect(log).toEqual(['0,1@0']);
      expect(heard).toEqual([0]);
    });
  });
});
