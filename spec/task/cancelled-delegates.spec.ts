/** A cancelled body that delegates with `yield*` to a plain generator function whose clean-up yields. */
import { NEVER, Subject, take, timer } from 'rxjs';
import { all, emit, Future, Scope, scoped, stream, task } from 'sluice';
import { record, inVirtualTime } from '../support/recording-observer';
import { unhandledErrorsOf } from '../support/unhandled';

let log: string[];
beforeEach(() => (log = []));

/** Waits until it is cancelled, and then closes in 5 ms. */
function* connected(name = 'connection'): Generator<unknown, string> {
  try {
    yield NEVER;
    return name;
  } finally {
    log.push(`${name} closes`);
    yield timer(5);
    log.push(`${name} closed`);
  }
}

/** Delegates; after a cancellation, the lines after the delegate must not run. */
function* charging(): Generator<unknown, void> {
  yield* connected();
  log.push('continued');
  yield timer(1);
  log.push('charged the card');
}

const closed = ['connection closes', 'connection closed'];

const cancel = (body: () => Generator<unknown, unknown>): void => {
  inVirtualTime(() => {
    record(task(body)()).subscription.unsubscribe();
  });
};

describe('a cancelled body whose delegate yields in its finally block', () => {
  it('does not continue after the clean-up of the delegate', () => {
    cancel(charging);
    expect(log).toEqual(closed);
  });
  it('does not continue at either of two outer levels, and runs the finally blocks of each level', () => {
    cancel(function* () {
      try {
        yield* (function* () {
          try {
            yield* charging();
            log.push('middle continued');
          } finally {
            yield timer(1);
            log.push('middle closed');
          }
          log.push('middle continued after its finally');
        })();
        log.push('outer continued');
      } finally {
        yield timer(1);
        log.push('outer closed');
      }
    });
    expect(log).toEqual([...closed, 'middle closed', 'outer closed']);
  });
  it('does not continue at any of fifty outer levels', () => {
    function* nested(n: number): Generator<unknown, void> {
      if (n === 0) yield* charging();
      else yield* nested(n - 1);
      log.push(`level ${String(n)} continued`);
    }
    cancel(() => nested(50));
    expect(log).toEqual(closed);
  });
  it('runs every step of a clean-up that yields more than once', () => {
    cancel(function* () {
      yield* (function* () {
        try {
          yield* charging();
        } finally {
          for (const step of [1, 2, 3]) {
            log.push(`step ${String(step)}: ${String(yield Future.of('ok'))}`);
            yield timer(1);
          }
        }
      })();
      log.push('continued');
    });
    expect(log).toEqual([...closed, 'step 1: ok', 'step 2: ok', 'step 3: ok']);
  });
  it('does not continue when the clean-up itself delegates to futures and to generators', () => {
    const closing = task(function* () {
      yield timer(2);
      return 'closed by a task';
    });
    function* closingByHand() {
      try {
        yield timer(1);
      } finally {
        yield timer(1);
      }
      log.push('closed by hand');
    }
    cancel(function* () {
      yield* (function* () {
        try {
          yield NEVER;
        } finally {
          log.push(yield* closing());
          yield* closingByHand();
        }
      })();
      log.push('continued');
    });
    expect(log).toEqual(['closed by a task', 'closed by hand']);
  });
  it('does not continue when an iterator wraps the delegate', () => {
    const wrapped = (): Iterable<unknown> => {
      const inner = connected();
      return {
        [Symbol.iterator]: () => ({
          next: (value?: unknown) => inner.next(value),
          return: (value?: unknown) => inner.return(String(value)),
        }),
      };
    };
    cancel(function* () {
      yield* wrapped();
      log.push('continued');
    });
    expect(log).toEqual(closed);
  });
  it('does not continue when an iterator wraps the body', () => {
    const body = task(() => {
      const inner = charging();
      return {
        next: (value: unknown) => inner.next(value),
        throw: (error: unknown) => inner.throw(error),
        return: () => inner.return(),
        [Symbol.iterator]() {
          return this;
        },
      };
    });
    inVirtualTime(() => {
      record(body()).subscription.unsubscribe();
    });
    expect(log).toEqual(closed);
  });
  it('closes a generator that its clean-up abandons midway', () => {
    function* numbers() {
      try {
        yield 1;
        yield 2;
      } finally {
        log.push('numbers closed');
      }
    }
    cancel(function* () {
      try {
        yield* connected();
      } finally {
        for (const n of numbers()) {
          log.push(String(n));
          break;
        }
        yield timer(1);
        log.push('outer closed');
      }
    });
    expect(log).toEqual([...closed, '1', 'numbers closed', 'outer closed']);
  });
  it('does not continue when its clean-up unsubscribes from another task', () => {
    inVirtualTime(() => {
      const other = record(task(charging)());
      const body = task(function* () {
        try {
          yield* connected('first');
        } finally {
          other.subscription.unsubscribe();
          yield timer(9);
          log.push('outer closed');
        }
      });
      record(body()).subscription.unsubscribe();
    });
    expect(log).toEqual(['first closes', 'first closed', ...closed, 'outer closed']);
  });
  it('may catch the error of the clean-up of its delegate', () => {
    cancel(function* () {
      try {
        yield* (function* () {
          try {
            yield NEVER;
          } finally {
            yield timer(1);
            // eslint-disable-next-line no-unsafe-finally -- the spec is about it
            throw new Error('could not close');
          }
        })();
        log.push('continued');
      } catch (error) {
        log.push(String(error));
        yield timer(1);
        log.push('handled');
      }
    });
    expect(log).toEqual(['Error: could not close', 'handled']);
  });
  it('reports the error of the clean-up of its delegate, and runs its own clean-up', () => {
    const failing = task(function* () {
      try {
        yield* (function* () {
          try {
            yield NEVER;
          } finally {
            yield Future.fail('could not close');
          }
        })();
        log.push('continued');
      } finally {
        yield timer(1);
        log.push('outer closed');
      }
    });
    const reported = unhandledErrorsOf(() => {
      record(failing()).subscription.unsubscribe();
    });
    expect(reported).toEqual(['could not close']);
    expect(log).toEqual(['outer closed']);
  });
});

describe('work with a delegate whose clean-up yields does not continue after a cancellation', () => {
  it('because another input of all fails', () => {
    inVirtualTime(() => {
      record(all([task(charging)(), Future.fail('no')]));
    });
    expect(log).toEqual(closed);
  });
  it('by itself', () => {
    inVirtualTime(() => {
      const source = new Subject<void>();
      const { subscription } = record(
        task(function* () {
          yield source;
          subscription.unsubscribe();
          yield* charging();
        })(),
      );
      source.next();
      source.complete();
    });
    expect(log).toEqual(closed);
  });
  it('as a stream', () => {
    const emitted: unknown[] = [];
    inVirtualTime(() => {
      const source = stream(function* () {
        yield* (function* () {
          try {
            yield* emit(1);
          } finally {
            yield timer(5);
            log.push('closed');
          }
        })();
        log.push('continued');
        yield* emit(2);
      });
      source.pipe(take(1)).subscribe((value) => emitted.push(value));
    });
    expect(log).toEqual(['closed']);
    expect(emitted).toEqual([1]);
  });
  it('as work of a scope that is cancelled', () => {
    inVirtualTime(() => {
      const scope = new Scope();
      const job = scope.start(charging);
      timer(1).subscribe(() => {
        scope.cancel();
      });
      job.subscribe({ error: (error: unknown) => log.push((error as Error).name) });
      scope.close();
    });
    expect(log).toEqual([...closed, 'CancelledError']);
  });
  it('as the body of a scope that is cancelled', () => {
    inVirtualTime(() => {
      const { subscription } = record(scoped(charging));
      timer(1).subscribe(() => {
        subscription.unsubscribe();
      });
    });
    expect(log).toEqual(closed);
  });
  it('as started work', () => {
    inVirtualTime(() => {
      const started = task(charging)().start();
      started.cancel();
      started.subscribe({ error: (error: unknown) => log.push((error as Error).name) });
    });
    expect(log).toEqual([...closed, 'CancelledError']);
  });
});

describe('the cancellation of a body', () => {
  const generators = Object.getPrototypeOf(Object.getPrototypeOf(connected())) as object;
  const before = Object.getOwnPropertyDescriptor(generators, 'return');

  it('restores the prototype of generators, also when it throws', () => {
    unhandledErrorsOf(() => {
      const { subscription } = record(
        task(function* () {
          try {
            yield NEVER;
          } finally {
            // eslint-disable-next-line no-unsafe-finally -- the spec is about it
            throw new Error('no');
          }
        })(),
      );
      subscription.unsubscribe();
    });
    expect(Object.getOwnPropertyDescriptor(generators, 'return')).toEqual(before);
  });
  it('works if the prototype of generators is frozen', () => {
    Object.defineProperty(generators, 'return', { writable: false });
    try {
      cancel(function* () {
        try {
          yield NEVER;
        } finally {
          yield timer(1);
          log.push('closed');
        }
      });
    } finally {
      Object.defineProperty(generators, 'return', { writable: true });
    }
    expect(log).toEqual(['closed']);
  });
});
