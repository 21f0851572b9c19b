/**
 * `run` returns results in the order of its list, and isolates batches and caches in a scheduler that closes with it.
 */
import { concat, map, NEVER, of, timer } from 'rxjs';
import { all, AsyncValue, batch, loop, run, scoped, task, WouldBlockError, type BatchScheduler } from 'sluice';
import { currentScheduler } from '../../src/scheduler/batch-scheduler';
import { record, thrownBy } from '../support/recording-observer';
import { testScheduler } from '../support/virtual-time';

const later = <T>(ms: number, value: T) => timer(ms).pipe(map(() => value));
const inVirtualTime = (program: () => void): void => testScheduler().run(program);

/** The authors of posts and their names, as two batch functions with caches. */
function library() {
  const asked: string[] = [];
  const ask = (name: string) =>
    batch(
      (keys: readonly number[]) => {
        asked.push(`${name} ${keys.join()}`);
        return keys.map((key) => key % 3);
      },
      { name, cache: true },
    );
  const [authorOf, nameOf] = [ask('author'), ask('name')];
  const nameOfAuthor = task(function* (post: number) {
    return yield* nameOf(yield* authorOf(post));
  });
  return { asked, nameOfAuthor };
}

describe('run', () => {
  it('returns the results in the order of the list, not of their arrival', () => {
    const emitted: unknown[] = [];
    inVirtualTime(() => run([later(5, 'slow'), of('fast')]).subscribe((results) => emitted.push(results)));
    expect(emitted).toEqual([['slow', 'fast']]);
  });

  it('runs its inputs concurrently', () => {
    const log: string[] = [];
    inVirtualTime(() => {
      run([timer(5), timer(7), timer(3)]).subscribe(() => log.push('over'));
      timer(6).subscribe(() => log.push('at 6'));
      timer(8).subscribe(() => log.push('at 8'));
    });
    expect(log).toEqual(['at 6', 'over', 'at 8']);
  });

  it('returns [] for an empty list', async () => {
    expect(run([]).block()).toEqual([]);
    expect(await run([])).toEqual([]);
  });

  it('takes futures, Observables, promises, async iterables and AsyncValues', async () => {
    const cell = new AsyncValue<string>();
    const five = task(() => 5);
    const running = run([
      five(),
      concat(of('first'), of('last')),
      Promise.resolve('promise'),
      (async function* () {
        yield await Promise.resolve('iterated');
      })(),
      cell,
      five().start(),
    ]);
    cell.set('cell');
    expect(await running).toEqual([5, 'last', 'promise', 'iterated', 'cell', 5]);
  });

  it('starts nothing before it returns', async () => {
    const log: string[] = [];
    const running = run([task(() => log.push('started'))()]);
    expect(log).toEqual([]);
    await running;
    expect(log).toEqual(['started']);
  });

  it('is hot: it runs once for all waiters', async () => {
    let runs = 0;
    const running = run([task(() => ++runs)()]);
    expect([await running, await running]).toEqual([[1], [1]]);
  });

  it('runs a future twice that is twice in the list', async () => {
    let runs = 0;
    const count = task(() => ++runs)();
    expect(await run([count, count])).toEqual([1, 2]);
  });
});

describe('the scheduler of a run', () => {
  it('has isolated batches, which its inputs share', async () => {
    const { asked, nameOfAuthor } = library();
    expect(await run([4, 5, 7].map(nameOfAuthor))).toEqual([1, 2, 1]);
    expect(asked).toEqual(['author 4,5,7', 'name 1,2']);
  });

  it('shares no cache with a later run', async () => {
    const { asked, nameOfAuthor } = library();
    await run([nameOfAuthor(4)]);
    await run([nameOfAuthor(4)]);
    expect(asked).toEqual(['author 4', 'name 1', 'author 4', 'name 1']);
  });

  it('shares its cache with all runs of the same loop, and with no other loop', async () => {
    const { asked, nameOfAuthor } = library();
    await using one = loop();
    await using other = loop();
    await one.run([nameOfAuthor(4)]);
    await one.run([nameOfAuthor(4)]);
    expect(asked).toEqual(['author 4', 'name 1']);
    await other.run([nameOfAuthor(4)]);
    expect(asked).toEqual(['author 4', 'name 1', 'author 4', 'name 1']);
  });

  it('shares no flush with concurrent work outside of the run', async () => {
    const { asked, nameOfAuthor } = library();
    await Promise.all([run([nameOfAuthor(1)]), run([nameOfAuthor(2)]), all([nameOfAuthor(3)])]);
    expect(asked.filter((line) => line.startsWith('author')).sort()).toEqual(['author 1', 'author 2', 'author 3']);
  });

  it('shares its flushes with concurrent runs of the same loop', async () => {
    const { asked, nameOfAuthor } = library();
    await using requests = loop();
    await Promise.all([requests.run([nameOfAuthor(1)]), requests.run([nameOfAuthor(2)])]);
    expect(asked).toEqual(['author 1,2', 'name 1,2']);
  });

  it('is the current scheduler of its inputs, also after a wait', async () => {
    const seen: BatchScheduler[] = [];
    const see = task(function* () {
      seen.push(currentScheduler());
      yield timer(1);
      seen.push(currentScheduler());
    });
    await using requests = loop();
    await requests.run([see()]);
    expect(seen).toEqual([requests.scheduler, requests.scheduler]);
  });
});

describe('a run inside another', () => {
  it('has its own scheduler', async () => {
    const { asked, nameOfAuthor } = library();
    const outer = task(function* (post: number) {
      const [inner] = yield* run([nameOfAuthor(post)]);
      return [inner, yield* nameOfAuthor(post)];
    });
    expect(await run([outer(1), outer(2)])).toEqual([
      [1, 1],
      [2, 2],
    ]);
    expect(asked.slice(0, 4).sort()).toEqual(['author 1', 'author 2', 'name 1', 'name 2']);
    expect(asked.slice(4)).toEqual(['author 1,2', 'name 1,2']);
  });

  it('may use a loop that a task opens and closes', async () => {
    const { asked, nameOfAuthor } = library();
    const outer = task(function* () {
      using requests = loop();
      const [one] = yield* requests.run([nameOfAuthor(4)]);
      const [again] = yield* requests.run([nameOfAuthor(4)]);
      return [one, again];
    });
    expect(await run([outer()])).toEqual([[1, 1]]);
    expect(asked).toEqual(['author 4', 'name 1']);
  });

  it('may be blocked on', () => {
    const warn = jest.spyOn(console, 'warn').mockReturnValue();
    const { nameOfAuthor } = library();
    const outer = task(() => run([nameOfAuthor(1), nameOfAuthor(2)]).block());
    expect(run([outer(), outer()]).block()).toEqual([
      [1, 2],
      [1, 2],
    ]);
    warn.mockRestore();
  });
});

describe('blocking on a run', () => {
  it('returns its results if they do not need the event loop', () => {
    const { asked, nameOfAuthor } = library();
    expect(run([nameOfAuthor(1), nameOfAuthor(2)]).block()).toEqual([1, 2]);
    expect(asked).toEqual(['author 1,2', 'name 1,2']);
  });

  it('throws a WouldBlockError that names the scheduler and the task', async () => {
    const waits = task(function* patience() {
      yield NEVER;
    });
    const running = run([waits()]);
    const error = thrownBy(() => running.block()) as WouldBlockError;
    expect(error).toBeInstanceOf(WouldBlockError);
    expect(error.message).toMatch(/scheduler "run".*task "patience"/);
    running.cancel();
    await expect(running).rejects.toThrow('cancelled');
  });

  it('that throws a WouldBlockError leaves the run running', async () => {
    const running = run([timer(1)]);
    expect(() => running.block()).toThrow(WouldBlockError);
    expect(await running).toEqual([0]);
  });
});

describe('the same program', () => {
  const programs = () => {
    const { asked, nameOfAuthor } = library();
    return { asked, program: () => all([4, 5, 7].map(nameOfAuthor)) };
  };
  const consumers: [string, (program: () => ReturnType<ReturnType<typeof programs>['program']>) => unknown][] = [
    ['blocked on', (program) => program().block()],
    ['awaited', async (program) => program()],
    ['started', async (program) => program().start()],
    ['run', async (program) => (await run([program()]))[0]],
    ['run and blocked on', (program) => run([program()]).block()[0]],
    ['in a scope', async (program) => scoped((scope) => scope.start(program))],
    ['in a scope, blocked on', (program) => scoped((scope) => scope.start(program)).block()],
    ['subscribed to', (program) => new Promise((resolve) => program().subscribe(resolve))],
  ];
  it.each(consumers)('has the same results and the same flushes: %s', async (_, consume) => {
    const { asked, program } = programs();
    expect(await consume(program)).toEqual([1, 2, 1]);
    expect(asked).toEqual(['author 4,5,7', 'name 1,2']);
  });
});

it('a run in a loop has its results before the loop has closed', async () => {
  await using requests = loop();
  const running = requests.run([timer(1)]);
  const emitted: string[] = [];
  requests.close().subscribe(() => emitted.push(`closed ${running.isSet ? 'after' : 'before'} the run`));
  expect(record(running).notifications).toEqual([]);
  await requests.close();
  expect(emitted).toEqual(['closed after the run']);
});
