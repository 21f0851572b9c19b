/** A clean-up without a waiter: its scope waits for it, and receives its failure. */
import { defaultIfEmpty, map, NEVER, Observable, Subject, takeUntil, timer } from 'rxjs';
import { all, Future, allSettled, task, type Scope } from 'sluice';
import { recordOutcome, onVirtualTime, noReports, openScope, reportsOf, type Outcome } from './reports';

const [no, ofCleanUp] = [new Error('no'), new Error('of the clean-up')];

/** A task that never ends by itself, and whose clean-up takes 5 ms. */
const cleaning = task(function* (log: string[], error?: Error) {
  try {
    yield NEVER;
  } finally {
    yield timer(5);
    log.push('cleaned up');
    if (error) yield Future.fail(error);
  }
});
const failing = task(function* () {
  yield timer(1);
  throw no;
});

/** The ends of a task and of its scope. */
function ended(work: (log: string[]) => () => unknown): { task: Outcome; scope: Outcome; log: string[] } {
  const seen: { task: Outcome; scope: Outcome; log: string[] }[] = [];
  onVirtualTime((now) => {
    const log: string[] = [];
    const scope = openScope();
    const value = scope.start(work(log));
    seen.push({ task: recordOutcome(value, now), scope: recordOutcome(scope.close(), now), log });
  });
  return seen[0] ?? { task: {}, scope: {}, log: [] };
}

describe('a sibling that cleans up when all() has failed', () => {
  it('is awaited by the task and by its scope', () => {
    const { task, scope, log } = ended((log) => () => all([failing(), cleaning(log)]));
    expect(task).toEqual({ error: no, at: 6 });
    expect(scope.at).toBe(6);
    expect(log).toEqual(['cleaned up']);
  });

  it('fails the scope with the error of the clean-up', async () => {
    const reports = await reportsOf(() => {
      const { scope } = ended((log) => () => all([failing(), cleaning(log, ofCleanUp)]));
      expect(scope.error).toMatchObject({ errors: [ofCleanUp] });
    });
    expect(reports).toEqual(noReports);
  });

  it('does not delay a task that recovers', () => {
    const log: unknown[] = [];
    onVirtualTime((now) => {
      const scope = openScope();
      scope.start(function* () {
        try {
          yield* all([failing(), cleaning([])]);
        } catch {
          log.push(`recovered at ${String(now())}`);
        }
      });
      scope.closed$.subscribe(() => log.push(`closed at ${String(now())}`));
      scope.close();
    });
    expect(log).toEqual(['recovered at 1', 'closed at 6']);
  });
});

describe('a source that an operator unsubscribes from', () => {
  it('is awaited by the scope when the operator continues without it', () => {
    const { scope } = ended((log) => () => cleaning(log).pipe(takeUntil(timer(1)), defaultIfEmpty(0)));
    expect(scope.at).toBe(6);
  });

  it('is awaited by the scope when the scope is cancelled', () => {
    const at: unknown[] = [];
    onVirtualTime((now) => {
      const scope = openScope();
      scope.start(() => cleaning([]).pipe(map(() => 'done')));
      timer(1).subscribe(() => scope.cancel());
      const closed = recordOutcome(scope.close(), now);
      timer(20).subscribe(() => at.push(closed.at));
    });
    expect(at).toEqual([6]);
  });
});

it('the error of a teardown is listed in the ScopeError', async () => {
  const throwing = new Observable((subscriber) => {
    subscriber.next(1);
    setTimeout(() => subscriber.complete());
    return () => {
      throw ofCleanUp;
    };
  });
  const received: unknown[] = [];
  const reports = await reportsOf(async () => {
    const scope = openScope();
    scope.start(throwing);
    received.push(await scope.close().then(undefined, (error: unknown) => error));
  });
  expect(received).toEqual([expect.objectContaining({ errors: [expect.objectContaining({ errors: [ofCleanUp] })] })]);
  expect(reports).toEqual(noReports);
});

describe('a failure without a remaining waiter fails the scope', () => {
  /** The error of a scope with errorMode 'continue' in which these tasks are started. */
  const errorsOf = (start: (scope: Scope, source: Subject<unknown>) => void): unknown => {
    const seen: Outcome[] = [];
    onVirtualTime(() => {
      const scope = openScope({ errorMode: 'continue' });
      start(scope, new Subject());
      seen.push(recordOutcome(scope.close()));
    });
    return (seen[0]?.error as AggregateError | undefined)?.errors;
  };

  it('when the waiting task is cancelled before it resumes', () => {
    const errors = errorsOf((scope, source) => {
      const waiting = scope.start(function* () {
        yield source;
      });
      scope.start(function* () {
        yield timer(1);
        source.error(no);
        waiting.cancel();
      });
    });
    expect(errors).toEqual([no]);
  });

  it('when all() has failed in the same step', () => {
    const errors = errorsOf((scope, source) => {
      const other = new Subject();
      const values = [scope.start(source), scope.start(other)];
      scope.start(function* () {
        yield* allSettled([all(values)]);
      });
      scope.start(function* () {
        yield timer(1);
        source.error(no);
        other.error(ofCleanUp);
      });
    });
    expect(errors).toEqual([ofCleanUp]);
  });

  it('when allSettled() has received it and is cancelled', () => {
    const errors = errorsOf((scope, source) => {
      const values = [scope.start(source), scope.start(NEVER)];
      const waiting = scope.start(function* () {
        yield* allSettled(values);
      });
      scope.start(function* () {
        yield timer(1);
        source.error(no);
        yield timer(1);
        waiting.cancel();
        values[1]?.cancel();
      });
    });
    expect(errors).toEqual([no]);
  });
});
