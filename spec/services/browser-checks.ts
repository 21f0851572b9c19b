/**
 * Checks of the pool that a page runs in its browser. A check throws if its title does not hold; the page posts the results
 * to its server.
 */
import { from, lastValueFrom, toArray, type Observable } from 'rxjs';
import { offload, transfer, WorkerPool, type WorkerTask } from '../../src/pool.browser';
import type { Check } from './browser-check-names';

/** The time limit of a check in ms; only a check that hangs reaches it. */
const CHECK_TIMEOUT = 20_000;

const uncaught: string[] = [];
addEventListener('error', ({ message }) => uncaught.push(message));
addEventListener('unhandledrejection', ({ reason }) => uncaught.push(String(reason)));

/** The global object of a worker, in which functions that run there store values. */
declare const self: typeof window & Record<string, unknown>;

const pool = new WorkerPool({ size: 1, name: 'page' });

const checks: Readonly<Record<Check, () => unknown>> = {
  'the page has shared memory if and only if it is cross-origin isolated': () => {
    same(crossOriginIsolated, new URLSearchParams(location.search).has('shared'));
  },

  'a task returns its value': async () => {
    same(await pool.do((a: number, b: number) => ({ sum: a + b, at: [a, b] }), 1, 2), { sum: 3, at: [1, 2] });
  },

  'an error of a task keeps its class and fields': async () => {
    const error = await failureOf(
      pool.do(() => {
        throw Object.assign(new RangeError('far'), { code: 'FAR', detail: { by: 3 }, cause: new Error('near') });
      }),
    );
    same(error instanceof RangeError, true);
    same(
      [error.message, error['code'], error['detail'], String(error.cause)],
      ['far', 'FAR', { by: 3 }, 'Error: near'],
    );
  },

  'a promise that a task returns is awaited in the worker': async () => {
    same(await pool.do(() => new Promise((resolve) => setTimeout(() => resolve('later')))), 'later');
  },

  'a generator is streamed in order': async () => {
    const items = pool.task(function* (to: number) {
      for (let n = 0; n < to; n++) yield n;
    });
    same(
      await itemsOf(items(10_000)),
      Array.from({ length: 10_000 }, (_, n) => n),
    );
  },

  'a ReadableStream is streamed in order': async () => {
    const items = pool.task(
      () =>
        new ReadableStream<string>({
          start(controller) {
            for (const item of 'abc') controller.enqueue(item);
            controller.close();
          },
        }),
    );
    same(await itemsOf(items()), ['a', 'b', 'c']);
  },

  'an Observable is streamed, and items beyond the demand wait in the worker': async () => {
    const items = pool.task((to: number) => ({
      subscribe(observer: { next(value: number): void; complete(): void }) {
        for (let n = 0; n < to; n++) observer.next(n);
        observer.complete();
        return { unsubscribe() {} };
      },
    }));
    same(
      await itemsOf(items(5_000)),
      Array.from({ length: 5_000 }, (_, n) => n),
    );
    for await (const item of items(100_000)) if (item === 300) break;
    same(await pool.do(() => 'next'), 'next');
  },

  'an Observable that continues after a burst is not held up by the burst': async () => {
    const items = pool.task((burst: number) => ({
      subscribe(observer: { next(value: number): void }) {
        for (let n = 0; n < burst; n++) observer.next(n);
        let n = burst;
        const timer = setInterval(() => {
          observer.next(n++);
        }, 1);
        return {
          unsubscribe() {
            clearInterval(timer);
          },
        };
      },
    }));
    let expected = 0;
    for await (const item of items(1_000)) {
      same(item, expected++);
      if (expected === 1_010) break;
    }
  },

  'a slow subscriber holds up an endless generator': async () => {
    const endless = pool.task(function* () {
      for (let n = 0; ; n++) {
        self['made'] = n;
        yield n;
      }
    });
    for await (const item of endless()) {
      await turnOfTimers();
      if (item === 20) break;
    }
    const made = (await pool.do(() => self['made'])) as number;
    same(made <= 20 + 2 * 64, true);
  },

  'cancelling a running task aborts its signal and keeps its thread': async () => {
    const seen = exitsOf(pool);
    const begun = new Promise((resolve) => (new BroadcastChannel('begun').onmessage = resolve));
    const job = pool.do(async function (this: WorkerTask) {
      // The message is repeated, because the channel of the page may not be open yet.
      const channel = new BroadcastChannel('begun');
      while (!this.signal.aborted) {
        channel.postMessage('now');
        await new Promise((resolve) => setTimeout(resolve));
      }
      channel.close();
      self['wasAborted'] = true;
    });
    await begun;
    job.cancel();
    same((await failureOf(job)).name, 'CancelledError');
    same(await pool.do(() => self['wasAborted']), true);
    same(seen.exits, 0);
    seen.stop();
  },

  'a task that is cancelled in the turn it is sent never begins': async () => {
    const pair = new WorkerPool({ size: 2 });
    await Promise.all([pair.do(() => 1), pair.do(() => 2)]);
    const seen = exitsOf(pair);
    const unsendable = pair.do(
      (value: unknown) => value,
      () => 1,
    );
    const second = pair.do(() => {
      for (;;);
    });
    unsendable.subscribe({
      error: () => {
        second.cancel();
      },
    });
    same((await failureOf(second)).name, 'CancelledError');
    same(await Promise.all([pair.do(() => 1), pair.do(() => 2)]), [1, 2]);
    same(seen.exits, 0);
    await pair.close();
  },

  'the timeout of a task terminates an endless loop': async () => {
    const hasty = new WorkerPool({ size: 1, taskTimeout: 200, grace: 20 });
    await hasty.do(() => 'warm');
    const error = await failureOf(
      hasty.do(() => {
        for (;;);
      }),
    );
    same([error.name, error['kind']], ['TaskTimeoutError', 'run']);
    await until(() => hasty.stats.running === 0 && hasty.stats.idle === 1);
    same(await hasty.do(() => 'next'), 'next');
    await hasty.close();
  },

  'a worker that closes itself fails only its running task': async () => {
    const closing = pool.do(() => {
      self.close();
      return new Promise(() => undefined);
    });
    const after = pool.do(() => 'after');
    const error = await failureOf(closing);
    same([error.name, error['kind']], ['WorkerCrashError', 'exit']);
    same(await after, 'after');
    same(pool.stats.threads, 1);
  },

  'a result arrives although its worker closes itself afterwards': async () => {
    const gone = exitOf(pool);
    const result = await pool.do(() => {
      setTimeout(() => {
        self.close();
      });
      return 'result';
    });
    same(result, 'result');
    await gone;
    same(await pool.do(() => 'next'), 'next');
  },

  'an uncaught error fails the running task': async () => {
    const error = await failureOf(
      pool.do(() => {
        setTimeout(() => {
          throw Object.assign(new Error('nobody'), { code: 'LOST' });
        });
        return new Promise(() => undefined);
      }),
    );
    same([error.message, error['code']], ['nobody', 'LOST']);
    same(await pool.do(() => 'next'), 'next');
  },

  'an unhandled rejection fails the running task': async () => {
    const error = await failureOf(
      pool.do(() => {
        void Promise.reject(new TypeError('unhandled'));
        return new Promise(() => undefined);
      }),
    );
    same([error.name, error.message], ['TypeError', 'unhandled']);
    same(await pool.do(() => 'next'), 'next');
  },

  'transfer moves a buffer to the worker and back': async () => {
    const bytes = new Uint8Array([1, 2, 3]);
    const back = await pool.do(function (this: WorkerTask, given: Uint8Array) {
      const reversed = given.reverse();
      self['moved'] = reversed;
      return this.transfer(reversed);
    }, transfer(bytes));
    same(bytes.length, 0);
    same([...back], [3, 2, 1]);
    same(await pool.do(() => (self['moved'] as Uint8Array).length), 0);
  },

  'a reference finds a function by the URL of its module': async () => {
    const url = new URL('/work.mjs', location.href);
    same(await pool.do({ url, name: 'double' }, 21), 42);
    same(await pool.do({ url: '/work.mjs' }, 'a', 'b'), 'a-b');
    const work = pool.module<{ count(to: number): Generator<number> }>(url);
    same(await lastValueFrom(work.count(3).pipe(toArray())), [0, 1, 2]);
  },

  'a missing module or export fails with a ModuleLoadError': async () => {
    const seen = exitsOf(pool);
    same((await failureOf(pool.do({ url: '/missing.mjs' }))).name, 'ModuleLoadError');
    same((await failureOf(pool.do({ url: '/work.mjs', name: 'triple' }))).name, 'ModuleLoadError');
    same(seen.exits, 0);
    seen.stop();
  },

  'nested tasks of one pool may be deeper than its number of threads': async () => {
    const depth = pool.do(async function nest(this: WorkerTask): Promise<unknown> {
      const inner = await this.do(async function (this: WorkerTask) {
        return 1 + (await this.do((one: number) => one, 1));
      });
      return 1 + inner;
    });
    same(await depth, 3);
  },

  'offload with ordered: true keeps the order of the source': async () => {
    const slowFirst = pool.task((n: number) => new Promise<number>((resolve) => setTimeout(() => resolve(n), 9 - n)));
    const wide = new WorkerPool({ size: 3 });
    const spread = wide.task((n: number) => n * 2);
    same(await itemsOf(from([1, 2, 3, 4]).pipe(offload(slowFirst, { ordered: true }))), [1, 2, 3, 4]);
    const many = Array.from({ length: 300 }, (_, n) => n);
    same(
      await itemsOf(from(many).pipe(offload(spread, { ordered: true }))),
      many.map((n) => n * 2),
    );
    await wide.close();
  },

  'blocking methods throw a WouldBlockError, and the job still ends': async () => {
    const job = pool.do((n: number) => n + 1, 1);
    for (const blocking of [
      () => job.block(),
      () => job.get(),
      () => job.wait(),
      () =>
        pool
          .task(() => 1)()
          .block(),
    ]) {
      const error = thrownBy(blocking);
      same([error.name, /thread of a browser can't sleep/.test(error.message)], ['WouldBlockError', true]);
    }
    same(job.get(0), undefined);
    same(await job, 2);
  },

  'the options that only Node supports are refused': () => {
    for (const option of ['resourceLimits', 'env', 'execArgv']) {
      const error = thrownBy(() => new WorkerPool({ [option]: option === 'execArgv' ? [] : {} }));
      same([error.name, error.message.includes(`WorkerPool: expected \`${option}\``)], ['TypeError', true]);
    }
  },

  'a missing worker program fails with a WorkerStartError after three attempts': async () => {
    const url = '/broken/pool.mjs';
    const door = (await import(/* @vite-ignore */ url)) as { WorkerPool: typeof WorkerPool };
    const broken = new door.WorkerPool({ size: 1 });
    const seen = exitsOf(broken);
    const error = await failureOf(broken.do(() => 1));
    same([error.name, error.message.includes('browser/worker-entry.mjs')], ['WorkerStartError', true]);
    same(seen.exits, 3);
    await broken.close();
  },

  'five thousand tiny tasks return their values': async () => {
    const square = pool.task((n: number) => n * n);
    const many = Array.from({ length: 5_000 }, (_, n) => n);
    same(
      await Promise.all(many.map((n) => square(n))),
      many.map((n) => n * n),
    );
  },

  'closing a pool by force fails its queued and running tasks': async () => {
    const doomed = new WorkerPool({ size: 1 });
    const running = doomed.do(() => {
      for (;;);
    });
    const queued = doomed.do(() => 1);
    await until(() => doomed.stats.running === 1);
    const closed = doomed.close({ force: true });
    same([(await failureOf(running)).name, (await failureOf(queued)).name], ['PoolClosedError', 'PoolClosedError']);
    await closed;
    same(doomed.stats.threads, 0);
  },

  'no error is left uncaught in the page': async () => {
    await pool.close();
    await turnOfTimers();
    same(uncaught, []);
  },
};

type AnyError = Error & Record<string, unknown>;

/** Compares the values as JSON. */
function same(actual: unknown, expected: unknown): void {
  const [is, mustBe] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (is !== mustBe) throw new Error(`${is.slice(0, 500)} instead of ${mustBe.slice(0, 500)}`);
}

async function failureOf(work: PromiseLike<unknown>): Promise<AnyError> {
  const value = await work.then(
    (value) => ({ value }),
    (error: unknown) => error as AnyError,
  );
  if (value instanceof Error) return value;
  throw new Error(`expected a failure; got ${JSON.stringify(value)}`);
}

function thrownBy(call: () => unknown): AnyError {
  try {
    call();
  } catch (error) {
    return error as AnyError;
  }
  throw new Error(`${String(call)} did not throw`);
}

const itemsOf = <T>(items: Observable<T>): Promise<T[]> => lastValueFrom(items.pipe(toArray()));

const turnOfTimers = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await turnOfTimers();
}

/** Counts the exits of threads until `stop` is called. */
function exitsOf({ events$ }: WorkerPool): { readonly exits: number; stop(): void } {
  const seen = { exits: 0, stop: () => subscription.unsubscribe() };
  const subscription = events$.subscribe(({ type }) => {
    if (type === 'exit') seen.exits++;
  });
  return seen;
}

const exitOf = ({ events$ }: WorkerPool): Promise<void> =>
  new Promise((resolve) => {
    const subscription = events$.subscribe(({ type }) => {
      if (type !== 'exit') return;
      subscription.unsubscribe();
      resolve();
    });
  });

const late = (): Promise<never> =>
  new Promise((_, reject) =>
    setTimeout(() => {
      reject(new Error('The check did not end in time.'));
    }, CHECK_TIMEOUT),
  );

async function run(): Promise<void> {
  const results: Record<string, string | null> = {};
  for (const [name, check] of Object.entries(checks)) {
    try {
      await Promise.race([check(), late()]);
      results[name] = null;
    } catch (error) {
      results[name] = error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
  }
  await fetch('/results', { method: 'POST', body: JSON.stringify(results) });
}
void run();
