/** What `run` gives: results in the order of the list, from a world of its own that is gone when it is over. */
import { concat, map, NEVER, of, timer } from 'rxjs';
import { all, AsyncValue, batch, loop, run, scoped, task, WouldBlockError, type BatchScheduler } from 'sluice';
import { currentScheduler } from '../../src/scheduler/batch-scheduler';
import { record, thrownBy } from '../support/recording-observer';
import { testScheduler } from '../support/virtual-time';

const later = <T>(ms: number, value: T) => timer(ms).pipe(map(() => value));
const inVirtualTime = (program: () => void): void => testScheduler().run(program);

/** The authors of posts, and their names: two batch functions, with caches. */
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
  it('gives the results in the order of the list, not of time', () => {
    const emitted: unknown[] = [];
    inVirtualTime(() => run([later(5, 'slow'), of('fast')]).subscribe((results) => emitted.push(results)));
    expect(emitted).toEqual([['slow', 'fast']]);
  });

  it('runs what is in the list side by side', () => {
    const log: string[] = [];
    inVirtualTime(() => {
      run([timer(5), timer(7), timer(3)]).subscribe(() => log.push('over'));
      timer(6).subscribe(() => log.push('at 6'));
      timer(8).subscribe(() => log.push('at 8'));
    });
    expect(log).toEqual(['at 6', 'over', 'at 8']);
  });

  it('gives [] for an empty list', async () => {
    expect(run([]).block()).toEqual([]);
    expect(await run([])).toEqual([]);
  });

  it('takes futures, Observables, promises, async iterables and values that were started', async () => {
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

  it('starts nothing in the turn of its caller', async () => {
    const log: string[] = [];
    const running = run([task(() => log.push('started'))()]);
    expect(log).toEqual([]);
    await running;
    expect(log).toEqual(['started']);
  });

  it('is hot: it runs whether somebody waits or not, and once for all who do', async () => {
    let runs = 0;
    const running = run([task(() => ++runs)()]);
    expect([await running, await running]).toEqual([[1], [1]]);
  });

  it('takes one thing that is twice in the list for two', async () => {
    let runs = 0;
    const count = task(() => ++runs)();
    expect(await run([count, count])).toEqual([1, 2]);
  });
});

describe('the world of a run', () => {
  it('has batches of its own, which what is listed shares', async () => {
    const { asked, nameOfAuthor } = library();
    expect(await run([4, 5, 7].map(nameOfAuthor))).toEqual([1, 2, 1]);
    expect(asked).toEqual(['author 4,5,7', 'name 1,2']);
  });

  it('shares no cache with a second run', async () => {
    const { asked, nameOfAuthor } = library();
    await run([nameOfAuthor(4)]);
    await run([nameOfAuthor(4)]);
    expect(asked).toEqual(['author 4', 'name 1', 'author 4', 'name 1']);
  });

  it('shares its cache with all runs of one loop, and with no other', async () => {
    const { asked, nameOfAuthor } = library();
    await using one = loop();
    await using other = loop();
    await one.run([nameOfAuthor(4)]);
    await one.run([nameOfAuthor(4)]);
    expect(asked).toEqual(['author 4', 'name 1']);
    await other.run([nameOfAuthor(4)]);
    expect(asked).toEqual(['author 4', 'name 1', 'author 4', 'name 1']);
  });

  it('shares no flush with what runs around it', async () => {
    const { asked, nameOfAuthor } = library();
    await Promise.all([run([nameOfAuthor(1)]), run([nameOfAuthor(2)]), all([nameOfAuthor(3)])]);
    expect(asked.filter((line) => line.startsWith('author')).sort()).toEqual(['author 1', 'author 2', 'author 3']);
  });

  it('lets what runs at the same time in one loop share its flushes', async () => {
    const { asked, nameOfAuthor } = library();
    await using world = loop();
    await Promise.all([world.run([nameOfAuthor(1)]), world.run([nameOfAuthor(2)])]);
    expect(asked).toEqual(['author 1,2', 'name 1,2']);
  });

  it('is the ambient one for all that runs in it, also after it has waited', async () => {
    const seen: BatchScheduler[] = [];
    const see = task(function* () {
      seen.push(currentScheduler());
      yield timer(1);
      seen.push(currentScheduler());
    });
    await using world = loop();
    await world.run([see()]);
    expect(seen).toEqual([world.scheduler, world.scheduler]);
  });
});

describe('a run within another', () => {
  it('works, in a world of its own', async () => {
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

  it('works with a loop that is opened and left in a task', async () => {
    const { asked, nameOfAuthor } = library();
    const outer = task(function* () {
      using world = loop();
      const [one] = yield* world.run([nameOfAuthor(4)]);
      const [again] = yield* world.run([nameOfAuthor(4)]);
      return [one, again];
    });
    expect(await run([outer()])).toEqual([[1, 1]]);
    expect(asked).toEqual(['author 4', 'name 1']);
  });

  it('works when it is blocked on', () => {
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

describe('a run that is blocked on', () => {
  it('gives its results, where nothing needs the event loop', () => {
    const { asked, nameOfAuthor } = library();
    expect(run([nameOfAuthor(1), nameOfAuthor(2)]).block()).toEqual([1, 2]);
    expect(asked).toEqual(['author 1,2', 'name 1,2']);
  });

  it('throws a WouldBlockError that names what it waits for', async () => {
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

  it('goes on when it could not be blocked on', async () => {
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
  const ways: [string, (program: () => ReturnType<ReturnType<typeof programs>['program']>) => unknown][] = [
    ['blocked on', (program) => program().block()],
    ['awaited', async (program) => program()],
    ['started', async (program) => program().start()],
    ['run', async (program) => (await run([program()]))[0]],
    ['run and blocked on', (program) => run([program()]).block()[0]],
    ['in a scope', async (program) => scoped((scope) => scope.start(program))],
    ['in a scope, blocked on', (program) => scoped((scope) => scope.start(program)).block()],
    ['subscribed to', (program) => new Promise((resolve) => program().subscribe(resolve))],
  ];
  it.each(ways)('gives the same, with the same flushes: %s', async (_, way) => {
    const { asked, program } = programs();
    expect(await way(program)).toEqual([1, 2, 1]);
    expect(asked).toEqual(['author 4,5,7', 'name 1,2']);
  });
});

it('tells whoever waits that it is over when its scope is, and not before', async () => {
  await using world = loop();
  const running = world.run([timer(1)]);
  const emitted: string[] = [];
  world.close().subscribe(() => emitted.push(`closed, and the run is ${running.isSet ? 'over' : 'not over'}`));
  expect(record(running).notifications).toEqual([]);
  await world.close();
  expect(emitted).toEqual(['closed, and the run is over']);
});
