/**
 * Who runs next, seen through tasks: depth first and left to right on start, first in first out on resume.
 */
import { map, type Observable } from 'rxjs';
import { all, AsyncValue, batch, Future, task } from 'sluice';
import { virtualScheduler } from '../support/virtual-time';

/** Runs a program on a scheduler of its own, to the end of time, and gives what it has logged. */
function logOf(program: (note: (what: string) => void) => void): string[] {
  const { clock, scheduler } = virtualScheduler();
  const log: string[] = [];
  scheduler.schedule(() => program((what) => void log.push(what)));
  clock.flush();
  return log;
}

describe('starting', () => {
  it('runs a task at once, within the turn of whoever subscribes', () => {
    const log = logOf((note) => {
      note('before');
      task(() => note('task'))().subscribe();
      note('after');
    });
    expect(log).toEqual(['before', 'task', 'after']);
  });

  it('goes depth first, and left to right', () => {
    const log = logOf((note) => {
      const node = task(function* (name: string, children: readonly Future<unknown>[] = []) {
        note(`${name} in`);
        yield* all(children);
        note(`${name} out`);
      });
      node('root', [node('left', [node('left left'), node('left right')]), node('right')]).subscribe();
    });
    expect(log).toEqual([
      'root in',
      'left in',
      'left left in',
      'left left out',
      'left right in',
      'left right out',
      'left out',
      'right in',
      'right out',
      'root out',
    ]);
  });

  it('goes left to right through a shape of any kind', () => {
    const log = logOf((note) => {
      const leaf = task((name: string) => note(name));
      all({ first: leaf('1'), second: [leaf('2'), { third: leaf('3') }], fourth: leaf('4') }).subscribe();
    });
    expect(log).toEqual(['1', '2', '3', '4']);
  });

  it('lets a leaf go as far as it can before the next begins', () => {
    const log = logOf((note) => {
      const never = new AsyncValue<void>();
      const leaf = task(function* (name: string) {
        note(`${name} asks`);
        yield* Future.of(undefined);
        note(`${name} waits`);
        yield* never;
      });
      all([leaf('left'), leaf('right')]).subscribe();
    });
    expect(log).toEqual(['left asks', 'left waits', 'right asks', 'right waits']);
  });

  it('runs what a task subscribes to by hand before the task goes on', () => {
    const log = logOf((note) => {
      const inner = task(function* () {
        note('inner');
        yield null;
        note('inner goes on');
      });
      task(() => {
        note('outer');
        inner().subscribe();
        note('outer goes on');
      })().subscribe();
    });
    expect(log).toEqual(['outer', 'inner', 'inner goes on', 'outer goes on']);
  });
});

describe('resuming', () => {
  const waiter = (note: (what: string) => void) =>
    task(function* (name: string, value: AsyncValue<void>) {
      yield* value;
      note(name);
    });

  it('goes by the order in which values came, not by that of starting', () => {
    const log = logOf((note) => {
      const [one, other] = [new AsyncValue<void>(), new AsyncValue<void>()];
      const wait = waiter(note);
      all([wait('a', one), wait('b', other), wait('c', one)]).subscribe();
      task(() => {
        other.set();
        one.set();
      })().subscribe();
    });
    expect(log).toEqual(['b', 'a', 'c']);
  });

  it('waits until the running step is over', () => {
    const log = logOf((note) => {
      const value = new AsyncValue<void>();
      waiter(note)('resumed', value).subscribe();
      task(() => {
        value.set();
        note('set');
      })().subscribe();
    });
    expect(log).toEqual(['set', 'resumed']);
  });

  it('lets a resumed task go as far as it can before the next is resumed', () => {
    const log = logOf((note) => {
      const value = new AsyncValue<void>();
      const child = task((name: string) => note(`child of ${name}`));
      const parent = task(function* (name: string) {
        yield* value;
        note(name);
        yield* child(name);
        note(`${name} out`);
      });
      all([parent('a'), parent('b')]).subscribe();
      value.set();
    });
    expect(log).toEqual(['a', 'child of a', 'a out', 'b', 'child of b', 'b out']);
  });

  it('follows the keys of a flush, and those who share a key the order they asked in', () => {
    const log = logOf((note) => {
      const ask = batch((keys: readonly string[]) => keys);
      const asker = task(function* (name: string, key: string) {
        yield* ask(key);
        note(name);
      });
      all([asker('1', 'x'), asker('2', 'y'), asker('3', 'x')]).subscribe();
    });
    expect(log).toEqual(['1', '3', '2']);
  });

  it('wakes a parent after its last child, behind all that was ready by then', () => {
    const log = logOf((note) => {
      const [one, other] = [new AsyncValue<void>(), new AsyncValue<void>()];
      const wait = waiter(note);
      const parent = task(function* () {
        yield* all([wait('left', one), wait('right', one)]);
        note('parent');
      });
      all([parent(), wait('stranger', other)]).subscribe();
      task(() => {
        one.set();
        other.set();
      })().subscribe();
    });
    expect(log).toEqual(['left', 'right', 'stranger', 'parent']);
  });
});

describe('depth', () => {
  it('nests tasks a hundred thousand deep', () => {
    const depth = task(function* (left: number): Generator<Future<number>, number, number> {
      return left === 0 ? 0 : 1 + (yield* depth(left - 1));
    });
    expect(depth(100_000).block()).toBe(100_000);
  });

  it('nests tasks with operators between them ten thousand deep', () => {
    const depth = task(function* (left: number): Generator<Observable<number>, number, number> {
      return left === 0 ? 0 : yield depth(left - 1).pipe(map((below) => below + 1));
    });
    const { clock, scheduler } = virtualScheduler();
    const depths: number[] = [];
    scheduler.schedule(() => void depth(10_000).subscribe((it) => depths.push(it)));
    clock.flush();
    expect(depths).toEqual([10_000]);
  });

  it('cancels tasks a hundred thousand deep, the innermost first', () => {
    const left: number[] = [];
    const never = new AsyncValue<void>();
    const nest = task(function* (below: number): Generator<Future<void> | AsyncValue<void>, void, void> {
      try {
        yield* below === 0 ? never : nest(below - 1);
      } finally {
        left.push(below);
      }
    });
    nest(100_000).subscribe().unsubscribe();
    expect(left).toEqual(Array.from({ length: 100_001 }, (_, index) => index));
  });
});
