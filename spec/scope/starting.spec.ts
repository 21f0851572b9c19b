/** `Scope.start`: when the work runs, its argument, and the value that is returned. */
import { defer, of } from 'rxjs';
import { AsyncValue, Future, task, type ScopeTask } from 'sluice';
import { nextTurn } from '../support/recording-observer';
import { failureOf } from '../support/failure-of';
import { noReports, reportsOf, openScope } from './reports';

const no = new Error('no');

describe('Scope.start', () => {
  it('never runs the function in the turn of the caller', async () => {
    const log: string[] = [];
    const scope = openScope();
    scope.start(() => log.push('ran'));
    log.push('started');
    await scope.close();
    expect(log).toEqual(['started', 'ran']);
  });

  it('never runs the function in the turn of the caller, also if another task ends then', async () => {
    const log: string[] = [];
    const gate = new AsyncValue<void>();
    const scope = openScope({ concurrency: 1 });
    scope.start(gate);
    await nextTurn();
    scope.start(() => log.push('ran'));
    gate.set();
    log.push('ended the other');
    await scope.close();
    expect(log).toEqual(['ended the other', 'ran']);
  });

  it('never runs the function in the turn of the caller, also if concurrency is raised then', async () => {
    const log: string[] = [];
    const scope = openScope({ concurrency: 0 });
    scope.start(() => log.push('ran'));
    await nextTurn();
    scope.concurrency = 1;
    log.push('made room');
    await scope.close();
    expect(log).toEqual(['made room', 'ran']);
  });

  it('never runs the function before the present steps of a calling task have ended', async () => {
    const log: string[] = [];
    const scope = openScope();
    scope.start(function* () {
      scope.start(() => log.push('inner'));
      yield Future.of(0);
      log.push('outer');
    });
    await scope.close();
    expect(log).toEqual(['outer', 'inner']);
  });

  it('runs functions of every kind in the order of the calls', async () => {
    const log: number[] = [];
    const scope = openScope();
    scope.start(() => log.push(1));
    scope.start(function* () {
      log.push(2);
    });
    scope.start(defer(() => of(log.push(3))));
    scope.start(task(() => log.push(4))());
    scope.start(() => Promise.resolve(log.push(5)));
    await scope.close();
    expect(log).toEqual([1, 2, 3, 4, 5]);
  });

  it('returns the value of work of every kind', async () => {
    const scope = openScope();
    const values = [
      scope.start(() => 1),
      scope.start(async () => (await nextTurn(), 2)),
      scope.start(function* () {
        return yield* Future.of(3);
      }),
      scope.start(of(0, 4)),
      scope.start(() => of(5)),
      scope.start(Promise.resolve(6)),
      scope.start(task(() => 7)()),
      scope.start(() => Future.of(8)),
    ];
    await scope.close();
    expect(values.map(({ value }) => value)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('passes the signal and the scope to the function', async () => {
    const scope = openScope();
    let received: ScopeTask | undefined;
    scope.start((argument) => void (received = argument));
    await scope.close();
    expect(received?.scope).toBe(scope);
    expect(received?.signal).toBeInstanceOf(AbortSignal);
  });

  it('never calls the function of a task that is cancelled before its start', async () => {
    const body = jest.fn();
    const scope = openScope();
    scope.start(body).cancel();
    await scope.close();
    expect(body).not.toHaveBeenCalled();
  });

  it('fails with the EmptyError of RxJS when the work has no value', async () => {
    const scope = openScope();
    expect(await failureOf(scope.start(of()))).toMatchObject({ name: 'EmptyError' });
    await scope.close();
  });
});

describe('a promise that is started', () => {
  it('can fail while other tasks wait to start, and only the scope fails', async () => {
    const reports = await reportsOf(async () => {
      const scope = openScope({ concurrency: 0 });
      scope.start(Promise.reject(no));
      await nextTurn();
      expect(await failureOf(scope.close())).toMatchObject({ errors: [no] });
    });
    expect(reports).toEqual(noReports);
  });

  it('is awaited also when it is cancelled at once', async () => {
    const scope = openScope();
    const value = scope.start(new Promise((resolve) => setTimeout(resolve, 2, 'kept')));
    scope.cancel();
    expect(value.isSet).toBe(false);
    await scope.close();
    expect(value.value).toBe('kept');
  });

  it('starts a lazy thenable only in its turn', async () => {
    const then = jest.fn((resolve: (value: number) => void) => {
      resolve(7);
    });
    const scope = openScope();
    const value = scope.start({ then } as unknown as PromiseLike<number>);
    expect(then).not.toHaveBeenCalled();
    expect(await value).toBe(7);
    await scope.close();
  });

  it('fails with the error of a thenable that throws', async () => {
    const scope = openScope();
    const then = (): never => {
      throw no;
    };
    expect(await failureOf(scope.start({ then } as PromiseLike<never>))).toBe(no);
    await scope.close();
  });
});

describe('a value that the caller sets', () => {
  it('does not end the work of the task, which the scope waits for', async () => {
    const scope = openScope();
    const gate = new AsyncValue<string>();
    const value = scope.start(() => gate);
    value.set('by hand');
    const closing = scope.close();
    await nextTurn();
    expect(closing.isSet).toBe(false);
    gate.set('by itself');
    await closing;
    expect(value.value).toBe('by hand');
  });

  it('does not hide the failure of the work', async () => {
    const scope = openScope();
    scope.start(() => Promise.reject(no)).set(undefined as never);
    expect(await failureOf(scope.close())).toMatchObject({ errors: [no] });
  });
});
