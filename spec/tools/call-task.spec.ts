/** `callTask` calls functions of every kind alike; `isTask` recognises functions that return futures. */
import { of, Subject } from 'rxjs';
import { batch, Future, task } from 'sluice';
import { callTask, dedupe, isTask, lazyConstant, memoizeLru, memoizePerInstance, retryTask } from 'sluice/tools';
import { listen, recorder } from '../batch/virtual-run';

describe('callTask', () => {
  it('returns a future of the result of a function of any kind', async () => {
    const { resolve } = recorder();
    const kinds: readonly ((id: number) => unknown)[] = [
      task((id: number) => `user ${String(id)}`),
      batch(resolve),
      (id) => `user ${String(id)}`,
      async (id) => Promise.resolve(`user ${String(id)}`),
      (id) => of(`user ${String(id)}`),
      (id) => Future.of(`user ${String(id)}`),
      function* (id) {
        const name = yield* Future.of(`user ${String(id)}`);
        return name;
      },
    ];
    for (const kind of kinds) {
      const future = callTask(kind, 7);
      expect(future).toBeInstanceOf(Future);
      expect(await future).toBe('user 7');
    }
  });

  it('passes all arguments', () => {
    expect(callTask((...all: readonly number[]) => all, 1, 2, 3).block()).toEqual([1, 2, 3]);
  });

  it('is cold: each subscription calls the function again', () => {
    let calls = 0;
    const counted = callTask(() => ++calls);
    expect(calls).toBe(0);
    expect([counted.block(), counted.block()]).toEqual([1, 2]);
  });

  it('fails, and does not throw, with an error that the function throws', () => {
    const error = new RangeError('no');
    const broken = callTask(() => {
      throw error;
    });
    expect(listen(broken).errors).toEqual([error]);
    const refused = callTask(batch(recorder().resolve), undefined as never);
    expect(listen(refused).errors).toEqual([expect.any(TypeError)]);
  });

  it('unsubscribes from the Observable that the function returned', () => {
    const subject = new Subject();
    const recording = listen(callTask(() => subject));
    expect(subject.observed).toBe(true);
    recording.stop();
    expect(subject.observed).toBe(false);
  });

  it('throws a TypeError at the call for a value that is not a function', () => {
    for (const fn of [undefined, 5, Future.of(1)]) {
      expect(() => callTask(fn as never)).toThrow('callTask: expected its function to be a task, a batch function');
    }
  });
});

describe('isTask', () => {
  it.each([
    ['a task', task(() => 1), true],
    ['a generator task', task(function* () {}), true],
    ['a deduped function', dedupe(() => 1), true],
    ['a retried function', retryTask(() => 1), true],
    ['a function memoized by memoizeLru', memoizeLru(() => 1), true],
    ['a function memoized by memoizePerInstance', memoizePerInstance(() => 1), true],
    ['a batch function', batch((ids: readonly number[]) => ids), false],
    ['a plain function', () => 1, false],
    ['an async function', async () => Promise.resolve(1), false],
    ['a future', Future.of(1), false],
    ['a lazy constant', lazyConstant(() => 1), false],
    ['a call of a task', task(() => 1)(), false],
    ['undefined', undefined, false],
    ['null', null, false],
    ['a class', Map, false],
  ])('of %s is %p', (_name, value, expected) => {
    expect(isTask(value)).toBe(expected);
  });
});
