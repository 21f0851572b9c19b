/**
 * A clean-up runs in the contexts and on the scheduler of its own work, also if other work cancels that work:
 * at once, and after an `await`.
 */
import { Observable, type Subscription } from 'rxjs';
import { batch, BatchScheduler, batchScheduler, Future, Scope, scoped, ScopedValue, task, within } from 'sluice';
import { sleep } from '../support/sleep';

const language = new ScopedValue('none');
const row = batch((keys: readonly string[]) => keys, { name: 'row' });

/** Records the language at a place, and the scheduler that flushes a key requested there. */
type See = (place: string) => void;

interface Work {
  readonly cancel: () => void;
}

const cancelledBy = (subscription: Subscription): Work => ({ cancel: () => subscription.unsubscribe() });

const seenTwice = (see: See) => async (): Promise<void> => {
  see('at once');
  await Promise.resolve();
  see('after an await');
};

const inFrench = (future: Future<unknown>): Work => cancelledBy(within(language.override('fr'), future).subscribe());

const ofWaiters: Readonly<Record<string, (clean: () => Promise<void>) => Work>> = {
  'the teardown of what a task waits for': (clean) =>
    inFrench(
      task(function* () {
        yield new Observable(() => () => void clean());
      })(),
    ),
  'the teardown of a future': (clean) => inFrench(Future.from(new Observable(() => () => void clean()))),
  'the clean-up of a task': (clean) =>
    inFrench(
      task(function* () {
        try {
          yield new Observable();
        } finally {
          void clean();
        }
      })(),
    ),
  'a listener of the signal of a scoped body': (clean) =>
    inFrench(
      scoped((scope) => {
        scope.signal.addEventListener('abort', () => void clean());
        return new Observable();
      }),
    ),
  'a listener of the signal of a task in a scope': (clean) =>
    inFrench(
      scoped((scope) => {
        scope.start(({ signal }) => {
          signal.addEventListener('abort', () => void clean());
          return new Observable();
        });
        return new Observable();
      }),
    ),
};

/** Work that serves many callers, or has a lifetime of its own, runs in no caller's contexts. */
const ofMany: typeof ofWaiters = {
  'a listener of the signal of a scope that lives by itself': (clean) => {
    let cancel = (): void => undefined;
    inFrench(
      task(() => {
        const scope = new Scope();
        scope.signal.addEventListener('abort', () => void clean());
        cancel = () => scope.cancel();
      })(),
    );
    return { cancel: () => cancel() };
  },
  'a listener of the signal of a flush': (clean) => {
    const slow = batch((_keys: readonly number[], { signal }) => {
      signal.addEventListener('abort', () => void clean());
      return new Promise<number[]>(() => undefined);
    });
    return inFrench(slow(1));
  },
};

/** The scheduler of the work, and the scheduler of its canceller. */
const schedulers = {
  'on the default scheduler, by a request': [undefined, new BatchScheduler()],
  'in a request, from the default scheduler': [new BatchScheduler(), undefined],
  'in a request, by another request': [new BatchScheduler(), new BatchScheduler()],
} as const;

async function seenAt(
  make: (clean: () => Promise<void>) => Work,
  [own, other]: readonly [BatchScheduler | undefined, BatchScheduler | undefined],
): Promise<string[]> {
  const seen: string[] = [];
  const nameOf = new Map([own, other].map((scheduler, at) => [scheduler, at === 0 ? 'own' : 'of another']));
  const flushed = [own, other].map((scheduler) =>
    (scheduler ?? batchScheduler).events$.subscribe((event) => {
      if (event.type === 'flush' && event.batch === 'row')
        for (const key of event.keys) seen.push(`${String(key)}, scheduler ${String(nameOf.get(scheduler))}`);
    }),
  );
  const on = <R>(scheduler: BatchScheduler | undefined, act: () => R): R => (scheduler ? scheduler.run(act) : act());
  const see: See = (place) => void row(`${place}: ${language.get()}`).subscribe();
  const work = on(own, () => make(seenTwice(see)));
  await sleep(1);
  const cancelling = task(function* () {
    work.cancel();
    see('the canceller');
    yield sleep(1);
    see('the canceller later');
  });
  await on(other, () => Promise.resolve(within(language.override('de'), cancelling())));
  await sleep(1);
  for (const subscription of flushed) subscription.unsubscribe();
  return seen.sort();
}

describe.each(Object.entries(schedulers))('%s', (_, pair) => {
  it.each(Object.entries(ofWaiters))('%s runs with the language and on the scheduler of its work', async (__, make) => {
    expect(await seenAt(make, pair)).toEqual([
      'after an await: fr, scheduler own',
      'at once: fr, scheduler own',
      'the canceller later: de, scheduler of another',
      'the canceller: de, scheduler of another',
    ]);
  });

  it.each(Object.entries(ofMany))('%s runs on its own scheduler, and without a language override', async (__, make) => {
    expect(await seenAt(make, pair)).toEqual([
      'after an await: none, scheduler own',
      'at once: none, scheduler own',
      'the canceller later: de, scheduler of another',
      'the canceller: de, scheduler of another',
    ]);
  });
});
