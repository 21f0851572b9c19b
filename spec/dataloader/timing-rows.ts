/**
 * The rows of the table about time: when a batch is dispatched, what joins it, and after how many promise jobs a load settles.
 * Most rows are small programs that log. Where code starts matters: in a task of the event loop, a tick or a promise job.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import {
  deferred,
  nextTask,
  outcomeOf,
  recordedLoader,
  type AnyDataLoader,
  type AnyLoader,
  type BehaviourRow,
  type Keys,
} from './implementations';

type Start = 'task' | 'tick' | 'promise job';

const starts: Readonly<Record<Start, (program: () => void) => void>> = {
  task: (program) => void setImmediate(program),
  tick: (program) => void setImmediate(() => process.nextTick(program)),
  'promise job': (program) => void setImmediate(() => void Promise.resolve().then(program)),
};

/** Runs a program from a start, and waits until nothing of it is left. */
async function startIn(start: Start, program: () => void): Promise<void> {
  await new Promise<void>((resolve) => {
    starts[start](() => {
      program();
      resolve();
    });
  });
  for (let turn = 0; turn < 6; turn++) await nextTask();
}

type Log = (entry: unknown) => void;

/** A row for a program that logs, with its log for each start. */
const logged = (
  title: string,
  program: (loaderClass: AnyDataLoader, log: Log) => void,
  gives: Readonly<Record<Start, readonly unknown[]>> | readonly unknown[],
): BehaviourRow => ({
  title,
  run: async (loaderClass) => {
    const logs: Record<string, unknown[]> = {};
    for (const start of Object.keys(starts) as Start[]) {
      const entries: unknown[] = [];
      await startIn(start, () => {
        program(loaderClass, (entry) => entries.push(entry));
      });
      logs[start] = entries;
    }
    return logs;
  },
  gives: Array.isArray(gives) ? { task: gives, tick: gives, 'promise job': gives } : gives,
});

/** A loader that logs the keys of each batch. */
const loggingLoader = (loaderClass: AnyDataLoader, log: Log, options?: unknown, name = ''): AnyLoader =>
  new loaderClass((keys: Keys) => {
    log(name + keys.join(','));
    return Promise.resolve(keys);
  }, options);

/** Logs 1, 2, … in so many promise jobs, one after the other. */
function countJobs(log: Log, count: number): void {
  let job = Promise.resolve();
  for (let number = 1; number <= count; number++) job = job.then(() => log(number));
}

/** The batches of a program with the loads a and b. */
const joins = (
  title: string,
  program: (loader: AnyLoader) => void,
  gives: Readonly<Record<Start, readonly unknown[]>> | readonly unknown[],
): BehaviourRow => logged(title, (loaderClass, log) => program(loggingLoader(loaderClass, log)), gives);

const inTick = (work: () => void): void => process.nextTick(work);
const inJobs = (count: number, work: () => void): void => {
  if (count === 0) work();
  else void Promise.resolve().then(() => inJobs(count - 1, work));
};
const together = ['a,b'];
const apart = ['a', 'b'];
const apartFromJob = { task: together, tick: together, 'promise job': apart };

const joiningRows: readonly BehaviourRow[] = [
  joins(
    'a load after 100 promise jobs joins',
    (loader) => {
      void loader.load('a');
      inJobs(100, () => void loader.load('b'));
    },
    together,
  ),
  joins(
    'a load in a tick that was made after the first load joins',
    (loader) => {
      void loader.load('a');
      inTick(() => void loader.load('b'));
    },
    together,
  ),
  joins(
    'a load in a tick that was made before the first load joins',
    (loader) => {
      inTick(() => void loader.load('b'));
      void loader.load('a');
    },
    together,
  ),
  joins(
    'a load in a tick of a tick joins, unless the code started in a promise job',
    (loader) => {
      void loader.load('a');
      inTick(() => inTick(() => void loader.load('b')));
    },
    apartFromJob,
  ),
  joins(
    'a load in a promise job of a tick joins, unless the code started in a promise job',
    (loader) => {
      void loader.load('a');
      inTick(() => inJobs(1, () => void loader.load('b')));
    },
    apartFromJob,
  ),
  joins(
    'a load after ten promise jobs of a tick joins, unless the code started in a promise job',
    (loader) => {
      void loader.load('a');
      inTick(() => inJobs(10, () => void loader.load('b')));
    },
    apartFromJob,
  ),
  joins(
    'a load in a tick of a promise job after the first load is too late',
    (loader) => {
      void loader.load('a');
      inJobs(1, () => inTick(() => void loader.load('b')));
    },
    apart,
  ),
  joins(
    'a load in a tick of a promise job before the first load joins',
    (loader) => {
      inJobs(1, () => inTick(() => void loader.load('b')));
      void loader.load('a');
    },
    together,
  ),
  joins(
    'a load in an immediate or a timer is too late',
    (loader) => {
      void loader.load('a');
      setImmediate(() => void loader.load('b'));
      setTimeout(() => void loader.load('c'), 30);
    },
    apart,
  ),
  joins(
    'two immediates of one phase make two batches',
    (loader) => {
      setImmediate(() => void loader.load('a'));
      setImmediate(() => void loader.load('b'));
    },
    apart,
  ),
  {
    title: 'two timers of one phase make two batches',
    run: async (loaderClass) => {
      const { loader, calls } = recordedLoader(loaderClass);
      const inTimer = (key: unknown): Promise<unknown> =>
        new Promise((resolve) => setTimeout(() => resolve(loader.load(key)), 1));
      await Promise.all([inTimer('a'), inTimer('b')]);
      return calls;
    },
    gives: [['a'], ['b']],
  },
];

const orderRows: readonly BehaviourRow[] = [
  logged(
    'the batch comes after the ticks and promise jobs around it, and before an immediate',
    (loaderClass, log) => {
      const loader = new loaderClass((keys: Keys) => {
        log('batch');
        process.nextTick(() => log('tick of the batch'));
        void Promise.resolve().then(() => log('job of the batch'));
        return nextTask().then(() => keys);
      });
      setImmediate(() => log('immediate'));
      void loader.load(1).then(() => log('value'));
      process.nextTick(() => log('tick'));
      inJobs(5, () => log('job'));
      log('sync');
    },
    {
      task: ['sync', 'tick', 'job', 'batch', 'tick of the batch', 'job of the batch', 'immediate', 'value'],
      tick: ['sync', 'tick', 'job', 'batch', 'tick of the batch', 'job of the batch', 'immediate', 'value'],
      'promise job': ['sync', 'job', 'tick', 'batch', 'tick of the batch', 'job of the batch', 'immediate', 'value'],
    },
  ),
  logged(
    'batches of several loaders start in the order of their first loads',
    (loaderClass, log) => {
      const [one, two, three] = ['one ', 'two ', 'three '].map((name) =>
        loggingLoader(loaderClass, log, undefined, name),
      );
      void two?.load('a');
      void one?.load('b');
      void three?.load('c');
      void two?.load('d');
    },
    ['two a,d', 'one b', 'three c'],
  ),
  logged(
    'a load of a second loader in a promise job has a moment of its own',
    (loaderClass, log) => {
      const one = loggingLoader(loaderClass, log, undefined, 'one ');
      const two = loggingLoader(loaderClass, log, undefined, 'two ');
      void one.load(1);
      inJobs(1, () => {
        inTick(() => void two.load('y'));
        void two.load('x');
      });
    },
    ['one 1', 'two x,y'],
  ),
  logged(
    'a loader that is asked meanwhile goes before the chain of another',
    (loaderClass, log) => {
      const authors = loggingLoader(loaderClass, log, undefined, 'A');
      const books = loggingLoader(loaderClass, log, undefined, 'B');
      for (const key of [1, 2]) void authors.load(key).then(() => books.load(key));
      void books.load(9);
    },
    ['A1,2', 'B9', 'B1,2'],
  ),
  logged(
    'a load of a key in flight waits for the flight, and a new key makes a batch',
    (loaderClass, log) => {
      const loader = new loaderClass((keys: Keys) => {
        log(keys.join(','));
        return nextTask().then(() => keys);
      });
      void loader.load('a').then(log);
      setImmediate(() => {
        void loader.load('a').then((value) => log(`hit ${String(value)}`));
        void loader.load('b').then(log);
      });
    },
    ['a', 'b', 'a', 'b', 'hit a'],
  ),
];

const depthRows: readonly BehaviourRow[] = [
  logged(
    'a load settles one promise job after its batch',
    (loaderClass, log) => {
      const flight = deferred<Keys>();
      void new loaderClass(() => flight.promise).load('a').then(() => log('value'));
      setImmediate(() => {
        flight.resolve(['a']);
        countJobs(log, 4);
      });
    },
    [1, 'value', 2, 3, 4],
  ),
  logged(
    'a failed load settles two promise jobs after its batch',
    (loaderClass, log) => {
      const flight = deferred<Keys>();
      void new loaderClass(() => flight.promise).load('a').catch(() => log('error'));
      setImmediate(() => {
        flight.reject(new Error('failed'));
        countJobs(log, 4);
      });
    },
    [1, 2, 'error', 3, 4],
  ),
  logged(
    'loadMany settles three promise jobs after its batch',
    (loaderClass, log) => {
      const flight = deferred<Keys>();
      void new loaderClass(() => flight.promise).loadMany(['a']).then(() => log('values'));
      setImmediate(() => {
        flight.resolve(['a']);
        countJobs(log, 5);
      });
    },
    [1, 2, 3, 'values', 4, 5],
  ),
  logged(
    'hits settle after the new keys of their batch, in the order of asking',
    (loaderClass, log) => {
      let flight = deferred<Keys>();
      const loader = new loaderClass(() => flight.promise);
      loader.prime('h1', 1).prime('h2', 2);
      flight = deferred<Keys>();
      void loader.load('a').then(() => log('a'));
      void loader.load('h1').then(() => log('h1'));
      void loader.load('b').then(() => log('b'));
      void loader.load('h2').then(() => log('h2'));
      setImmediate(() => {
        flight.resolve(['a', 'b']);
        countJobs(log, 5);
      });
    },
    [1, 'a', 'b', 2, 3, 'h1', 'h2', 4, 5],
  ),
  logged(
    'the second load of a key settles after the others of its batch',
    (loaderClass, log) => {
      const loader = loggingLoader(loaderClass, log);
      void loader.load('x').then(() => log('x1'));
      void loader.load('x').then(() => log('x2'));
      void loader.load('y').then(() => log('y'));
    },
    ['x,y', 'x1', 'y', 'x2'],
  ),
  logged(
    'a hit waits for its batch, also for one that fails',
    (loaderClass, log) => {
      const flight = deferred<Keys>();
      const loader = new loaderClass(() => flight.promise);
      loader.prime('h', 'h');
      void loader.load('n').catch(() => log('n failed'));
      void loader.load('h').then(() => log('h'));
      setImmediate(() => {
        log('in flight');
        flight.reject(new Error('failed'));
      });
    },
    ['in flight', 'n failed', 'h'],
  ),
  logged(
    'both loads of a key reject with their batch',
    (loaderClass, log) => {
      const loader = new loaderClass(() => {
        log('call');
        return Promise.reject(new Error('failed'));
      });
      void loader.load('x').catch(() => log('x1'));
      void loader.load('x').catch(() => log('x2'));
    },
    ['call', 'x1', 'x2'],
  ),
  logged(
    'hits alone are settled at the moment of dispatch, without a call',
    (loaderClass, log) => {
      const loader = loggingLoader(loaderClass, log);
      loader.prime('h', 'h');
      void loader.load('h').then(() => log('h'));
      inJobs(20, () => log('job'));
      setImmediate(() => log('immediate'));
    },
    ['job', 'h', 'immediate'],
  ),
  logged(
    '`batch: false` keeps the moment, and calls run side by side',
    (loaderClass, log) => {
      const loader = new loaderClass(
        async (keys: Keys) => {
          log(`start ${String(keys)}`);
          await nextTask();
          log(`end ${String(keys)}`);
          return keys;
        },
        { batch: false },
      );
      void loader.loadMany([1, 2, 1]);
      log('sync');
    },
    ['sync', 'start 1', 'start 2', 'end 1', 'end 2'],
  ),
];

const sizeRows: readonly BehaviourRow[] = [
  logged(
    'full batches are dispatched at the same moment',
    (loaderClass, log) => {
      const loader = loggingLoader(loaderClass, log, { maxBatchSize: 3 });
      void loader.loadMany([1, 2, 3, 4, 5, 6, 7]);
      inJobs(9, () => log('job'));
      setImmediate(() => log('immediate'));
    },
    ['job', '1,2,3', '4,5,6', '7', 'immediate'],
  ),
  {
    title: 'hits do not count for maxBatchSize, and after a full batch a hit opens the next',
    run: async (loaderClass) => {
      let scheduled = 0;
      const batchScheduleFn = (callback: () => void): void => {
        scheduled++;
        setImmediate(callback);
      };
      const { loader, calls } = recordedLoader(loaderClass, { maxBatchSize: 2, batchScheduleFn });
      loader.prime('h', 'h');
      const keys = ['h', 1, 'h', 2, 'h', 3];
      await loader.loadMany(keys);
      return [calls, scheduled];
    },
    gives: [[[1, 2], [3]], 2],
  },
];

const scheduleRows: readonly BehaviourRow[] = [
  {
    title: 'batchScheduleFn is called on the loader within load, once a batch, with one function',
    run: async (loaderClass) => {
      const log: unknown[] = [];
      const { loader } = recordedLoader(loaderClass, {
        batchScheduleFn(this: unknown, ...args: [() => unknown]) {
          const [callback] = args;
          log.push([this === loader, args.length, callback.length]);
          setImmediate(() => log.push(['result', callback()]));
          return Promise.resolve('ignored');
        },
      });
      const first = loader.load(1);
      log.push('loaded');
      await Promise.all([first, loader.load(2)]);
      return log;
    },
    gives: [[true, 1, 0], 'loaded', ['result', undefined]],
  },
  {
    title: 'a batchScheduleFn that waits gathers the loads of that time',
    run: async (loaderClass) => {
      const { loader, calls } = recordedLoader(loaderClass, {
        batchScheduleFn: (callback: () => void) => setTimeout(callback, 200),
      });
      const first = loader.load(1);
      await nextTask();
      await Promise.all([first, loader.load(2)]);
      return calls;
    },
    gives: [[1, 2]],
  },
  {
    title: 'a batchScheduleFn dispatches by hand',
    run: async (loaderClass) => {
      const callbacks: (() => void)[] = [];
      const { loader, calls } = recordedLoader(loaderClass, {
        batchScheduleFn: (callback: () => void) => callbacks.push(callback),
      });
      const first = loader.load(1);
      await nextTask();
      const before = calls.length;
      callbacks.forEach((callback) => callback());
      const now = calls.length;
      const second = loader.load(2);
      callbacks[1]?.();
      return [before, now, await first, await second, calls];
    },
    gives: [0, 1, 1, 2, [[1], [2]]],
  },
  {
    title: 'a batchScheduleFn that is called for hits alone settles them without a call',
    run: async (loaderClass) => {
      const callbacks: (() => void)[] = [];
      const { loader, calls } = recordedLoader(loaderClass, {
        batchScheduleFn: (callback: () => void) => callbacks.push(callback),
      });
      loader.prime('h', 'h');
      const hit = loader.load('h');
      callbacks.forEach((callback) => callback());
      return [await hit, callbacks.length, calls];
    },
    gives: ['h', 1, []],
  },
  {
    title: 'an error of batchScheduleFn is thrown by load',
    run: (loaderClass) => {
      const { loader } = recordedLoader(loaderClass, {
        batchScheduleFn: () => {
          throw new Error('schedule');
        },
      });
      return outcomeOf(() => void loader.load(1));
    },
    gives: 'Error: schedule',
  },
];

const storeRows: readonly BehaviourRow[] = [
  {
    title: 'the batch function runs in the store of the first load, and each caller goes on in its own',
    run: async (loaderClass) => {
      const store = new AsyncLocalStorage<string>();
      const seen: unknown[] = [];
      const loader = new loaderClass((keys: Keys) => {
        seen.push(store.getStore());
        return nextTask().then(() => keys);
      });
      const load = (name: string, key: unknown): Promise<unknown> =>
        store.run(name, async () => {
          await loader.load(key);
          return store.getStore();
        });
      return [await Promise.all([load('A', 1), load('B', 2)]), await load('C', 3), seen];
    },
    gives: [['A', 'B'], 'C', ['A', 'C']],
  },
  {
    title: 'process.nextTick is looked up at each batch',
    run: async (loaderClass) => {
      // eslint-disable-next-line @typescript-eslint/unbound-method -- the function of Node needs no `this`
      const { nextTick } = process;
      let count = 0;
      const { loader } = recordedLoader(loaderClass);
      await loader.load(1);
      try {
        process.nextTick = ((callback: () => void) => {
          count++;
          nextTick(callback);
        }) as typeof nextTick;
        await loader.load(2);
      } finally {
        process.nextTick = nextTick;
      }
      return count > 0;
    },
    gives: true,
  },
];

export const timingRows: readonly BehaviourRow[] = [
  ...joiningRows,
  ...orderRows,
  ...depthRows,
  ...sizeRows,
  ...scheduleRows,
  ...storeRows,
];
