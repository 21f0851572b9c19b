/** Plain graphql-js: each execution has a scheduler, caches and a scope of its own. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as delayed } from 'node:timers/promises';
import { buildSchema, execute, GraphQLError, parse, type ExecutionResult } from 'graphql';
import { createSchema } from 'graphql-yoga';
import { firstValueFrom, Observable, of } from 'rxjs';
import { AsyncValue, batch, feedersFirst, Future, task, type ScopeClosedError } from 'sluice';
import { executeWithSluice, requestContext, requestScope, responseSignal } from 'sluice/graphql';
import { failureOf } from '../support/failure-of';
import { authorOf, flushes, librarySchema } from './library';

const schema = librarySchema();
const run = (source: string, signal?: AbortSignal) =>
  executeWithSluice({ schema, document: parse(source) }, { execute, signal });

/** Resolvers by field name, over a schema whose fields are all of type Int. */
const runResolvers = (
  resolvers: Readonly<Record<string, () => unknown>>,
  {
    type = 'Query',
    ...config
  }: { readonly type?: string; readonly signal?: AbortSignal; cancelMutations?: boolean } = {},
): ReturnType<typeof execute> => {
  const fields = Object.keys(resolvers);
  const typeDefs = `type Query { a: Int } type Mutation { a: Int }
    extend type ${type} { ${fields
      .filter((name) => name !== 'a')
      .map((name) => `${name}: Int`)
      .join(' ')} x: Int }`;
  const document = parse(`${type.toLowerCase()} { ${fields.join(' ')} }`);
  return executeWithSluice(
    { schema: createSchema({ typeDefs, resolvers: { [type]: resolvers } }), document },
    { execute, ...config },
  );
};

describe('the resolvers of an execution', () => {
  it.each(['books', 'taskBooks', 'slowBooks'])(
    'load each row once, in parallel with their siblings (%s)',
    async (field) => {
      const { errors } = await run(`{ authors(ids: [1, 2, 3]) { name ${field} { title pages author { name } } } }`);
      expect(errors).toBeUndefined();
      const keys = flushes.filter(({ batch: name }) => name === 'bookOf').flatMap(({ keys: some }) => some);
      expect([...keys].sort()).toEqual([10, 11, 20, 21, 30, 31]);
      expect(flushes.filter(({ batch: name }) => name === 'authorOf')).toHaveLength(1);
    },
  );

  it('may return Observables, lists of them, and promises of them', async () => {
    const { data } = await run('{ author(id: 1) { tick ticks lateTick } }');
    expect(data).toEqual({ author: { tick: 0, ticks: [1, 2, 3, 4], lateTick: 7 } });
  });

  it('may return lists in lists of Observables and futures', async () => {
    const schema = buildSchema('type Query { grid: [[Int]] }');
    const rootValue = { grid: () => [[of(1), Future.of(2)], [], [3]] };
    const result = await executeWithSluice({ schema, document: parse('{ grid }'), rootValue }, { execute });
    expect(result).toEqual({ data: { grid: [[1, 2], [], [3]] } });
  });

  it('may return Sets and generators of Observables and futures', async () => {
    const schema = buildSchema('type Query { set: [Int] generator: [Int] nested: [[Int]] plain: [Int] }');
    const rootValue = {
      set: () => new Set([of(1), Future.of(2), 3]),
      *generator() {
        yield of(1);
        yield Future.of(2);
        yield 3;
      },
      nested: () => [[of(2)].values()],
      plain: () => new Set([1, 2]),
    };
    const document = parse('{ set generator nested plain }');
    const result = await executeWithSluice({ schema, document, rootValue }, { execute });
    expect(result).toEqual({
      data: { set: [1, 2, 3], generator: [1, 2, 3], nested: [[2]], plain: [1, 2] },
    });
  });

  it('leave a generator at its end where an item throws', async () => {
    let isClosed = false;
    const schema = buildSchema('type Query { items: [Int] }');
    const rootValue = {
      *items() {
        try {
          yield of(1);
          throw new Error('torn');
        } finally {
          isClosed = true;
        }
      },
    };
    const { data, errors } = await executeWithSluice({ schema, document: parse('{ items }'), rootValue }, { execute });
    expect({ data, messages: errors?.map(({ message }) => message), isClosed }).toEqual({
      data: { items: null },
      messages: ['torn'],
      isClosed: true,
    });
  });

  it('may be methods of the root value that return Observables and futures', async () => {
    const result = await executeWithSluice(
      {
        schema: buildSchema('type Query { a: Int b: Int c: Int }'),
        document: parse('{ a b c }'),
        rootValue: { a: () => of(1), b: Future.of(2), c: of(3) },
      },
      { execute },
    );
    expect(result).toEqual({ data: { a: 1, b: 2, c: 3 } });
  });

  it('use the field resolver of the caller where they are missing', async () => {
    const args = { schema: buildSchema('type Query { a: Int }'), document: parse('{ a }') };
    const result = await executeWithSluice({ ...args, fieldResolver: () => of(5) }, { execute });
    expect(result).toEqual({ data: { a: 5 } });
  });

  it('keep their AsyncLocalStorage store', async () => {
    const store = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    await store.run('mine', () =>
      runResolvers({
        a: async () => {
          seen.push(store.getStore());
          await authorOf(1);
          seen.push(store.getStore());
        },
      }),
    );
    expect(seen).toEqual(['mine', 'mine']);
  });

  it('see the context and the scope of their request, and so do batch functions', async () => {
    const seen = batch((keys: readonly number[]) =>
      keys.map(() => [requestContext<{ user: string }>().user, requestScope().name]),
    );
    const names: unknown[] = [];
    await executeWithSluice(
      {
        schema: createSchema({
          typeDefs: 'type Query { a: Int }',
          resolvers: { Query: { a: () => seen(1).then((it) => void names.push(...it)) } },
        }),
        document: parse('query Users { a }'),
        contextValue: { user: 'ada' },
      },
      { execute },
    );
    expect(names).toEqual(['ada', 'query Users']);
  });

  it('run on a scheduler with the policy of the options', async () => {
    const policy = jest.fn(feedersFirst);
    await executeWithSluice({ schema, document: parse('{ author(id: 1) { id } }') }, { execute, policy });
    expect(policy).toHaveBeenCalled();
  });
});

describe('the result of an execution', () => {
  it('is there at once if no resolver waits', () => {
    expect(runResolvers({ a: () => 1 })).toEqual({ data: { a: 1 } });
  });

  it('has an error with the path, the locations, the extensions and the original error of a failed future', async () => {
    const failed = batch(() => [new GraphQLError('denied', { extensions: { code: 'FORBIDDEN' } })]);
    const { data, errors } = await runResolvers({ a: () => failed(1) });
    expect(data).toEqual({ a: null });
    expect(JSON.parse(JSON.stringify(errors))).toEqual([
      { message: 'denied', locations: [{ line: 1, column: 9 }], path: ['a'], extensions: { code: 'FORBIDDEN' } },
    ]);
  });

  it('does not wait for work of the scope, which closes when that work has ended', async () => {
    const steps: string[] = [];
    const written = new AsyncValue<void>();
    const closed = new AsyncValue<void>();
    const result = await runResolvers({
      a: () => {
        requestScope().ensure(() => {
          steps.push('finaliser');
          closed.set();
        });
        requestScope().start(async () => {
          await written;
          await authorOf(1);
          steps.push('written');
        });
        return 1;
      },
    });
    expect(result).toEqual({ data: { a: 1 } });
    expect(steps).toEqual([]);
    written.set();
    await closed;
    expect(steps).toEqual(['written', 'finaliser']);
  });

  it('ends the waits of resolvers that no field waits for, with an error that says why', async () => {
    const stray = new AsyncValue<ScopeClosedError>();
    await runResolvers({
      a: () => {
        void failureOf<ScopeClosedError>(
          delayed(5).then(async () => {
            await authorOf(1);
          }),
        ).then((error) => stray.set(error));
        return 1;
      },
    });
    const error = await stray;
    expect(error.code).toBe('SLUICE_SCOPE_CLOSED');
    expect(error.message).toContain('await came too late: scope "query" is closed: the request has its result.');
    expect(flushes).toEqual([]);
  });

  it('does not end work that was started', async () => {
    const ended = new AsyncValue<unknown>();
    await runResolvers({
      a: () => {
        task(function* () {
          ended.set(yield* authorOf(3));
        })().start();
        return 1;
      },
    });
    expect(await ended).toMatchObject({ id: 3 });
  });
});

describe('the signal of an execution', () => {
  /** A batch function whose flights end only when they are aborted. */
  const endless = () => {
    const aborted = new AsyncValue<void>();
    const started = new AsyncValue<void>();
    const load = batch((_: readonly number[], { signal }) => {
      started.set();
      signal.addEventListener('abort', () => {
        aborted.set();
      });
      return new Promise<number[]>(() => undefined);
    });
    return { load, started, aborted };
  };

  it.each<[string, (load: () => Future<number>) => unknown]>([
    ['a returned future', (load) => load()],
    [
      'a task',
      (load) =>
        task(function* () {
          return yield* load();
        })(),
    ],
    ['an async function', async (load) => (await load()) + 1],
    ['a subscription of its own', async (load) => firstValueFrom(load())],
    ['started work', (load) => load().start()],
    ['a task of the scope', (load) => requestScope().start(load())],
    ['an async function in the scope', (load) => requestScope().start(async () => (await load()) + 1)],
  ])('rejects with its reason and aborts the flights of %s', async (_, resolve) => {
    const { load, started, aborted } = endless();
    const controller = new AbortController();
    const result = runResolvers({ a: () => resolve(() => load(1)) }, { signal: controller.signal });
    await started;
    controller.abort(new Error('gone'));
    expect(await failureOf(Promise.resolve(result))).toEqual(new Error('gone'));
    await aborted;
  });

  it('unsubscribes from a returned Observable', async () => {
    const [controller, left] = [new AbortController(), new AsyncValue<void>()];
    const source = new Observable<number>(() => () => {
      left.set();
    });
    const result = runResolvers({ a: () => source }, { signal: controller.signal });
    controller.abort();
    expect(await failureOf(Promise.resolve(result))).toBe(controller.signal.reason);
    await left;
  });

  it('does not abort a flight that another request waits for', async () => {
    const release = new AsyncValue<void>();
    let isAborted = false;
    const shared = batch(
      async (keys: readonly number[], { signal }) => {
        signal.addEventListener('abort', () => (isAborted = true));
        await release;
        return keys;
      },
      { scheduler: new (await import('sluice')).BatchScheduler({ name: 'shared' }) },
    );
    const controller = new AbortController();
    const [left, kept] = [
      runResolvers({ a: () => shared(1) }, { signal: controller.signal }),
      runResolvers({ a: () => shared(1) }),
    ];
    await delayed(5);
    controller.abort();
    await failureOf(Promise.resolve(left));
    release.set();
    expect(await kept).toEqual({ data: { a: 1 } });
    expect(isAborted).toBe(false);
  });

  it('starts no resolver once it is aborted', async () => {
    const controller = new AbortController();
    const resolver = jest.fn();
    const result = executeWithSluice(
      {
        schema: createSchema({
          typeDefs: 'type Query { a: Query b: Int }',
          resolvers: { Query: { a: () => delayed(5).then(() => ({})), b: resolver } },
        }),
        document: parse('{ a { b } }'),
      },
      { execute, signal: controller.signal },
    );
    controller.abort();
    await failureOf(Promise.resolve(result));
    await delayed(10);
    expect(resolver).not.toHaveBeenCalled();
  });

  it('closes the later parts of a deferred result that comes after the abort', async () => {
    const controller = new AbortController();
    let closed = 0;
    const parts: AsyncIterableIterator<unknown> = {
      [Symbol.asyncIterator]: () => parts,
      next: () => new Promise(() => undefined),
      return: () => Promise.resolve({ done: true, value: closed++ }),
    };
    let answer: (result: object) => void = () => undefined;
    const first = new Promise<object>((resolve) => (answer = resolve));
    const result = executeWithSluice(
      { schema: librarySchema(), document: parse('{ __typename }') },
      { execute: () => first, signal: controller.signal },
    );
    controller.abort();
    expect(await failureOf(result)).toBe(controller.signal.reason);
    answer({ initialResult: { data: {} }, subsequentResults: parts });
    await delayed(1);
    expect(closed).toBe(1);
  });

  it('executes nothing if it is aborted already', async () => {
    const resolver = jest.fn();
    expect(
      await failureOf(Promise.resolve(runResolvers({ a: resolver }, { signal: AbortSignal.abort('early') }))),
    ).toBe('early');
    expect(resolver).not.toHaveBeenCalled();
  });

  it('lets a mutation run to its end, unless mutations may be cancelled', async () => {
    for (const cancelMutations of [false, true]) {
      const controller = new AbortController();
      const resolvers = {
        a: async () => {
          controller.abort('gone');
          await delayed(1);
          return (await authorOf(1)).id;
        },
      };
      const result = runResolvers(resolvers, { type: 'Mutation', signal: controller.signal, cancelMutations });
      if (cancelMutations) expect(await failureOf(Promise.resolve(result))).toBe('gone');
      else expect(await result).toEqual({ data: { a: 1 } });
    }
  });

  it('lets finalisers await futures', async () => {
    const controller = new AbortController();
    const seen = new AsyncValue<unknown>();
    const result = runResolvers(
      {
        a: () => {
          requestScope().ensure(async () => {
            seen.set(await authorOf(5));
          });
          return new AsyncValue();
        },
      },
      { signal: controller.signal },
    );
    controller.abort();
    await failureOf(Promise.resolve(result));
    expect(await seen).toMatchObject({ id: 5 });
  });

  it('gets one listener for all requests that share it, which goes with the last', async () => {
    const { signal } = new AbortController();
    const [add, remove] = [jest.spyOn(signal, 'addEventListener'), jest.spyOn(signal, 'removeEventListener')];
    await Promise.all([run('{ author(id: 1) { id } }', signal), run('{ author(id: 1) { id } }', signal)]);
    expect([add.mock.calls.length, remove.mock.calls.length]).toEqual([1, 1]);
  });
});

describe('a wrong argument', () => {
  const args = { schema, document: parse('{ fails }') };

  it.each<[string, () => unknown]>([
    [
      'executeWithSluice: expected `args.schema` to be a GraphQLSchema; got undefined',
      () => executeWithSluice({ document: args.document } as never, { execute }),
    ],
    [
      'executeWithSluice: expected `args.document` to be a parsed document; got "{ fails }"',
      () => executeWithSluice({ schema, document: '{ fails }' } as never, { execute }),
    ],
    [
      'executeWithSluice: expected `execute` to be the function `execute` of the package `graphql`; got undefined',
      () => executeWithSluice(args, {} as never),
    ],
    [
      'executeWithSluice: unknown option "abortSignal". Did you mean "signal"?',
      () => executeWithSluice(args, { execute, abortSignal: null } as never),
    ],
    [
      'executeWithSluice: expected `signal` to be an AbortSignal; got 1',
      () => executeWithSluice(args, { execute, signal: 1 as never }),
    ],
    [
      'executeWithSluice: expected `policy` to be a function (flushAll, largestFirst, feedersFirst); got "all"',
      () => executeWithSluice(args, { execute, policy: 'all' as never }),
    ],
    ['requestScope: no GraphQL request is running here.', () => requestScope()],
    ['requestContext: no GraphQL request is running here.', () => requestContext()],
  ])('is refused: %s', (message, call) => {
    expect(call).toThrow(TypeError);
    expect(call).toThrow(message);
  });
});

describe('responseSignal', () => {
  const response = (writableFinished: boolean) => {
    let onClose = (): void => undefined;
    return {
      writableFinished,
      once: (_: 'close', listener: () => void) => (onClose = listener),
      close: () => onClose(),
    };
  };

  it('aborts with an AbortError when the response closes before it is finished', () => {
    const [dropped, finished] = [response(false), response(true)];
    const signals = [responseSignal(dropped), responseSignal(finished)];
    dropped.close();
    finished.close();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    expect(signals[0]?.reason).toMatchObject({ name: 'AbortError' });
  });

  it('is one signal for each response', () => {
    const one = response(false);
    expect(responseSignal(one)).toBe(responseSignal(one));
  });
});
export type { ExecutionResult };
