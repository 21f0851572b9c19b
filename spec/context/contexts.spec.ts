/** A context is on while its task runs, and off while other tasks run. */
import { of, timer } from 'rxjs';
import { all, batch, enter, forbidSuspension, Future, SuspensionError, task, within } from 'sluice';
import { warningsOf } from '../support/record-warnings';
import { testScheduler } from '../support/virtual-time';
import { nesting, RecordingContext } from './recording-context';

const wait = (ms: number) => timer(ms);

describe('a context around a task', () => {
  it('is on from the begin to the end of a task that never waits, and never paused', () => {
    const trace: string[] = [];
    const child = task(function* () {
      trace.push('child');
      yield* Future.of(1);
    });
    const work = task(function* () {
      trace.push('begun');
      yield* Future.of(1);
      yield* child();
      yield* all([child(), Future.of(2)]);
      trace.push('ended');
    });
    within(new RecordingContext('a', trace), work()).subscribe();
    expect(trace).toEqual(['+a', 'begun', 'child', 'child', 'ended', '-a']);
  });

  it('is off while the task waits, and on when the task resumes', () => {
    const trace: string[] = [];
    testScheduler().run(() => {
      const work = task(function* () {
        trace.push('before');
        yield wait(1);
        trace.push('after');
      });
      within(new RecordingContext('a', trace), work()).subscribe();
      trace.push('outside');
    });
    expect(trace).toEqual(['+a', 'before', '-a', 'outside', '+a', 'after', '-a']);
  });

  it('is on in all tasks that the task waits for, at every depth', () => {
    const trace: string[] = [];
    testScheduler().run(() => {
      const leaf = task(function* () {
        yield wait(1);
        trace.push('leaf');
      });
      const middle = task(function* () {
        yield* all([leaf()]);
      });
      within(new RecordingContext('a', trace), middle()).subscribe();
    });
    expect(trace).toEqual(['+a', '-a', '+a', 'leaf', '-a']);
  });

  it('is paused and resumed properly nested, in two tasks with two children each', () => {
    const trace: string[] = [];
    testScheduler().run(() => {
      const child = task(function* (name: string, ms: number) {
        using _ = enter(new RecordingContext(name, trace));
        trace.push(` in ${name}`);
        yield wait(ms);
        trace.push(` in ${name}`);
        yield wait(1);
        trace.push(` in ${name}`);
      });
      const parent = task(function* (name: string, ms: number) {
        using _ = enter(new RecordingContext(name, trace));
        yield* all([child(`${name.toLowerCase()}1`, ms), child(`${name.toLowerCase()}2`, ms)]);
        trace.push(` in ${name}`);
        yield wait(1);
      });
      all([parent('A', 1), parent('B', 2)]).subscribe();
    });
    const on = nesting(trace);
    const seen = trace.flatMap((line, index) =>
      line.startsWith(' in') ? [`${line.slice(4)}: ${on[index] ?? ''}`] : [],
    );
    expect(new Set(seen)).toEqual(new Set(['a1: Aa1', 'a2: Aa2', 'b1: Bb1', 'b2: Bb2', 'A: A', 'B: B']));
    expect(seen).toHaveLength(14);
    expect(on.at(-1)).toBe('');
  });

  it('is off in a resolver, and in tasks that share its flush', () => {
    const trace: string[] = [];
    const ask = batch((keys: readonly string[]) => {
      trace.push(`flush ${keys.join('')}`);
      return [...keys];
    });
    const work = task(function* (key: string) {
      trace.push(yield* ask(key));
    });
    testScheduler().run(() => {
      all([
        within(new RecordingContext('x', trace), work('a')),
        work('b'),
        within(new RecordingContext('z', trace), work('c')),
      ]).subscribe();
    });
    expect(trace).toEqual(['+x', '-x', '+z', '-z', 'flush abc', '+x', 'a', '-x', 'b', '+z', 'c', '-z']);
  });

  it('is off in a resolver that block() calls from inside it', () => {
    const trace: string[] = [];
    const ask = batch((keys: readonly string[]) => {
      trace.push('flush');
      return [...keys];
    });
    const blocks = task(function* () {
      trace.push(ask('k').block());
      yield null;
    });
    warningsOf(() => {
      within(new RecordingContext('a', trace), blocks()).subscribe();
    });
    expect(trace).toEqual(['+a', '-a', 'flush', '+a', 'k', '-a']);
  });

  it('is left when the task fails, and when it is cancelled, after its finally blocks', () => {
    const trace: string[] = [];
    testScheduler().run(() => {
      const work = task(function* () {
        try {
          yield wait(9);
        } finally {
          trace.push('clean');
          yield wait(1);
          trace.push('cleaned');
        }
      });
      const subscription = within(new RecordingContext('a', trace), work()).subscribe();
      timer(2).subscribe(() => {
        subscription.unsubscribe();
      });
    });
    expect(trace).toEqual(['+a', '-a', '+a', 'clean', '-a', '+a', 'cleaned', '-a']);
  });

  it('is on in its subscriber only if it was on at the subscription', () => {
    const trace: string[] = [];
    testScheduler().run(() => {
      within(new RecordingContext('a', trace), Future.from(timer(1))).subscribe(() => trace.push('notified'));
    });
    expect(trace).toEqual(['+a', '-a', 'notified']);
  });

  it('passes on the value or the error of the task', async () => {
    await expect(within(new RecordingContext('a', []), of(7))).resolves.toBe(7);
    await expect(within(new RecordingContext('a', []), Future.fail(new Error('no')))).rejects.toThrow('no');
  });
});

describe('enter', () => {
  it('turns a context on for the rest of a block', () => {
    const trace: string[] = [];
    const work = task(function* () {
      {
        using _ = enter(new RecordingContext('a', trace));
        trace.push('in');
        yield null;
      }
      trace.push('out');
      yield null;
    });
    work().subscribe();
    expect(trace).toEqual(['+a', 'in', '-a', 'out']);
  });

  it('keeps the other contexts in order when one is left out of order', () => {
    const trace: string[] = [];
    testScheduler().run(() => {
      task(function* () {
        const first = enter(new RecordingContext('a', trace));
        using _ = enter(new RecordingContext('b', trace));
        first[Symbol.dispose]();
        first[Symbol.dispose]();
        yield wait(1);
        trace.push(' in');
      })().subscribe();
    });
    expect(trace).toEqual(['+a', '+b', '-b', '-a', '+b', '-b', '+b', ' in', '-b']);
  });

  it('leaves its context at the end of a task that does not dispose of it', () => {
    const trace: string[] = [];
    task(function* () {
      enter(new RecordingContext('a', trace));
      yield null;
    })().subscribe();
    expect(trace).toEqual(['+a', '-a']);
  });

  it('throws a TypeError outside of a task, and within() throws one for a wrong argument', () => {
    expect(() => enter(new RecordingContext('a', []))).toThrow(/no task is running/);
    expect(() => within({} as never, of(1))).toThrow(/within: expected `context` to be a TaskContext/);
    expect(() => within(new RecordingContext('a', []), 7 as never)).toThrow(/got 7 \(number\)/);
  });
});

describe('forbidSuspension', () => {
  it('fails a task that waits inside it', async () => {
    await expect(within(forbidSuspension(), timer(0))).rejects.toThrow(SuspensionError);
    const waiting = task(function* () {
      yield timer(0);
    });
    await expect(within(forbidSuspension(), waiting())).rejects.toThrow(SuspensionError);
  });

  it('does not affect a task that does not wait', async () => {
    const work = task(function* () {
      using _ = enter(forbidSuspension());
      return yield* all([Future.of(1), task(() => 2)()]);
    });
    await expect(work()).resolves.toEqual([1, 2]);
  });
});
