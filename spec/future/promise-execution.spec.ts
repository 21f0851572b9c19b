/** A native promise is waited for by its own `then`; every other thenable, and a subclass with another `then`, through RxJS. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { all, batch, batchScheduler, Future, task } from 'sluice';
import { nextTurn, record } from '../support/recording-observer';

describe('a task that waits for a native promise', () => {
  it('receives its value, and its error at the yield', async () => {
    const both = task(function* () {
      const value: unknown = yield Promise.resolve(7);
      try {
        yield Promise.reject(new Error('no'));
      } catch (error) {
        return [value, String(error)];
      }
      return undefined;
    });
    expect(await both()).toEqual([7, 'Error: no']);
  });

  it('goes on in the AsyncLocalStorage store in which it was started', async () => {
    const store = new AsyncLocalStorage<string>();
    const readLater = task(function* () {
      yield Promise.resolve();
      return store.getStore();
    });
    const inStore = (name: string): PromiseLike<unknown> => store.run(name, () => readLater().start());
    const [one, other] = await Promise.all([inStore('one'), inStore('other')]);
    expect([one, other]).toEqual(['one', 'other']);
  });

  it('is not resumed after it has been unsubscribed, and a later rejection is not unhandled', async () => {
    const unhandled = jest.fn();
    process.on('unhandledRejection', unhandled);
    let reject: (error: Error) => void = () => undefined;
    const rejection = new Promise<never>((_, onError) => (reject = onError));
    const resumed = jest.fn();
    const waiting = task(function* () {
      yield rejection;
      resumed();
    });
    const { notifications, subscription } = record(waiting());
    subscription.unsubscribe();
    reject(new Error('late'));
    await nextTurn();
    await nextTurn();
    process.off('unhandledRejection', unhandled);
    expect([notifications, resumed.mock.calls, unhandled.mock.calls]).toEqual([[], [], []]);
  });

  it('is kept by the scheduler as an external wait until the promise settles', async () => {
    const waiting = task(function* () {
      yield new Promise((resolve) => setTimeout(resolve, 1));
    });
    const value = waiting().start();
    expect(Array.from(batchScheduler.state.externalWaits, (wait) => wait.describe())).toEqual([
      'an Observable or promise that task "anonymous" waits for',
    ]);
    await value;
    expect([...batchScheduler.state.externalWaits]).toEqual([]);
  });
});

describe('a promise of a subclass with a `then` of its own', () => {
  it('is waited for through that `then`', async () => {
    const calls: string[] = [];
    class Counted<T> extends Promise<T> {
      override then<A = T, B = never>(
        onValue?: ((value: T) => A | PromiseLike<A>) | null,
        onError?: ((reason: unknown) => B | PromiseLike<B>) | null,
      ): Promise<A | B> {
        calls.push('then');
        return super.then(onValue, onError);
      }
    }
    const load = batch((keys: readonly number[]) => new Counted<number[]>((resolve) => resolve([...keys])));
    const both = task(function* () {
      return yield* all([load(1), load(2)]);
    });
    expect(await both()).toEqual([1, 2]);
    expect(calls).not.toEqual([]);
  });
});

describe('a native promise whose `then` throws', () => {
  class WithOptions<T> extends Promise<T> {
    constructor(executor: ConstructorParameters<typeof Promise<T>>[0], options: { readonly signal: unknown }) {
      super(executor);
      if ('signal' in options) return; // `then` passes no options, so it throws here
    }
  }

  const makers: readonly (readonly [string, () => Promise<number>])[] = [
    ['of a subclass whose constructor needs options', () => new WithOptions((resolve) => resolve(1), { signal: 0 })],
    ['behind a proxy', () => new Proxy(Promise.resolve(1), {})],
  ];

  it.each(makers)('fails only its own waiter, %s, and leaves no external wait', async (_, make) => {
    const late = batch((ids: readonly number[]) => ids.map((id) => (id === 1 ? make() : id)));
    const both = task(function* () {
      return yield* all([Future.from(late(2)), Future.defer(make)]);
    });
    const failures = [late(1), both()].map(async (failing) => expect(async () => failing).rejects.toThrow(TypeError));
    await Promise.all(failures);
    expect(await late(2)).toBe(2);
    expect([...batchScheduler.state.externalWaits]).toEqual([]);
  });
});
