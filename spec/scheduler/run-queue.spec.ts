/**
 * The order of tasks: depth first and left to right when started, first in, first out when resumed.
 */
import { map, type Observable } from 'rxjs';
import { all, AsyncValue, batch, Future, task } from 'sluice';
import { virtualScheduler } from '../support/virtual-time';

/** Runs a program on its own scheduler until no work is left, and returns its log. */
function logOf(program: (note: (what: string) => void) => void): string[] {
  const { clock, scheduler } = virtualScheduler();
  const log: string[] = [];
  scheduler.schedule(() => program((what) => void log.push(what)));
  clock.flush();
  return log;
}

describe('the start of tasks', () => {
  it('happens at once, in the turn of the subscriber', () => {
    const log = logOf((note) => {
      note('before');
      task(() => note('task'))().subscribe();
      note('after');
    });
    expect(log).toEqual(['before', 'task', 'after']);
  });

  it('is depth first, and left to right', () => {
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

  it('is left to right through arrays and records', () => {
    const log = logOf((note) => {
      const leaf = task((name: string) => note(name));
      all({ first: leaf('1'), second: [leaf('2'), { third: leaf('3') }], fourth: leaf('4') }).subscribe();
    });
    expect(log).toEqual(['1', '2', '3', '4']);
  });

  it('runs each task of a shape until it waits, before the next one starts', () => {
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

  it('runs a task that another task subscribes to manually before the other continues', () => {
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

describe('the resumption of tasks', () => {
  const waiter = (note: (what: string) => void) =>
    task(function* (name: string, value: AsyncValue<void>) {
      yield* value;
      note(name);
    });

  it('is in the order in which values arrived, not in the order of starting', () => {
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

  it('runs each resumed task until it waits, before the next one is resumed', () => {
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

  it('is in the order of the keys of a flush, and for equal keys in the order of the requests', () => {
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

  it('resumes a parent after its last child, behind all tasks that were ready then', () => {
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

describe('the depth of tasks', () => {
  it('can be a hundred thousand', () => {
    const depth = task(function* (left: number): Generator<Future<number>, number, number> {
      return left === 0 ? 0 : 1 + (yield* depth(left - 1));
    });
    expect(depth(100_000).block()).toBe(100_000);
  });

  it('can be ten thousand with operators between the tasks', () => {
    const depth = task(function* (left: number): Generator<Observable<number>, number, number> {
      return left === 0 ? 0 : yield depth(left - 1).pipe(map((below) => below + 1));
    });
    const { clock, scheduler } = virtualScheduler();
    const depths: number[] = [];
    scheduler.schedule(() => void depth(10_000).subscribe((it) => depths.push(it)));
    clock.flush();
    expect(depths).toEqual([10_000]);
  });

  it('can be a hundred thousand for a cancellation, which goes from the innermost outwards', () => {
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
