/** The option `scheduler` pins a batch function to one scheduler, whichever scheduler its callers run on. */
import { delay, of, subscribeOn, timer, VirtualTimeScheduler } from 'rxjs';
import { all, batch, BatchScheduler, batchScheduler, largestFirst, task, WouldBlockError } from 'sluice';
import { virtualScheduler } from '../support/virtual-time';
import { listen, recorder, runVirtual, userName } from './virtual-run';

describe('a batch function', () => {
  it('without the option loads on the scheduler of the task that calls it', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const nameOf = batch(resolve);
      const taskOf = task(function* (id: number) {
        return yield* nameOf(id);
      });
      const other = new BatchScheduler();
      const seen = listen(other.events$);
      other.schedule(() => void taskOf(1).subscribe());
      taskOf(2).subscribe();
      flush();
      expect(asked).toHaveLength(2);
      expect(seen.values).toMatchObject([{ type: 'flush', keys: [1] }, { type: 'land' }]);
    });
  });

  it('without the option loads on batchScheduler for calls outside of tasks', () => {
    runVirtual(({ flush }) => {
      const seen = listen(batchScheduler.events$);
      batch(recorder().resolve)(1).subscribe();
      flush();
      seen.stop();
      expect(seen.values).toMatchObject([{ type: 'flush', keys: [1] }, { type: 'land' }]);
    });
  });

  it('that is pinned collects the keys of callers on all schedulers', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const scheduler = new BatchScheduler();
      const nameOf = batch(resolve, { scheduler });
      const recordings: ReturnType<typeof listen<string>>[] = [];
      for (const id of [1, 2]) new BatchScheduler().schedule(() => void recordings.push(listen(nameOf(id))));
      flush();
      recordings.push(listen(nameOf(3)), listen(nameOf(4)));
      flush();
      expect(asked).toEqual([
        [1, 2],
        [3, 4],
      ]);
      expect(recordings.map(({ values }) => values)).toEqual([['user 1'], ['user 2'], ['user 3'], ['user 4']]);
    });
  });

  it('that is pinned flushes by the policy of its scheduler', () => {
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

  it('that is pinned runs its window by the clock of its scheduler', () => {
    const { asked, resolve } = recorder();
    const { scheduler, clock } = virtualScheduler();
    const recording = listen(batch(resolve, { scheduler, window: 10 })(1));
    expect(asked).toEqual([]);
    clock.flush();
    expect([clock.now(), recording.values]).toEqual([10, ['user 1']]);
  });

  it('that is pinned resumes a task on the scheduler of that task', () => {
    runVirtual(({ flush }) => {
      const pinned = batch(recorder().resolve, { scheduler: new BatchScheduler(), cache: true });
      const { asked, resolve } = recorder();
      const free = batch(resolve);
      const taskOf = task(function* (id: number) {
        const name = yield* pinned(id);
        return `${name}, ${yield* free(id)}`;
      });
      const here = new BatchScheduler();
      const seen = listen(here.events$);
      let recording: ReturnType<typeof listen<string[]>> | undefined;
      here.schedule(() => (recording = listen(all([taskOf(1), taskOf(2)]))));
      flush();
      expect(recording?.values).toEqual([['user 1, user 1', 'user 2, user 2']]);
      expect(asked).toEqual([[1, 2]]);
      expect(seen.values).toMatchObject([{ type: 'flush', keys: [1, 2] }, { type: 'land' }]);
    });
  });

  it('that is pinned fails tasks on other schedulers', () => {
    runVirtual(({ flush }) => {
      const down = new Error('down');
      const pinned = batch<number, string>(() => Promise.reject(down), { scheduler: new BatchScheduler() });
      const caught = batch<number, string>(
        () => {
          throw down;
        },
        { scheduler: new BatchScheduler() },
      );
      const recording = listen(
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
      expect(recording.values).toEqual([down]);
    });
  });

  it('that is pinned removes keys and aborts flights when callers on other schedulers unsubscribe', () => {
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

  it('that is pinned has one cache for callers on all schedulers', () => {
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

  it('that is pinned prolongs the hold of a batch on the scheduler of a waiting task', () => {
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const pinned = batch((ids: readonly number[]) => of([...ids]).pipe(delay(5)), {
        scheduler: new BatchScheduler(),
      });
      const held = batch(resolve, { hold: 20 });
      const taskOf = task(function* () {
        return yield* held(yield* pinned(2));
      });
      all([held(1), taskOf()]).subscribe();
      flush();
      expect(asked).toEqual([[1, 2]]);
    });
  });

  it('that is pinned runs its resolver on its scheduler', () => {
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
  it('flushes its scheduler without waiting for its clock', () => {
    const scheduler = new BatchScheduler({ clock: new VirtualTimeScheduler() });
    const nameOf = batch(recorder().resolve, { scheduler, window: 10 });
    expect(nameOf(1).block()).toBe('user 1');
  });

  it('works inside a task on another scheduler', () => {
    const nameOf = batch(recorder().resolve, { scheduler: new BatchScheduler({ clock: new VirtualTimeScheduler() }) });
    const taskOf = task(function* () {
      return yield* all([nameOf(1), nameOf(2)]);
    });
    expect(taskOf().block()).toEqual(['user 1', 'user 2']);
  });

  it('works across a chain of schedulers', () => {
    const pinned = (resolve: Parameters<typeof batch<number, string>>[0]) =>
      batch(resolve, { scheduler: new BatchScheduler({ clock: new VirtualTimeScheduler() }) });
    const last = pinned((ids) => ids.map(userName));
    const middle = pinned((ids) => last.many(ids));
    const first = pinned((ids) => middle.many(ids));
    expect(first.many([1, 2]).block()).toEqual(['user 1', 'user 2']);
  });

  it('names the batch and the scheduler that need the event loop', () => {
    const scheduler = new BatchScheduler({ name: 'far away' });
    const nameOf = batch(() => new Promise<string[]>(() => undefined), { scheduler, name: 'nameOf' });
    expect(() => nameOf(1).block()).toThrow(WouldBlockError);
    expect(() => nameOf(1).block()).toThrow(/batch "nameOf" on scheduler "far away"/);
  });

  it('ends also if the functions of two schedulers wait for each other', () => {
    const farScheduler = new BatchScheduler({ clock: new VirtualTimeScheduler(), name: 'far' });
    const near = batch(() => new Promise<string[]>(() => undefined), { scheduler: batchScheduler, name: 'near' });
    const across = batch((ids: readonly number[]) => near.many(ids), { scheduler: farScheduler, name: 'across' });
    expect(() => across(1).block()).toThrow(WouldBlockError);
  });
});

describe('hold of a pinned function', () => {
  /** A function that records its flushes as `1,2@6`: the keys and the time. */
  function pinned(hold: number) {
    const log: string[] = [];
    const farScheduler = new BatchScheduler({ name: 'far' });
    const ask = batch(
      (ids: readonly number[]) => {
        log.push(`${ids.join()}@${String(farScheduler.now())}`);
        return [...ids];
      },
      { scheduler: farScheduler, hold },
    );
    const late = task(function* (ms: number, id: number) {
      yield timer(ms);
      return yield* ask(id);
    });
    return { ask, late, log };
  }

  it('waits for busy tasks on the scheduler of a caller', () => {
    runVirtual(({ flush }) => {
      const { ask, late, log } = pinned(50);
      all([ask(0), late(2, 1), late(4, 2), late(6, 3)]).subscribe();
      flush();
      expect(log).toEqual(['0,1,2,3@6']);
    });
  });

  it('waits for busy tasks on the schedulers of all callers', () => {
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

  it('ends when these tasks end', () => {
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

  it('waits for the keys that these tasks load from other functions', () => {
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

  it('ends after its time at the latest', () => {
    runVirtual(({ flush }) => {
      const { ask, late, log } = pinned(3);
      all([ask(0), late(9, 1)]).subscribe();
      flush();
      expect(log).toEqual(['0@3', '1@9']);
    });
  });

  it('does not wait for a held batch that waits for it: both flush at once', () => {
    runVirtual(({ flush }) => {
      const { ask, log } = pinned(50);
      const near = batch((ids: readonly number[]) => [...ids], { hold: 50 });
      const after = task(function* () {
        return yield* near(yield* ask(1));
      });
      const received: number[] = [];
      all([ask(0), after(), near(7)]).subscribe(() => received.push(batchScheduler.now()));
      flush();
      expect(log).toEqual(['0,1@0']);
      expect(received).toEqual([0]);
    });
  });
});
