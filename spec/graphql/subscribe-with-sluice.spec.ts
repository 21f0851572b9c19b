/** Subscriptions of plain graphql-js: each event has a scheduler, caches and a scope of its own. */
import { setTimeout as delayed } from 'node:timers/promises';
import { parse, subscribe, type ExecutionResult } from 'graphql';
import { createSchema } from 'graphql-yoga';
import { concat, config, NEVER, of, range, Subject, throwError, type Observable } from 'rxjs';
import { AsyncValue, batch, BatchScheduler } from 'sluice';
import { requestContext, requestScope, subscribeWithSluice } from 'sluice/graphql';
import { ObservableIterator } from '../../src/graphql/observable-iterator';
import { failureOf } from '../support/failure-of';

const loads: (readonly number[])[] = [];
beforeEach(() => void loads.splice(0));

const rowOf = batch(
  async (ids: readonly number[]) => {
    loads.push(ids);
    await delayed(1);
    return ids.map((id) => ({ id, by: requestContext<{ user: string }>().user }));
  },
  { name: 'rowOf', cache: true },
);

type Events = AsyncGenerator<ExecutionResult, void, void>;

interface Source {
  readonly subscribe: () => unknown;
  readonly resolve?: (id: number) => unknown;
  readonly signal?: AbortSignal;
}

/** Subscribes to a field of rows; the source emits their ids. */
async function open({ subscribe: source, resolve = (id) => rowOf(id), signal }: Source): Promise<Events> {
  const schema = createSchema({
    typeDefs: `type Query { a: Int } type Row { id: Int by: String again: Row }
      type Subscription { row: Row }`,
    resolvers: {
      Subscription: { row: { subscribe: source, resolve } },
      Row: { again: ({ id }: { readonly id: number }) => rowOf(id) },
    },
  });
  const document = parse('subscription Rows { row { id by again { id } } }');
  return (await subscribeWithSluice(
    { schema, document, contextValue: { user: 'ada' } },
    { subscribe, signal },
  )) as Events;
}

async function all(events: Events): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const { data, errors } of events) found.push(errors ?? data?.['row']);
  return found;
}

const row = (id: number) => ({ id, by: 'ada', again: { id } });

async function* generated(...ids: readonly number[]): AsyncGenerator<number> {
  for (const id of ids) {
    await delayed(1);
    yield id;
  }
}

describe('the events of a subscription', () => {
  it.each<[string, () => unknown]>([
    ['an async generator', () => generated(1, 1, 2)],
    ['an Observable', () => of(1, 1, 2)],
    ['a promise of an Observable', () => Promise.resolve(of(1, 1, 2))],
    ['a future of an Observable', () => rowOf(9).then(() => of(1, 1, 2))],
  ])('of %s are resolved with caches of their own', async (_, source) => {
    expect(await all(await open({ subscribe: source }))).toEqual([row(1), row(1), row(2)]);
    expect(loads.filter(([id]) => id !== 9)).toEqual([[1], [1], [2]]);
  });

  it('share a scheduler with what the source loads for the same event', async () => {
    async function* source(): AsyncGenerator<number> {
      yield (await rowOf(1)).id;
    }
    expect(await all(await open({ subscribe: source }))).toEqual([row(1)]);
    expect(loads).toEqual([[1]]);
  });

  it('have a scope of their own, which closes with the event', async () => {
    const closed: string[] = [];
    const resolve = (id: number) => {
      const scope = requestScope();
      scope.ensure(() => void closed.push(`${scope.name} ${String(id)}`));
      return rowOf(id);
    };
    const events = await open({ subscribe: () => generated(1, 2), resolve });
    await events.next();
    expect(closed).toEqual(['subscription Rows event 1']);
    await all(events);
    expect(closed).toHaveLength(2);
  });

  it('do not run on the scheduler of the code that emits or pulls', async () => {
    const subject = new Subject<number>();
    const events = await open({ subscribe: () => subject });
    const pulled = new BatchScheduler({ name: 'puller' }).run(() => events.next());
    new BatchScheduler({ name: 'publisher' }).run(() => {
      subject.next(4);
    });
    expect((await pulled).value).toEqual({ data: { row: row(4) } });
    await events.return();
  });

  it('wait in order while the client does not pull', async () => {
    const subject = new Subject<number>();
    const events = await open({ subscribe: () => subject });
    for (const id of [1, 2, 3]) subject.next(id);
    subject.complete();
    expect(await all(events)).toEqual([row(1), row(2), row(3)]);
  });

  it('are taken in linear time when 200000 of them wait', async () => {
    let sum = 0;
    for await (const event of new ObservableIterator(range(0, 200_000))) sum += event;
    expect(sum).toBe((200_000 * 199_999) / 2);
  });

  it('end with the error of the source', async () => {
    const error = new Error('broken');
    const source = (): Observable<number> =>
      concat(
        of(1),
        throwError(() => error),
      );
    const events = await open({ subscribe: source });
    expect((await events.next()).value).toEqual({ data: { row: row(1) } });
    expect(await failureOf(events.next())).toMatchObject({ message: 'broken' });
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });
});

describe('the end of a subscription', () => {
  /** A subscription whose first event loads without end. */
  async function openEndless(signal?: AbortSignal) {
    const [started, aborted, left] = [new AsyncValue<void>(), new AsyncValue<void>(), new AsyncValue<void>()];
    const endless = batch((_: readonly number[], flush) => {
      flush.signal.addEventListener('abort', () => {
        aborted.set();
      });
      started.set();
      return new Promise<never[]>(() => undefined);
    });
    const source = () => {
      requestScope().signal.addEventListener('abort', () => {
        left.set();
      });
      return concat(of(1), NEVER);
    };
    const events = await open({ subscribe: source, resolve: () => endless(1), ...(signal && { signal }) });
    return { events, started, aborted, left };
  }

  it('by return() aborts the flights of the running event, and the scope of the subscription', async () => {
    const { events, started, aborted, left } = await openEndless();
    const pulled = events.next();
    await started;
    await events.return();
    await Promise.all([aborted, left]);
    expect(await pulled).toEqual({ done: true, value: undefined });
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });

  it('by the signal ends the stream and aborts the flights of the running event', async () => {
    const controller = new AbortController();
    const { events, started, aborted, left } = await openEndless(controller.signal);
    const pulled = events.next();
    await started;
    controller.abort();
    expect(await pulled).toEqual({ done: true, value: undefined });
    await Promise.all([aborted, left]);
  });

  it('runs the finally block of a generator, which may await futures', async () => {
    const seen: unknown[] = [];
    async function* source(): AsyncGenerator<number> {
      try {
        yield 1;
      } finally {
        seen.push(await rowOf(7));
      }
    }
    const events = await open({ subscribe: source });
    await events.next();
    await events.return();
    expect(seen).toEqual([{ id: 7, by: 'ada' }]);
  });

  it.each<[string, (events: Events, controller: AbortController) => unknown]>([
    ['return()', (events) => events.return()],
    [
      'the signal',
      (_events, controller) => {
        controller.abort();
      },
    ],
  ])('by %s closes an async iterator once, also in the middle of a pull', async (_, end) => {
    for (const isPulling of [false, true]) {
      const controller = new AbortController();
      let closed = 0;
      const source: AsyncIterableIterator<number> = {
        [Symbol.asyncIterator]: () => source,
        next: () => new Promise(() => undefined),
        return: () => Promise.resolve({ done: true, value: closed++ }),
      };
      const stream = (): AsyncIterableIterator<ExecutionResult> => source as never;
      const schema = createSchema({ typeDefs: 'type Query { a: Int }' });
      const events = subscribeWithSluice(
        { schema, document: parse('{ a }') },
        { subscribe: stream, signal: controller.signal },
      ) as Events;
      if (isPulling) void events.next();
      await end(events, controller);
      await delayed(1);
      expect(closed).toBe(1);
    }
  });

  it('by the signal reports the error of a generator that waits to be pulled', async () => {
    const controller = new AbortController();
    const reported: unknown[] = [];
    config.onUnhandledError = (error) => reported.push(error);
    async function* source(): AsyncGenerator<number> {
      try {
        yield (await rowOf(1)).id;
      } finally {
        // eslint-disable-next-line no-unsafe-finally -- the error of a clean-up
        throw new Error('still locked');
      }
    }
    const events = await open({ subscribe: source, signal: controller.signal });
    await events.next();
    controller.abort();
    await delayed(10);
    config.onUnhandledError = null;
    expect(reported).toMatchObject([{ message: 'still locked' }]);
  });

  it('unsubscribes from an Observable', async () => {
    const subject = new Subject<number>();
    const events = await open({ subscribe: () => subject });
    expect(subject.observed).toBe(true);
    await events.return();
    expect(subject.observed).toBe(false);
  });

  it('before it has begun closes the source that comes later', async () => {
    const [controller, subject] = [new AbortController(), new Subject<number>()];
    const opened = open({ subscribe: () => delayed(5).then(() => subject), signal: controller.signal });
    controller.abort();
    expect(await failureOf(opened)).toBe(controller.signal.reason);
    await delayed(20);
    expect(subject.observed).toBe(false);
  });
});

it('a subscription with an invalid source answers with an error result', async () => {
  const result = (await open({ subscribe: () => Promise.reject(new Error('denied')) })) as unknown as ExecutionResult;
  expect(result.errors).toMatchObject([{ message: 'denied', path: ['row'] }]);
});
