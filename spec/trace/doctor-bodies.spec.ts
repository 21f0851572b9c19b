/** What the doctor warns of in the bodies of tasks, on a platform that has no AsyncLocalStorage. */
import { lastValueFrom, subscribeOn } from 'rxjs';
import { all, batch, BatchScheduler, debug, task, type Future } from 'sluice';
import { recordWarnings } from '../support/record-warnings';

jest.mock('../../src/core/node-async-hooks', () => ({ asyncHooks: undefined }));

const warnings = recordWarnings();
beforeEach(() => {
  debug();
});
afterEach(() => {
  debug(false);
});

describe('an async function as the body of a task', () => {
  const request = new BatchScheduler({ name: 'request' });
  const page = task(async function page(id: number) {
    return Promise.resolve(id);
  });

  it('gets one warning with the call site if the platform cannot keep its scheduler after an await', async () => {
    const visits = task(function* visits() {
      return yield* all([1, 2, 3].map((id) => page(id)));
    });
    expect(await lastValueFrom(visits().pipe(subscribeOn(request)))).toEqual([1, 2, 3]);
    expect(warnings()).toEqual([
      expect.stringMatching(/^sluice doctor: task page is an async function on scheduler "request"/),
    ]);
    expect(warnings()[0]).toMatch(/doctor-bodies\.spec\.ts:\d+:\d+/);
    expect(warnings()[0]).toContain('calls after an await run on the default scheduler');
  });

  it('gets a warning if scheduler.run runs it', async () => {
    expect(await request.run(() => page(1).start())).toBe(1);
    expect(warnings()).toHaveLength(1);
  });

  it('gets no warning on the default scheduler', async () => {
    expect(await page(1)).toBe(1);
    expect(warnings()).toEqual([]);
  });

  it('gets no warning if the body is a generator function or a plain function', async () => {
    const walked = task(function* walked() {
      return yield* task(() => 1)();
    });
    expect(await lastValueFrom(walked().pipe(subscribeOn(request)))).toBe(1);
    expect(warnings()).toEqual([]);
  });
});

describe('a generator function that delegates to itself in place of its task', () => {
  it.each<readonly [string, () => Future<unknown>]>([
    [
      'by its name',
      () =>
        task(function* sum(n: number): Generator<never, number, unknown> {
          return n === 0 ? 0 : n + (yield* sum(n - 1));
        })(5),
    ],
    [
      'by a name with a dollar sign, and with spaces',
      () =>
        task(function* $sum(n: number): Generator<never, number, unknown> {
          // prettier-ignore
          return n === 0 ? 0 : n + (yield * $sum (n - 1));
        })(5),
    ],
  ])('%s is warned of once, with the place', async (_, ask) => {
    expect(await ask()).toBe(15);
    expect(await ask()).toBe(15);
    expect(warnings()).toEqual([
      expect.stringMatching(/^sluice doctor: the generator function of task \$?sum delegates to itself/),
    ]);
    expect(warnings()[0]).toMatch(/doctor-bodies\.spec\.ts:\d+:\d+/);
  });

  it('gets no warning if the function has another name than the task, or none', async () => {
    const sum: (n: number) => Future<number> = task(function* (n: number): Generator<never, number, unknown> {
      return n === 0 ? 0 : n + (yield* sum(n - 1));
    });
    const total: (n: number) => Future<number> = task(function* totalOf(n: number): Generator<never, number, unknown> {
      return n === 0 ? 0 : n + (yield* total(n - 1));
    });
    expect(await all([sum(2), total(2)])).toEqual([3, 3]);
    expect(warnings()).toEqual([]);
  });

  it('gets no warning if it delegates to a helper or a task', async () => {
    const nameOf = batch((ids: readonly number[]) => ids.map(String), { name: 'nameOf' });
    function* helper(id: number): Generator<never, string, unknown> {
      return yield* nameOf(id);
    }
    const greet = task(function* greet(id: number) {
      return `Hello ${yield* helper(id)}`;
    });
    expect(await greet(1)).toBe('Hello 1');
    expect(warnings()).toEqual([]);
  });
});

it('yield* of an array with three or more futures gets the warning of a sequential loop', async () => {
  const nameOf = batch((ids: readonly number[]) => ids.map(String), { name: 'nameOf' });
  const names = task(function* names() {
    yield* [1, 2, 3].map((id) => nameOf(id));
  });
  await names();
  expect(warnings()).toEqual([expect.stringContaining('task names waits in a loop for batch "nameOf"')]);
});
