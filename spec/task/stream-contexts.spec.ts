/** The contexts, stores and scheduler of a stream: in its body, and during the delivery of its values. */
import { AsyncLocalStorage } from 'node:async_hooks';
import {
  asyncScheduler,
  config as rxConfig,
  mergeMap,
  Observable,
  subscribeOn,
  take,
  tap,
  timer,
  toArray,
  type SchedulerLike,
} from 'rxjs';
import {
  TaskContext,
  AsyncValue,
  BatchScheduler,
  emit,
  enter,
  forbidSuspension,
  Future,
  ScopedValue,
  stream,
  SuspensionError,
  task,
  TaskTimeoutError,
  within,
} from 'sluice';
import { record, inVirtualTime } from '../support/recording-observer';
import { atOnce } from '../support/batches';
import { nesting, RecordingContext } from '../context/recording-context';

describe('a context that the body has entered', () => {
  it('is off during the delivery of a value, and while the body waits', () => {
    const trace: string[] = [];
    const values = stream(function* () {
      using _ = enter(new RecordingContext('a', trace));
      trace.push('body');
      yield* emit(1);
      trace.push('body');
      yield timer(1);
      trace.push('body');
    });
    inVirtualTime(() => {
      values.subscribe({ next: () => trace.push('next'), complete: () => trace.push('complete') });
      trace.push('outside');
    });
    expect(trace.join(' ')).toBe('+a body -a next +a body -a outside +a body -a complete');
  });
  it('is left when the stream is unsubscribed', () => {
    const trace: string[] = [];
    const values = stream(function* () {
      using _ = enter(new RecordingContext('a', trace));
      try {
        yield* emit(1);
      } finally {
        trace.push('finally');
      }
    });
    values.pipe(take(1)).subscribe({ next: () => trace.push('next'), complete: () => trace.push('complete') });
    expect(trace.join(' ')).toBe('+a -a next complete +a finally -a');
  });
  it('fails the body at its emission when it throws, and the body may continue', () => {
    class Failing extends TaskContext {
      override pause(): void {
        throw new Error('cannot pause');
      }
      override resume(): void {
        // No state to restore.
      }
    }
    const values = stream(function* () {
      try {
        enter(new Failing());
        yield* emit('delivered');
        yield* emit('no');
      } catch (error) {
        yield* emit(`caught ${String(error)}`);
      }
    });
    expect(record(values).notifications).toEqual(['next delivered', 'next caught Error: cannot pause', 'complete']);
  });
  it('that forbids suspension forbids emissions too, because other code runs during one', () => {
    const values = stream(function* () {
      using _ = enter(forbidSuspension());
      yield* Future.of(1);
      yield* emit(1);
    });
    const errors: unknown[] = [];
    values.subscribe({ error: (error: unknown) => errors.push(error) });
    expect(errors).toEqual([expect.any(SuspensionError)]);
  });
});

describe('a context around the subscriber', () => {
  it('is on in the body and in the subscriber, and off while the body waits', () => {
    const trace: string[] = [];
    const values = stream(function* () {
      for (let n = 0; n < 2; n++) {
        trace.push('body');
        yield* emit(n);
        yield timer(1);
      }
    });
    inVirtualTime(() => {
      within(new RecordingContext('a', trace), values.pipe(tap(() => trace.push('next')))).subscribe();
      trace.push('outside');
    });
    expect(trace.join(' ')).toBe('+a body next -a outside +a body next -a +a -a');
    expect(() => nesting(trace.filter((line) => /^[+-]/.test(line)))).not.toThrow();
  });
  it('is on in the subscriber, where a context of an awaited task is off', () => {
    const language = new ScopedValue('en');
    const current = task(function* () {
      yield null;
      return language.get();
    });
    const received: string[] = [];
    const values = stream(function* () {
      const inside = yield* within(language.override('fr'), current());
      yield* emit(`${inside} inside, ${language.get()} in the body`);
    });
    const consuming = task(function* () {
      yield values.pipe(tap((value) => received.push(`${value}, ${language.get()} outside`)));
    });
    within(language.override('de'), consuming()).subscribe();
    expect(received).toEqual(['fr inside, de in the body, de outside']);
  });
});

describe('the stores of AsyncLocalStorage', () => {
  const stores = new AsyncLocalStorage<string>();
  it('are those of the subscription in the body, in its clean-up, and in the subscriber', () => {
    const seen: string[] = [];
    const see = (where: string): void => void seen.push(`${where} ${stores.getStore() ?? 'none'}`);
    const gate = new AsyncValue<void>();
    const values = stream(function* () {
      try {
        see('body');
        yield* emit(1);
        yield* gate;
        see('body');
        yield* emit(2);
      } finally {
        see('finally');
      }
    });
    const observer = { next: () => see('next'), complete: () => see('complete') };
    stores.run('A', () => values.subscribe(observer));
    values.pipe(take(2)).subscribe(observer);
    stores.run('B', () => gate.set());
    const ofA = ['body A', 'next A', 'body A', 'next A', 'finally A', 'complete A'];
    const ofNone = ['body none', 'next none', 'body none', 'next none', 'complete none', 'finally none'];
    expect(seen.filter((line) => line.endsWith('A'))).toEqual(ofA);
    expect(seen.filter((line) => line.endsWith('none'))).toEqual(ofNone);
    expect(seen).toHaveLength(ofA.length + ofNone.length);
  });
});

describe('during the delivery of a value', () => {
  const values = stream(function* values() {
    for (let n = 1; n <= 3; n++) yield* emit(n);
  });

  it('other streams and the same stream may be subscribed to', () => {
    const received: number[] = [];
    values.subscribe((n) => {
      received.push(n);
      // eslint-disable-next-line rxjs-x/no-nested-subscribe -- the spec is about nesting
      if (n < 3) values.pipe(take(2)).subscribe((inner) => received.push(n * 10 + inner));
    });
    expect(received).toEqual([1, 11, 12, 2, 21, 22, 3]);
  });
  it('no task is running: block() does not warn, and enter() throws', () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    const gate = new AsyncValue<number>();
    const blocked: number[] = [];
    const errors: unknown[] = [];
    const source = stream(function* () {
      yield* emit(1);
      gate.set(7);
    });
    source.subscribe(() => {
      blocked.push(Future.from(values.pipe(toArray())).block().length, task(() => 5)().block());
      try {
        enter(new RecordingContext('a', []));
      } catch (error) {
        errors.push(error);
      }
    });
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
    expect(blocked).toEqual([3, 5]);
    expect(errors).toEqual([expect.any(TypeError)]);
    expect(gate.value).toBe(7);
  });
  it('a block on a later value of the same subscription throws and does not hang', () => {
    const later = new AsyncValue<number>();
    const errors: unknown[] = [];
    stream(function* () {
      yield* emit(1);
      yield* emit(2);
    }).subscribe((n) => {
      if (n === 2) later.set(2);
      else
        try {
          later.block();
        } catch (error) {
          errors.push(error);
        }
    });
    expect(errors).toHaveLength(1);
    expect(later.value).toBe(2);
  });
  it('the scheduler is that of the stream, also after an asynchronous wait', () => {
    const report = new BatchScheduler({ name: 'report' });
    const seen: string[] = [];
    report.events$.subscribe(({ type, keys }) => seen.push(`${type} ${keys.join('')}`));
    const gate = new AsyncValue<void>();
    const ask = atOnce();
    const late = stream(function* () {
      yield* gate;
      yield* emit('a');
    });
    late.pipe(mergeMap(ask), subscribeOn(report)).subscribe((answer) => seen.push(answer));
    report.flush();
    gate.set();
    report.flush();
    expect(seen).toEqual(['flush a', 'A', 'land a']);
  });
});

describe('a subscriber that has closed', () => {
  const stopped: unknown[] = [];
  beforeEach(() => {
    stopped.splice(0);
    rxConfig.onStoppedNotification = (notification) => stopped.push(notification);
  });
  afterEach(() => (rxConfig.onStoppedNotification = null));
  /** RxJS reports a late notification in a timer. */
  const nextTimer = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

  it('before it subscribes does not run the body', async () => {
    let runs = 0;
    new Observable<number>((subscriber) => {
      subscriber.complete();
      stream(function* () {
        runs++;
        yield* emit(1);
      }).subscribe(subscriber);
    }).subscribe();
    await nextTimer();
    expect(runs).toBe(0);
    expect(stopped).toEqual([]);
  });
  it('receives neither the values of the clean-up nor the end', async () => {
    const values = stream(function* () {
      try {
        yield* emit(1);
      } finally {
        yield* emit(2);
      }
    });
    values.pipe(take(1)).subscribe();
    await nextTimer();
    expect(stopped).toEqual([]);
  });
  it.each(Array.from({ length: 20 }, (_, turns) => [turns]))(
    'because a block timed out receives no later notification: after %p emissions',
    async (turns) => {
      let now = 0;
      const clock: SchedulerLike = { now: () => now, schedule: asyncScheduler.schedule.bind(asyncScheduler) };
      const scheduler = new BatchScheduler({ clock });
      const endless = stream(function* () {
        for (let n = 0; ; n++) {
          if (n === turns) now = 100;
          yield* emit(n);
        }
      });
      let error: unknown;
      scheduler.schedule(() => {
        try {
          Future.from(endless).block(50);
        } catch (thrown) {
          error = thrown;
        }
      });
      scheduler.flush();
      await nextTimer();
      expect(error).toBeInstanceOf(TaskTimeoutError);
      expect(stopped).toEqual([]);
    },
  );
});
