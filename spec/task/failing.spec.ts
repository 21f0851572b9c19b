import { Subject, throwError } from 'rxjs';
import { all, batch, Future, task } from 'sluice';
import { hear, thrownBy } from '../future/hear';

const no = new Error('no');
const failing = task(function* (): Generator<unknown, number> {
  yield null;
  throw no;
});

describe('an error in a task', () => {
  it('is its failure', () => expect(thrownBy(() => failing().block())).toBe(no));
  it('may be anything', () => {
    const throwing = task(function* () {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- that it is no Error is the point
      throw undefined;
    });
    expect(hear(throwing()).heard).toEqual(['error undefined']);
  });
  it.each<[string, unknown]>([
    ['a task', failing()],
    ['an Observable', throwError(() => no)],
    ['an array', [Future.of(1), failing()]],
    ['a batch', batch(() => [no])(1)],
  ])('of %s is thrown where it was yielded, and is the very same', (_, child) => {
    const caught: unknown[] = [];
    const parent = task(function* () {
      try {
        yield child;
      } catch (error) {
        caught.push(error);
      }
      return 'went on';
    });
    expect(parent().block()).toBe('went on');
    expect(caught).toEqual([no]);
    expect(caught[0]).toBe(no);
  });
  it('comes through a thousand tasks as itself', () => {
    const deep = task(function* (n: number): Generator<unknown, number, number> {
      return n === 0 ? yield* failing() : yield* deep(n - 1);
    });
    expect(thrownBy(() => deep(1_000).block())).toBe(no);
  });
  it('runs the finally blocks it passes, the innermost first, and what they yield', () => {
    const log: string[] = [];
    const careful = task(function* (name: string, child: Future<unknown>) {
      try {
        yield child;
      } finally {
        yield Future.of(1);
        log.push(name);
      }
    });
    expect(hear(careful('outer', careful('inner', failing()))).heard).toEqual(['error Error: no']);
    expect(log).toEqual(['inner', 'outer']);
  });
  it('is replaced by one that a finally block throws', () => {
    const clumsy = task(function* () {
      try {
        yield* failing();
      } finally {
        yield* Future.fail('worse');
      }
    });
    expect(hear(clumsy()).heard).toEqual(['error worse']);
  });
  it('that comes late is thrown at the yield as well', () => {
    const source = new Subject<number>();
    const { heard } = hear(
      task(function* () {
        try {
          return yield* Future.from(source);
        } catch (error) {
          return `caught ${String(error)}`;
        }
      })(),
    );
    source.error(no);
    expect(heard).toEqual(['next caught Error: no', 'complete']);
  });
  it('leaves its siblings', () => {
    const source = new Subject<number>();
    hear(all([Future.from(source), failing()]));
    expect(source.observed).toBe(false);
  });
});

describe('a yield of what cannot be waited for', () => {
  it.each<[string, unknown]>([
    ['a number', 7],
    ['a string', 'ab'],
    ['a boolean', true],
    ['a function', () => Future.of(1)],
    ['a date', new Date(0)],
    ['a Map', new Map()],
    ['an array with a number', [Future.of(1), 7]],
    ['a record with a string', { a: 'b' }],
  ])('throws a TypeError there that names the task: %s', (_, wrong) => {
    const caught: unknown[] = [];
    const careless = task(function* careless() {
      try {
        yield wrong;
      } catch (error) {
        caught.push(error);
      }
      return yield* Future.of('went on');
    });
    expect(careless().block()).toBe('went on');
    expect(caught).toEqual([expect.any(TypeError)]);
    expect(String(caught[0])).toContain('Task "careless"');
  });
});
