/** The differences from `dataloader` 2.2.3: where that package loses a load or ends the process, this one does not. */
import { deferred, nextTask, ours, recordedLoader, settled, theirs, type Keys } from './implementations';

describe('a batch function that empties its keys', () => {
  const take = (keys: unknown[]): Promise<Keys> => Promise.resolve(keys.splice(0));

  it('has a copy of them: its loads settle, which those of dataloader never do', async () => {
    expect(await new ours(take).loadMany([1, 2])).toEqual([1, 2]);
    const lost = new theirs(take).load(1);
    expect(await Promise.race([lost, nextTask().then(() => 'lost')])).toBe('lost');
  });

  it('is cleared by its original keys when it fails', async () => {
    let calls = 0;
    const loader = new ours((keys: unknown[]) => {
      keys.length = 0;
      return ++calls === 1 ? Promise.reject(new Error('down')) : Promise.resolve(['up']);
    });
    expect(await settled(loader.load(1))).toBe('rejected Error: down');
    expect(await loader.load(1)).toBe('up');
  });
});

describe('the result of a batch function', () => {
  it('may be a thenable whose then returns nothing: its values and failures are received', async () => {
    const bare = (result: Promise<unknown>): unknown => ({
      then: (onValue: (value: unknown) => void, onError?: (error: unknown) => void) =>
        void result.then(onValue, (error: unknown) => onError?.(error)),
    });
    expect(await new ours((keys: Keys) => bare(Promise.resolve(keys))).load(1)).toBe(1);
    expect(await settled(new ours(() => bare(Promise.reject(new Error('sql')))).load(1))).toBe('rejected Error: sql');
    expect(await settled(new ours(() => bare(Promise.resolve([]))).load(1))).toContain('of the same length');
  });

  it('fails the loads if its getter then throws', async () => {
    const broken = Object.defineProperty({}, 'then', {
      get: () => {
        throw new Error('getter');
      },
    });
    expect(await settled(new ours(() => broken).load(1))).toBe('rejected Error: getter');
  });

  it('fails the loads if what the function throws has no text', async () => {
    const fail = (): never => {
      throw Object.create(null);
    };
    expect(await settled(new ours(fail).load(1))).toContain('the function errored synchronously: [object Object].');
  });

  it('fails the loads if it has no text', async () => {
    expect(await settled(new ours(() => Object.create(null) as unknown).load(1))).toContain(
      'did not return a Promise: [object Object].',
    );
  });
});

describe('a batchScheduleFn', () => {
  it('that calls back twice runs the batch function once', async () => {
    const batchScheduleFn = (callback: () => void): void => {
      setImmediate(() => [callback, callback].forEach((each) => each()));
    };
    const [twice, once] = [recordedLoader(theirs, { batchScheduleFn }), recordedLoader(ours, { batchScheduleFn })];
    expect(await Promise.all([twice.loader.load(1), once.loader.load(1)])).toEqual([1, 1]);
    expect([twice.calls, once.calls]).toEqual([[[1], [1]], [[1]]]);
  });

  it('that calls back at once dispatches in a promise job', async () => {
    const { loader, calls } = recordedLoader(ours, { batchScheduleFn: (callback: () => void) => callback() });
    expect(await loader.loadMany([1, 2])).toEqual([1, 2]);
    expect(await loader.load(3)).toBe(3);
    expect(calls).toEqual([[1, 2], [3]]);
  });

  it('that throws leaves no batch behind that later loads wait for', async () => {
    let isBroken = true;
    const { loader } = recordedLoader(ours, {
      batchScheduleFn: (callback: () => void) => {
        if (isBroken) throw new Error('schedule');
        setImmediate(callback);
      },
    });
    expect(() => void loader.load(1)).toThrow('schedule');
    isBroken = false;
    expect(await loader.load(1)).toBe(1);
  });
});

describe('a key that is cleared and loaded again in flight', () => {
  it('stays cached also if a schedule function has thrown meanwhile', async () => {
    const flights = [deferred<Keys>(), deferred<Keys>()];
    let isBroken = false;
    const batchScheduleFn = (dispatch: () => void): void => {
      if (isBroken) throw new Error('schedule');
      setImmediate(dispatch);
    };
    const { loader } = recordedLoader(ours, { batchScheduleFn }, (_, call) => flights[call - 1]?.promise);
    const old = settled(loader.load(1));
    await nextTask();
    isBroken = true;
    expect(() => void loader.load(2)).toThrow('schedule');
    isBroken = false;
    loader.clear(1);
    const renewed = loader.load(1);
    await nextTask();
    flights[1]?.resolve(['new']);
    expect(await renewed).toBe('new');
    flights[0]?.reject(new Error('old'));
    expect(await old).toBe('rejected Error: old');
    expect(await loader.load(1)).toBe('new');
  });

  it.each(['clear', 'clearAll'] as const)('stays cached by %s when the old flight fails later', async (method) => {
    const flights = [deferred<Keys>(), deferred<Keys>()];
    const { loader, calls } = recordedLoader(ours, undefined, (_, call) => flights[call - 1]?.promise);
    const old = settled(loader.load(1));
    await nextTask();
    loader[method](1);
    const renewed = loader.load(1);
    await nextTask();
    flights[1]?.resolve(['new']);
    expect(await renewed).toBe('new');
    flights[0]?.reject(new Error('old'));
    expect(await old).toBe('rejected Error: old');
    expect(await loader.load(1)).toBe('new');
    expect(calls).toEqual([[1], [1]]);
  });
});
