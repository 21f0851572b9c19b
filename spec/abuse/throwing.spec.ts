/**
 * Functions of a config, cache stores and keys that throw: only their own futures fail, and no future stays pending.
 */
import { config as rxConfig, delay, of } from 'rxjs';
import {
  all,
  AsyncValue,
  batch,
  BatchScheduler,
  largestFirst,
  task,
  WouldBlockError,
  type BatchConfig,
  type CacheStore,
} from 'sluice';
import { listen, recorder, runVirtual, userName } from '../batch/virtual-run';

const failure = new Error('failure');

const throwingFor13 = (id: number): number => {
  if (id === 13) throw failure;
  return 0;
};

describe('a function of the config that throws for one key', () => {
  const configs: readonly (readonly [string, BatchConfig<number>])[] = [
    ['key', { key: (id) => throwingFor13(id) + id }],
    ['partition', { partition: throwingFor13 }],
    ['key, with a cache', { key: (id) => throwingFor13(id) + id, cache: true }],
    ['partition, with a cache', { partition: throwingFor13, cache: true }],
    ['key, in full batches', { key: (id) => throwingFor13(id) + id, maxSize: 2 }],
    ['key, pinned to a scheduler', { key: (id) => throwingFor13(id) + id, scheduler: new BatchScheduler() }],
  ];

  it.each(configs)('(%s) fails the future of that key, and no other', (_name, config) => {
    runVirtual(({ flush }) => {
      const { resolve } = recorder();
      const nameOf = batch(resolve, config);
      const [before, bad, after] = [listen(nameOf(1)), listen(nameOf(13)), listen(nameOf(2))];
      flush();
      expect(bad).toMatchObject({ values: [], errors: [failure] });
      expect([before.values, after.values]).toEqual([['user 1'], ['user 2']]);
    });
  });

  it.each(configs)('(%s) throws at the yield of the task that requests the key', (_name, config) => {
    runVirtual(({ flush }) => {
      const nameOf = batch(recorder().resolve, config);
      const asking = task(function* () {
        try {
          return yield* nameOf(13);
        } catch (error) {
          return error;
        }
      });
      const recording = listen(asking());
      flush();
      expect(recording.values).toEqual([failure]);
    });
  });

  it('keeps no wait on the scheduler of its caller', () => {
    const near = new BatchScheduler();
    const nameOf = batch(recorder().resolve, { key: throwingFor13, scheduler: new BatchScheduler() });
    runVirtual(({ flush }) => {
      const { asked, resolve } = recorder();
      const held = batch(resolve, { hold: 1_000, scheduler: near });
      near.schedule(() => void listen(nameOf(13)));
      flush();
      const seen = listen(held.flushes$);
      held(1).subscribe();
      flush();
      expect(asked).toEqual([[1]]);
      expect(seen.values).toMatchObject([{ reason: 'quiescent', at: 0 }]);
    });
  });

  it('keeps no wait that a later block would name', () => {
    const nameOf = batch(recorder().resolve, { key: throwingFor13, scheduler: new BatchScheduler(), name: 'nameOf' });
    expect(() => nameOf(13).block()).toThrow(failure);
    const never = new AsyncValue();
    expect(() => never.block()).toThrow(WouldBlockError);
    expect(() => never.block()).not.toThrow(/nameOf/);
  });
});

describe('a key function that throws', () => {
  const nameOf = batch(recorder().resolve, { key: throwingFor13, cache: true });

  it('makes prime and clear throw at the call', () => {
    expect(() => nameOf.prime(13, 'x')).toThrow(failure);
    expect(() => nameOf.clear(13)).toThrow(failure);
  });

  it('makes flush.succeed throw in the resolver', () => {
    runVirtual(({ flush }) => {
      const early = batch<number, string>((_ids, flushHandle) => flushHandle.succeed(13, 'x'), { key: throwingFor13 });
      const recording = listen(early(1));
      flush();
      expect(recording.errors).toEqual([failure]);
    });
  });
});

describe('a priority function that throws', () => {
  const reported: unknown[] = [];
  beforeEach(() => {
    rxConfig.onUnhandledError = (error: unknown) => void reported.push(error);
  });
  afterEach(() => {
    rxConfig.onUnhandledError = null;
  });

  it('is reported, and all batches are flushed', () => {
    runVirtual(({ flush }) => {
      const scheduler = new BatchScheduler({ policy: largestFirst });
      const priority = (): never => {
        throw failure;
      };
      const [bad, good] = [
        batch(recorder().resolve, { scheduler, priority }),
        batch(recorder().resolve, { scheduler }),
      ];
      const recording = listen(all([bad(1), good(2)]));
      flush();
      expect(recording.values).toEqual([['user 1', 'user 2']]);
    });
    expect(reported).toContain(failure);
  });
});

describe('a cache store that throws', () => {
  /** A store on a Map, whose `method` throws for the key 13. */
  function brokenStore(method: keyof CacheStore): CacheStore {
    const map = new Map<unknown, unknown>();
    const check = (name: keyof CacheStore, identity?: unknown): void => {
      if (name === method && (identity === 13 || name === 'clear')) throw failure;
    };
    return {
      has: (identity) => {
        check('has', identity);
        return map.has(identity) || (method === 'get' && identity === 13);
      },
      get: (identity) => {
        check('get', identity);
        return map.get(identity);
      },
      set: (identity, value) => {
        check('set', identity);
        return map.set(identity, value);
      },
      delete: (identity) => {
        check('delete', identity);
        return map.delete(identity);
      },
      clear: () => {
        check('clear');
        map.clear();
      },
    };
  }

  it.each(['has', 'get'] as const)('in %s fails the future of that key, and no other', (method) => {
    runVirtual(({ flush }) => {
      const nameOf = batch(recorder().resolve, { cache: brokenStore(method) });
      const [before, bad, after] = [listen(nameOf(1)), listen(nameOf(13)), listen(nameOf(2))];
      flush();
      expect(bad).toMatchObject({ values: [], errors: [failure] });
      expect([before.values, after.values]).toEqual([['user 1'], ['user 2']]);
    });
  });

  it.each([
    ['synchronous', (ids: readonly number[]) => ids.map(userName)],
    ['asynchronous', (ids: readonly number[]) => of(ids.map(userName)).pipe(delay(1))],
    ['Map', (ids: readonly number[]) => new Map(ids.map((id) => [id, userName(id)]))],
  ])('in set, with %s results, affects no other key and no later flush', (_name, resolve) => {
    runVirtual(({ flush }) => {
      const nameOf = batch<number, string>(resolve, { cache: brokenStore('set'), concurrency: 1 });
      const [before, bad, after] = [listen(nameOf(1)), listen(nameOf(13)), listen(nameOf(2))];
      flush();
      expect([before.values, after.values]).toEqual([['user 1'], ['user 2']]);
      expect(bad.errors.length + bad.values.length).toBe(1);
      const next = listen(nameOf(3));
      flush();
      expect(next.values).toEqual(['user 3']);
    });
  });

  it('in set, for a key that is settled early, affects no other key', () => {
    runVirtual(({ flush }) => {
      const nameOf = batch<number, string>(
        (ids, flushHandle) => ids.forEach((id) => flushHandle.succeed(id, userName(id))),
        {
          cache: brokenStore('set'),
        },
      );
      const [before, bad, after] = [listen(nameOf(1)), listen(nameOf(13)), listen(nameOf(2))];
      flush();
      expect([before.values, after.values]).toEqual([['user 1'], ['user 2']]);
      expect(bad.errors.length + bad.values.length).toBe(1);
    });
  });

  it('in set, delete or clear makes prime, clear or clearAll throw at the call', () => {
    expect(() => batch(recorder().resolve, { cache: brokenStore('set') }).prime(13, 'x')).toThrow(failure);
    expect(() => batch(recorder().resolve, { cache: brokenStore('delete') }).clear(13)).toThrow(failure);
    expect(() => batch(recorder().resolve, { cache: brokenStore('clear') }).clearAll()).toThrow(failure);
  });
});

describe('keys that cannot be converted to text', () => {
  const cyclic: Record<string, unknown> = {};
  cyclic['itself'] = cyclic;
  const keys: readonly (readonly [string, object])[] = [
    [
      'a throwing getter',
      {
        get id(): never {
          throw failure;
        },
      },
    ],
    [
      'a throwing toJSON',
      {
        toJSON: () => {
          throw failure;
        },
      },
    ],
    ['a toJSON that returns undefined', { toJSON: () => undefined }],
    [
      'a throwing constructor',
      {
        get constructor(): never {
          throw failure;
        },
      },
    ],
    ['no prototype', Object.create(null) as object],
    ['a cycle', cyclic],
    ['a bigint inside', { id: 10n }],
    ['a revoked proxy', revoked()],
  ];

  function revoked(): object {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  }

  it.each(keys)('(%s) are described in the errors for a missing result and for a wrong result', (_name, key) => {
    runVirtual(({ flush }) => {
      const [missing, wrong] = [
        batch<object, string>(() => new Map(), { name: 'rowOf' }),
        batch<object, string>(() => [], { name: 'rowOf' }),
      ];
      const recordings = [listen(missing(key)), listen(wrong(key))];
      flush();
      expect(recordings.map(({ errors }) => (errors[0] as { code: string }).code)).toEqual([
        'SLUICE_MISSING_RESULT',
        'SLUICE_BATCH_RESULT',
      ]);
      for (const { errors } of recordings)
        expect((errors[0] as Error).message).toMatch(/"rowOf".*(an object|an instance|\{)/);
    });
  });

  it('are shortened and counted in the message', () => {
    runVirtual(({ flush }) => {
      const wrong = batch<string, string>(() => [], { name: 'rowOf' });
      const recording = listen(wrong.many(Array.from({ length: 1_000 }, (_, id) => `${'x'.repeat(10_000)}${id}`)));
      flush();
      const { message } = recording.errors[0] as Error;
      expect(message).toContain('1000 key(s)');
      expect(message.length).toBeLessThan(1_000);
    });
  });
});
