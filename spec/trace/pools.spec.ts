/** What is seen of worker pools: their calls, their threads, and who waits for what of them. */
import { all, dumpTasks, task } from 'sluice';
import { WorkerPool, type WorkerPoolConfig } from 'sluice/pool';
import { spansOf, trace$, type CallEvent, type TraceEvent } from 'sluice/trace';

const isOfPool = (event: TraceEvent): event is CallEvent => /^(call|thread)/.test(event.type);

interface Seen {
  readonly events: TraceEvent[];
  readonly pool: WorkerPool;
}

/** Everything from the pool's first moment to its last. */
async function watched(config: WorkerPoolConfig, use: (seen: Seen) => unknown): Promise<readonly TraceEvent[]> {
  const events: TraceEvent[] = [];
  const watching = trace$.subscribe((event) => events.push(event));
  const pool = new WorkerPool(config);
  try {
    await use({ events, pool });
    await pool.close({ force: true });
  } finally {
    watching.unsubscribe();
  }
  return events;
}

const typesOf = (events: readonly TraceEvent[]): string[] => events.filter(isOfPool).map(({ type }) => type);

describe('a trace of a pool', () => {
  it('has events for a call that is queued, sent and ended, and for a thread that starts and exits', async () => {
    const events = await watched({ size: 1, name: 'images' }, async ({ pool }) => {
      await pool.do(function resize(n: number) {
        return n;
      }, 1);
    });
    expect(typesOf(events).sort()).toEqual(['call-end', 'call-queue', 'call-send', 'thread-exit', 'thread-spawn']);
    expect(events.filter(isOfPool)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ type: 'call-queue', name: 'resize', pool: 'images' }),
        expect.objectContaining({ type: 'call-send', thread: 1 }),
        expect.objectContaining({ type: 'call-end', outcome: 'succeeded' }),
        expect.objectContaining({ type: 'thread-spawn', pool: 'images', thread: 1 }),
      ]),
    );
  });

  it('has the waiting task as the parent of a call, also of a call among the arguments', async () => {
    const events = await watched({ size: 1 }, async ({ pool }) => {
      const square = pool.task(function square(n: number) {
        return n * n;
      });
      const page = task(function* page() {
        return yield* square(square(2));
      });
      expect(await page()).toBe(16);
    });
    const page = events.find((event) => event.type === 'task-begin');
    const calls = events.filter((event) => event.type === 'call-queue');
    expect(calls.map(({ parent }) => parent)).toEqual([page?.id, page?.id]);
  });

  it('has the outcome of failed and cancelled calls', async () => {
    const events = await watched({ size: 1 }, async ({ pool }) => {
      const failing = pool.do(() => {
        throw new RangeError('too far');
      });
      await expect(failing).rejects.toThrow('too far');
      pool.do(() => 1).cancel();
    });
    const ends = events.filter((event) => event.type === 'call-end');
    expect(ends.map(({ outcome, error }) => [outcome, error])).toEqual([
      ['failed', 'RangeError: too far'],
      ['cancelled', undefined],
    ]);
  });

  it('has the uncaught error of a thread', async () => {
    const events = await watched({ size: 1 }, async ({ pool }) => {
      await pool.do(() => process.exit(3)).then(undefined, () => undefined);
    });
    const exit = events.find((event) => event.type === 'thread-exit');
    expect(exit?.detail).toContain('exit');
  });

  it('numbers the threads of two pools with the same name in one sequence', async () => {
    const events = await watched({ size: 1 }, async ({ pool }) => {
      const other = new WorkerPool({ size: 1 });
      await Promise.all([pool.do(() => 1), other.do(() => 2)]);
      await other.close();
    });
    const spawned = events.filter((event) => event.type === 'thread-spawn');
    expect(spawned.map(({ pool, thread }) => [pool, thread])).toEqual([
      ['WorkerPool', 1],
      ['WorkerPool', 2],
    ]);
  });

  it('becomes spans in the lanes of its threads', async () => {
    const events = await watched({ size: 1, name: 'images' }, async ({ pool }) => {
      await Promise.all([pool.do(() => 1), pool.do(() => 2)]);
    });
    const calls = spansOf(events).filter(({ kind }) => kind === 'call');
    expect(calls.map(({ pool, thread }) => [pool, thread])).toEqual([
      ['images', 1],
      ['images', 1],
    ]);
  });
});

describe('dumpTasks', () => {
  it('shows which call of a pool a task waits for, and its state', async () => {
    const pool = new WorkerPool({ size: 1, name: 'images' });
    const gate = new Int32Array(new SharedArrayBuffer(8));
    const resize = pool.task(function resize(gate: Int32Array) {
      Atomics.store(gate, 1, 1);
      Atomics.wait(gate, 0, 0);
    });
    const parse = pool.task(function parse(n: number) {
      return n;
    });
    const page = task(function* page() {
      return yield* all([
        resize(gate),
        parse(task(() => new Promise<number>((resolve) => setImmediate(() => resolve(1))))()),
      ]);
    });
    const done = page().then(() => undefined);
    const before = dumpTasks(() => undefined);
    while (Atomics.load(gate, 1) === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    const meanwhile = dumpTasks(() => undefined);
    Atomics.store(gate, 0, 1);
    Atomics.notify(gate, 0);
    await done;
    await pool.close();
    expect(before).toMatch(/^└─ task page$/m);
    expect(before).toMatch(/^ +.─ task "resize" of pool "images", waits for a thread$/m);
    expect(before).toMatch(/^ +.─ task "parse" of pool "images", waits for its arguments$/m);
    expect(meanwhile).toMatch(/^ +.─ task "resize" of pool "images", on thread 1$/m);
    expect(dumpTasks(() => undefined)).not.toContain('images');
  });
});
