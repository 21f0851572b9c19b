/** Starting work in a scope: when it runs, what it is handed, and what it gives. */
import { defer, of } from 'rxjs';
import { AsyncValue, Future, task, type ScopeTask } from 'sluice';
import { turn } from '../future/hear';
import { failureOf, nothing, reportsOf, openScope } from './reports';

const no = new Error('no');

describe('start', () => {
  it("never runs the body in the caller's turn", async () => {
    const log: string[] = [];
    const scope = openScope();
    scope.start(() => log.push('ran'));
    log.push('started');
    await scope.close();
    expect(log).toEqual(['started', 'ran']);
  });

  it("never runs it in the caller's turn, though another ends there", async () => {
    const log: string[] = [];
    const gate = new AsyncValue<void>();
    const scope = openScope({ concurrency: 1 });
    scope.start(gate);
    await turn();
    scope.start(() => log.push('ran'));
    gate.set();
    log.push('ended the other');
    await scope.close();
    expect(log).toEqual(['ended the other', 'ran']);
  });

  it("never runs it in the caller's turn, though there is room now", async () => {
    const log: string[] = [];
    const scope = openScope({ concurrency: 0 });
    scope.start(() => log.push('ran'));
    await turn();
    scope.concurrency = 1;
    log.push('made room');
    await scope.close();
    expect(log).toEqual(['made room', 'ran']);
  });

  it('never runs it before its caller is left, when that is a task', async () => {
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

  it('runs bodies in the order of the calls, whatever they are', async () => {
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

  it('gives the value that came, of work of every kind', async () => {
    const scope = openScope();
    const values = [
      scope.start(() => 1),
      scope.start(async () => (await turn(), 2)),
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

  it('hands the body its signal and its scope', async () => {
    const scope = openScope();
    let handed: ScopeTask | undefined;
    scope.start((given) => void (handed = given));
    await scope.close();
    expect(handed?.scope).toBe(scope);
    expect(handed?.signal).toBeInstanceOf(AbortSignal);
  });

  it('never calls the body of what is cancelled before its turn', async () => {
    const body = jest.fn();
    const scope = openScope();
    scope.start(body).cancel();
    await scope.close();
    expect(body).not.toHaveBeenCalled();
  });

  it('fails with what RxJS fails with where no value comes', async () => {
    const scope = openScope();
    expect(await failureOf(scope.start(of()))).toMatchObject({ name: 'EmptyError' });
    await scope.close();
  });
});

describe('a promise that is started', () => {
  it('may fail while others wait for room, and its failure is told by the scope alone', async () => {
    const reports = await reportsOf(async () => {
      const scope = openScope({ concurrency: 0 });
      scope.start(Promise.reject(no));
      await turn();
      expect(await failureOf(scope.close())).toMatchObject({ errors: [no] });
    });
    expect(reports).toEqual(nothing);
  });

  it('is waited for, though it is cancelled at once', async () => {
    const scope = openScope();
    const value = scope.start(new Promise((resolve) => setTimeout(resolve, 2, 'kept')));
    scope.cancel();
    expect(value.isSet).toBe(false);
    await scope.close();
    expect(value.value).toBe('kept');
  });

  it('may be a lazy thenable, which is not run before its turn', async () => {
    const then = jest.fn((resolve: (value: number) => void) => {
      resolve(7);
    });
    const scope = openScope();
    const value = scope.start({ then } as unknown as PromiseLike<number>);
    expect(then).not.toHaveBeenCalled();
    expect(await value).toBe(7);
    await scope.close();
  });

  it('may be a thenable that throws', async () => {
    const scope = openScope();
    const then = (): never => {
      throw no;
    };
    expect(await failureOf(scope.start({ then } as PromiseLike<never>))).toBe(no);
    await scope.close();
  });
});

describe('a value that is set by hand', () => {
  it('does not keep its scope from closing, and its work is waited for', async () => {
    const scope = openScope();
    const gate = new AsyncValue<string>();
    const value = scope.start(() => gate);
    value.set('by hand');
    const closing = scope.close();
    await turn();
    expect(closing.isSet).toBe(false);
    gate.set('by itself');
    await closing;
    expect(value.value).toBe('by hand');
  });

  it('does not hide that its work has failed', async () => {
    const scope = openScope();
    scope.start(() => Promise.reject(no)).set(undefined as never);
    expect(await failureOf(scope.close())).toMatchObject({ errors: [no] });
  });
});
