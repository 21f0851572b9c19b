/**
 * A request without an explicit scheduler uses the scheduler of the requesting task.
 */
import { concatMap, delay, map, mergeMap, of, subscribeOn, switchMap, toArray, type Observable } from 'rxjs';
import {
  all,
  AsyncValue,
  batch,
  batchMap,
  batchScheduler,
  type BatchScheduler,
  Future,
  allSettled,
  task,
} from 'sluice';
import { virtualScheduler } from '../support/virtual-time';

/** Returns the schedulers on which the keys were requested, in order: `mine`, `default` or another. */
function where(program: (ask: (key: string) => Future<string>, lab: ReturnType<typeof virtualScheduler>) => unknown) {
  const lab = virtualScheduler();
  const asked: string[] = [];
  const ask = batch((keys: readonly string[]) => [...keys]);
  const note = (name: string) => (event: { readonly keys: readonly unknown[]; readonly type: string }) => {
    if (event.type === 'flush') asked.push(...event.keys.map((key) => `${String(key)} on ${name}`));
  };
  const listening = [lab.scheduler.events$.subscribe(note('mine')), batchScheduler.events$.subscribe(note('default'))];
  program(ask, lab);
  lab.clock.flush();
  batchScheduler.flush();
  listening.forEach((subscription) => subscription.unsubscribe());
  return asked;
}

/** Like `where`, for a program that runs as a task on its own scheduler. */
const inTask = (program: (ask: (key: string) => Future<string>, clock: BatchScheduler['clock']) => unknown) =>
  where((ask, { clock, scheduler }) => {
    const body = task(() => program(ask, clock) as Observable<unknown>);
    body().pipe(subscribeOn(scheduler)).subscribe();
  });

describe('the scheduler of a request', () => {
  it('is batchScheduler outside of tasks and scheduled work', () => {
    expect(where((ask) => ask('a').subscribe())).toEqual(['a on default']);
  });

  it('is the scheduler of the surrounding work', () => {
    expect(where((ask, { scheduler }) => scheduler.schedule(() => ask('a').subscribe()))).toEqual(['a on mine']);
    expect(where((ask, { scheduler }) => scheduler.schedule(() => ask('a').subscribe(), 5))).toEqual(['a on mine']);
  });

  it('is the scheduler passed to subscribeOn', () => {
    expect(where((ask, { scheduler }) => ask('a').pipe(subscribeOn(scheduler)).subscribe())).toEqual(['a on mine']);
  });

  it('is the scheduler of the requesting task', () => {
    expect(inTask((ask) => ask('a'))).toEqual(['a on mine']);
  });

  it('is the scheduler of the outer task in a nested task', () => {
    const asked = inTask((ask) => {
      const child = task(function* (key: string) {
        return yield* ask(key);
      });
      const parent = task(function* () {
        yield* child('a');
        yield [child('b'), { c: child('c') }];
      });
      return parent();
    });
    expect(asked).toEqual(['a on mine', 'b on mine', 'c on mine']);
  });

  it('stays the scheduler of the task after the task has waited', () => {
    const asked = inTask((ask, clock) => {
      const waiter = task(function* () {
        yield of(1).pipe(delay(5, clock));
        yield* ask('after a timer of the clock');
        yield* ask('after a flush');
      });
      return waiter();
    });
    expect(asked).toEqual(['after a timer of the clock on mine', 'after a flush on mine']);
  });

  it('stays the scheduler of the task when work on another scheduler resumes the task', () => {
    const asked = where((ask, { scheduler }) => {
      const value = new AsyncValue<void>();
      const waiter = task(function* () {
        yield* value;
        yield* ask('a');
      });
      waiter().pipe(subscribeOn(scheduler)).subscribe();
      scheduler.flush();
      virtualWork(() => value.set());
    });
    expect(asked).toEqual(['a on mine']);
  });

  it.each<[name: string, wrap: (future: Future<string>) => Observable<unknown>]>([
    ['all', (future) => all([future])],
    ['settled', (future) => allSettled({ future })],
    ['Future.defer', (future) => Future.defer(() => future)],
    ['Future.from', (future) => Future.from(future.pipe(map((value) => value.length)))],
    ['a pipe', (future) => future.pipe(map((value) => value.length))],
    ['a pipe that subscribes to it within', (future) => of(1, 2).pipe(concatMap(() => future))],
    ['a pipe of a pipe', (future) => of(1).pipe(mergeMap(() => of(2).pipe(switchMap(() => future))))],
    ['a started future', (future) => future.start()],
  ])('goes through %s', (_name, wrap) => {
    const asked = inTask((ask) => Future.defer(() => wrap(ask('a'))));
    expect(new Set(asked)).toEqual(new Set(['a on mine']));
  });

  it('is kept in a pipe that a task subscribes to manually', () => {
    const asked = inTask((ask) => {
      of('a', 'b').pipe(mergeMap(ask), toArray()).subscribe();
      return of(1);
    });
    expect(asked).toEqual(['a on mine', 'b on mine']);
  });

  it('is kept in batchMap, also for keys that arrive later', () => {
    const lab = virtualScheduler();
    const asked: string[] = [];
    const upper = batchMap((keys: readonly string[]) => keys.map((key) => key.toUpperCase()), { name: 'upper' });
    lab.scheduler.events$.subscribe(({ type, keys }) => asked.push(`${type} ${keys.join('')}`));
    const later = task(() => of('a', 'b').pipe(delay(5, lab.clock), upper, toArray()));
    later().pipe(subscribeOn(lab.scheduler)).subscribe();
    lab.clock.flush();
    batchScheduler.flush();
    expect(asked).toEqual(['flush ab', 'land ab']);
  });

  it('is the scheduler of the flush for keys requested by a resolver', () => {
    const asked = where((ask, { scheduler }) => {
      const outer = batch((keys: readonly string[]) => all(keys.map((key) => ask(`${key} of outer`))), { scheduler });
      outer('a').subscribe();
    });
    expect(asked).toEqual(['a on mine', 'a of outer on mine']);
  });

  it('is the scheduler of the subscriber for requests made on receipt of a value', () => {
    const asked = inTask((ask) => ask('a').pipe(mergeMap(() => ask('b'))));
    expect(asked).toEqual(['a on mine', 'b on mine']);
  });

  it('is restored after work has run', () => {
    const asked = where((ask, { scheduler }) => {
      scheduler.schedule(() => undefined);
      scheduler.flush();
      ask('a').subscribe();
    });
    expect(asked).toEqual(['a on default']);
  });

  it('is restored after work has thrown', () => {
    const asked = where((ask, { scheduler }) => {
      scheduler.schedule(() => {
        throw new Error('thrown by work');
      });
      expect(() => scheduler.flush()).toThrow('thrown by work');
      ask('a').subscribe();
    });
    expect(asked).toEqual(['a on default']);
  });

  it('is restored after a nested scheduler has run', () => {
    const asked = where((ask, { scheduler }) => {
      scheduler.schedule(() => {
        virtualWork(() => ask('elsewhere').subscribe());
        ask('a').subscribe();
      });
    });
    expect(asked).toEqual(['a on mine']);
  });
});

/** Runs work on a new scheduler. */
function virtualWork(work: () => void): void {
  const { scheduler } = virtualScheduler();
  scheduler.schedule(work);
  scheduler.flush();
}
