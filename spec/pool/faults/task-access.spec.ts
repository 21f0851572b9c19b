/**
 * What a task can reach: its handle, ports and shared memory of its thread, and prototypes that the runtime might use. None
 * of them lets a task answer for another one, or makes a later task hang.
 */
import { WorkerPool, workerTask, type WorkerTask } from 'sluice/pool';
import { ignore, poolFixture, settle } from './pool-fixture';
import { expectInvariantsAndClose } from './pool-invariants';

/** The handle of a task, in which a function may keep state of its own. */
type Stateful = WorkerTask & Record<string, unknown>;

const makePool = poolFixture();
const newPool = (): WorkerPool => makePool({ size: 1, grace: 100 });

/** A pool with one thread that takes many tiny tasks in one batch. */
async function warmPool(): Promise<WorkerPool> {
  const pool = newPool();
  for (let n = 0; n < 200; n++) await pool.do((value: number) => value, n);
  return pool;
}

describe('the handle of a task', () => {
  it.each(['slot', 'place', 'isOver', 'platform', 'streamSender', 'handle'])(
    'keeps a value that a function stores as `%s`',
    async (key) => {
      const pool = newPool();
      const count = pool.task(function (this: Stateful, name: string) {
        this[name] = 1;
        while ((this[name] as number) < 3) this[name] = (this[name] as number) + 1;
        return this[name];
      });
      expect(await settle(count(key))).toBe(3);
      expect(await settle(pool.do((n: number) => n, 5))).toBe(5);
    },
  );

  it('has no members but name, signal, do and transfer', async () => {
    const pool = newPool();
    const members = await pool.do(function members(this: WorkerTask) {
      const found: string[] = [];
      const add = (owner: object): void => {
        for (const key of Reflect.ownKeys(owner)) found.push(String(key));
      };
      add(this);
      add(Object.getPrototypeOf(this) as object);
      return found.sort();
    });
    expect(members).toEqual(['constructor', 'do', 'name', 'signal', 'transfer']);
    const constructor = await pool.do(function (this: WorkerTask) {
      return this.constructor === Object;
    });
    expect(constructor).toBe(true);
  });

  it.each(['name', 'signal', 'do', 'transfer'])('refuses another value for `%s`', async (key) => {
    const pool = newPool();
    const replace = pool.task(function (this: Stateful, name: string) {
      this[name] = 'replaced';
    });
    expect(await settle(replace(key))).toBeInstanceOf(TypeError);
  });

  it('cannot be changed for the tasks after it', async () => {
    const pool = newPool();
    const change = pool.task(function (this: WorkerTask) {
      Reflect.set(Object.getPrototypeOf(this) as object, 'transfer', 'replaced');
      Reflect.set(Object.getPrototypeOf(this) as object, 'extra', 'added');
    });
    await settle(change());
    const look = pool.task(function (this: Stateful) {
      return [typeof this.transfer, this['extra']];
    });
    expect(await settle(look())).toEqual(['function', undefined]);
  });

  it('may be frozen by its task', async () => {
    const pool = newPool();
    const freeze = pool.task(function* (this: WorkerTask) {
      Object.freeze(this);
      yield 1;
      yield this.signal.aborted ? 0 : 2;
    });
    expect(await settle(freeze())).toBe(2);
    expect(await settle(pool.do(() => 'next'))).toBe('next');
    expect(pool.stats).toMatchObject({ threads: 1, failed: 0 });
  });

  it('is what workerTask() returns', async () => {
    const pool = newPool();
    const isSame = pool.task(function (this: WorkerTask) {
      const store = globalThis as unknown as Record<symbol, unknown>;
      return store[Symbol.for('sluice.workerTask')] === this;
    });
    expect(await settle(isSame())).toBe(true);
    expect(() => workerTask()).toThrow('no task of a WorkerPool');
  });
});

describe('the async context of a task', () => {
  it('does not give access to the runtime', async () => {
    const pool = newPool();
    const look = pool.task(() => {
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- what a thread is sent imports nothing else
      const { executionAsyncResource } = require('node:async_hooks') as typeof import('node:async_hooks');
      const resource = executionAsyncResource() as Record<PropertyKey, unknown>;
      return Reflect.ownKeys(resource)
        .map((key) => resource[key])
        .filter((value) => typeof value === 'object' && value !== null)
        .filter((value) => 'slot' in value || 'platform' in value).length;
    });
    expect(await settle(look())).toBe(0);
  });
});

describe('the shared memory of the task slots', () => {
  it('is not among the data of the thread', async () => {
    const pool = await warmPool();
    const spoil = pool.task(() => {
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- what a thread is sent imports nothing else
      const { workerData } = require('node:worker_threads') as {
        workerData: { init?: { taskSlots: SharedArrayBuffer } };
      };
      const slots = new Int32Array(workerData.init?.taskSlots ?? new SharedArrayBuffer(0));
      for (let slot = 0; slot < slots.length; slot++) if (slots[slot] === 1) slots[slot] = 2;
      return [Reflect.ownKeys(workerData).length, slots.length];
    });
    const results = [spoil(), ...[1, 2, 3].map((n) => pool.task((value: number) => value)(n))].map((task) =>
      settle(task),
    );
    expect(await Promise.all(results)).toEqual([[0, 0], 1, 2, 3]);
  });
});

/** Calls `use` with the port between the thread and the pool, which is among the open handles of the thread. */
const withPort = (use: string): string => `
  const isPort = (handle) => handle && handle.constructor.name === 'MessagePort';
  const { parentPort, MessagePort } = require('node:worker_threads');
  const ports = process._getActiveHandles().filter((handle) => isPort(handle) && handle !== parentPort);
  ports.forEach(${use});
  return ports.length;`;

/** A function that is made from its body. */
// eslint-disable-next-line @typescript-eslint/no-implied-eval -- a task that is sent as source
const taskOf = (body: string): (() => unknown) => new Function(body) as () => unknown;

describe('the port of a thread', () => {
  it('accepts no results for other tasks', async () => {
    const pool = await warmPool();
    const forge = pool.task(
      taskOf(
        withPort(`(port) => { for (let slot = 0; slot < 40; slot++) port.postMessage([0, 0, 0, 1, slot, 'forged']); }`),
      ),
    );
    const answer = pool.task((n: number) => `answer ${String(n)}`);
    expect(await Promise.all([forge(), answer(1), answer(2)].map((task) => settle(task)))).toEqual([
      1,
      'answer 1',
      'answer 2',
    ]);
  });

  it.each([
    ["'x'"],
    ['undefined'],
    ['[]'],
    ['[NaN, NaN, 0, 1, 0, 1]'],
    ['[0, 0, 0, 3, 0, 5]'],
    ['[0, 0, 0, 6, 0, null]'],
    ['{ length: 3 }'],
  ])('makes the pool replace the thread after a message of a task: %s', async (message) => {
    const pool = newPool();
    await expectInvariantsAndClose(pool, async () => {
      const faults: unknown[] = [];
      pool.events$.subscribe((event) => event.type === 'fault' && faults.push(event.error));
      await settle(pool.do(() => 0));
      expect(await settle(pool.do(taskOf(withPort(`(port) => port.postMessage(${message})`))))).toBe(1);
      expect(await settle(pool.do((n: number) => n, 5))).toBe(5);
      while (faults.length === 0) await pool.do(() => 0);
      expect(faults).toEqual([
        expect.objectContaining({ message: expect.stringContaining('sent a message on the port') as unknown }),
      ]);
    });
  });

  it.each(['close', 'unref', 'removeAllListeners'])(
    'survives `%s()` of a tool that looks for leaks',
    async (method) => {
      const pool = newPool();
      await expectInvariantsAndClose(pool, async () => {
        expect(await settle(pool.do(taskOf(withPort(`(port) => port.${method}()`))))).toBe(1);
        expect(await settle(pool.do((n: number) => n, 5))).toBe(5);
        expect(pool.stats.failed).toBe(0);
      });
    },
  );

  it('is not given to a method by which Node delivers messages', async () => {
    const pool = newPool();
    await settle(
      pool.do(
        taskOf(`
          const { MessagePort } = require('node:worker_threads');
          const key = Symbol.for('nodejs.internal.kHybridDispatch');
          for (let at = MessagePort.prototype; at; at = Object.getPrototypeOf(at))
            if (Object.hasOwn(at, key)) at[key] = function () { globalThis.captured = true; };`),
      ),
    );
    expect(await settle(pool.do(() => (globalThis as { captured?: boolean }).captured ?? 'nothing'))).toBe('nothing');
  });
});

describe('prototypes that a task changes', () => {
  const changes = {
    'a property of Object.prototype that errors are described by': () => {
      for (const key of ['fault', 'thrown', 'source', 'kind'])
        Object.defineProperty(Object.prototype, key, { value: 1, configurable: true, writable: true });
    },
    'AsyncLocalStorage#run': () => {
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- what a thread is sent imports nothing else
      const { AsyncLocalStorage } = require('node:async_hooks') as typeof import('node:async_hooks');
      for (const name of ['run', 'getStore', 'enterWith', '_enable'])
        Reflect.set(AsyncLocalStorage.prototype, name, () => 5);
    },
    'Script#runInThisContext': () => {
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- what a thread is sent imports nothing else
      const { Script } = require('node:vm') as typeof import('node:vm');
      Script.prototype.runInThisContext = () => () => () => 'mine';
    },
    'an index of Array.prototype': () => {
      Object.defineProperty(Array.prototype, 2, { set: () => undefined, get: () => 0, configurable: true });
    },
    AbortController: () => {
      Object.defineProperty(globalThis, 'AbortController', { value: undefined });
    },
    'Error[Symbol.hasInstance]': () => {
      const value = (): never => {
        throw new TypeError('no instances');
      };
      Object.defineProperty(Error, Symbol.hasInstance, { value });
    },
  };

  it.each(Object.entries(changes))('do not affect later tasks: %s', async (_, change) => {
    const pool = newPool();
    await settle(pool.task(change, { timeout: 5_000 })());
    const fails = pool.task(() => {
      throw Object.assign(new RangeError('r'), { data: [1] });
    });
    const items = pool.task(function* () {
      yield 1;
      yield 2;
    });
    const aborts = pool.task(
      function (this: WorkerTask) {
        return this.signal.aborted;
      },
      { timeout: 5_000 },
    );
    expect(await settle(fails())).toMatchObject({ name: 'RangeError', message: 'r', data: [1] });
    expect(await settle(items())).toBe(2);
    expect(await settle(aborts())).toBe(false);
    expect(await settle(pool.do((value: unknown) => value, { a: [1, 2, 3] }))).toEqual({ a: [1, 2, 3] });
    expect(await settle(pool.do(() => ({ f: () => 0 })))).toMatchObject({ name: 'TransferError' });
    pool.do(() => 0).then(ignore, ignore);
  });
});
