/**
 * The store that a callback sees. A callback that serves many callers sees no store; a callback of one task or scope sees
 * the store of that task or scope, also if other work cancels it.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { Observable, Subject, subscribeOn, timer } from 'rxjs';
import { batch, BatchScheduler, flushAll, Future, Scope, task, type FlushPolicy } from 'sluice';

const storage = new AsyncLocalStorage<string>();
const store = (): string => storage.getStore() ?? 'none';
const elapsed = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Runs `work` in the store of ada, then `next` in the store of eve, and waits until both have ended. */
async function inStores<R>(work: () => R, next: (made: R) => unknown = () => undefined): Promise<void> {
  const made = storage.run('ada', work);
  await elapsed(2);
  storage.run('eve', () => next(made));
  await elapsed(10);
}

describe('a callback that serves many callers sees no store:', () => {
  it('the listener of a resolver for its signal', async () => {
    const seen: string[] = [];
    const row = batch(async (keys: readonly number[], { signal }) => {
      signal.addEventListener('abort', () => seen.push(store()));
      await elapsed(5);
      return keys;
    });
    await inStores(
      () => row(1).subscribe(),
      (subscription) => subscription.unsubscribe(),
    );
    expect(seen).toEqual(['none']);
  });

  it.each([
    ['the default scheduler', undefined],
    ['a scheduler of its own', new BatchScheduler()],
  ])('observers of flushes$ and events$, and the flush policy, on %s', async (_, own) => {
    const seen: string[] = [];
    const policy: FlushPolicy = (open) => {
      seen.push(`policy ${store()}`);
      return flushAll(open, []);
    };
    const scheduler = own ? new BatchScheduler({ policy }) : undefined;
    const row = batch(async (keys: readonly number[]) => Promise.resolve(keys), scheduler && { scheduler });
    row.flushes$.subscribe(() => seen.push(`flushes$ ${store()}`));
    const events = scheduler?.events$.subscribe(({ type }) => seen.push(`${type} ${store()}`));
    await inStores(() =>
      row(1)
        .pipe(subscribeOn(scheduler ?? new BatchScheduler()))
        .subscribe(),
    );
    events?.unsubscribe();
    expect(seen).toEqual(scheduler ? ['policy none', 'flushes$ none', 'flush none', 'land none'] : ['flushes$ none']);
  });
});

describe('a callback of a task sees the store of that task, also if other work cancels it:', () => {
  const cancelled = async (make: (see: (where: string) => void) => Future<unknown>): Promise<string[]> => {
    const seen: string[] = [];
    await inStores(
      () => make((where) => seen.push(`${where} ${store()}`)).subscribe({ error: () => undefined }),
      (subscription) => subscription.unsubscribe(),
    );
    return seen;
  };

  it('the teardown of its input, and its finally block', async () => {
    const seen = await cancelled((see) =>
      task(function* () {
        try {
          yield new Observable(() => () => see('teardown'));
        } finally {
          see('finally');
        }
      })(),
    );
    expect(seen).toEqual(['teardown ada', 'finally ada']);
  });

  it('the teardown of a future', async () => {
    expect(await cancelled((see) => Future.from(new Observable(() => () => see('teardown'))))).toEqual([
      'teardown ada',
    ]);
  });

  it('the teardown of an input that another task completes', async () => {
    const seen: string[] = [];
    const source = new Subject<number>();
    const waits = task(function* () {
      yield new Observable((subscriber) => {
        source.subscribe(subscriber);
        return () => seen.push(store());
      });
    });
    await inStores(
      () => waits().subscribe(),
      () => {
        source.next(1);
        source.complete();
        seen.push(store());
      },
    );
    expect(seen).toEqual(['ada', 'eve']);
  });
});

describe('listeners of the signal of a scope and of its tasks see the store of the scope, when it is cancelled', () => {
  it.each<[string, (scope: Scope, controller: AbortController) => unknown]>([
    ['by cancel()', (scope) => scope.cancel()],
    ['by its outer signal', (_, controller) => controller.abort()],
  ])('%s', async (_, cancel) => {
    const seen: string[] = [];
    const controller = new AbortController();
    await inStores(
      () => {
        const scope = new Scope({ signal: controller.signal });
        scope.signal.addEventListener('abort', () => seen.push(`scope ${store()}`));
        storage.run('bob', () => {
          scope.start(({ signal }) => {
            signal.addEventListener('abort', () => seen.push(`task ${store()}`));
            return timer(50);
          });
        });
        return scope;
      },
      (scope) => {
        cancel(scope, controller);
        seen.push(store());
        void scope.close();
      },
    );
    expect(seen.sort()).toEqual(['eve', 'scope ada', 'task bob']);
  });

  it('by a failed task', async () => {
    const seen: string[] = [];
    await inStores(() => {
      const scope = new Scope({ errorMode: 'abort' });
      scope.signal.addEventListener('abort', () => seen.push(store()));
      storage.run('bob', () => scope.start(() => Promise.reject(new Error('no'))));
      scope.close().subscribe({ error: () => undefined });
    });
    expect(seen).toEqual(['ada']);
  });

  it('or no store if the scope was made outside of all stores', async () => {
    const seen: string[] = [];
    const scope = new Scope();
    scope.signal.addEventListener('abort', () => seen.push(store()));
    storage.run('eve', () => scope.cancel());
    await scope.close();
    expect(seen).toEqual(['none']);
  });
});
