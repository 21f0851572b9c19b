import { Subject, throwError } from 'rxjs';
import { all, batch, Future, task } from 'sluice';
import { record, thrownBy } from '../support/recording-observer';

const no = new Error('no');
const failing = task(function* (): Generator<unknown, number> {
  yield null;
  throw no;
});

describe('an error in a task', () => {
  it('becomes the error of its future', () => expect(thrownBy(() => failing().block())).toBe(no));
  it('may have any type', () => {
    const throwing = task(function* () {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- the spec is about a value that is not an Error
      throw undefined;
    });
    expect(record(throwing()).notifications).toEqual(['error undefined']);
  });
  it.each<[string, unknown]>([
    ['a task', failing()],
    ['an Observable', throwError(() => no)],
    ['an array', [Future.of(1), failing()]],
    ['a batch', batch(() => [no])(1)],
  ])('of %s is thrown at the yield as the same object', (_, child) => {
    const caught: unknown[] = [];
    const parent = task(function* () {
      try {
        yield child;
      } catch (error) {
        caught.push(error);
      }
      return 'continued';
    });
    expect(parent().block()).toBe('continued');
    expect(caught).toEqual([no]);
    expect(caught[0]).toBe(no);
  });
  it('passes through a thousand tasks as the same object', () => {
    const deep = task(function* (n: number): Generator<unknown, number, number> {
      return n === 0 ? yield* failing() : yield* deep(n - 1);
    });
    expect(thrownBy(() => deep(1_000).block())).toBe(no);
  });
  it('runs the finally blocks on its way, the innermost first, and the futures they yield', () => {
    const log: string[] = [];
    const recorded = task(function* (name: string, child: Future<unknown>) {
      try {
        yield child;
      } finally {
        yield Future.of(1);
        log.push(name);
      }
    });
    expect(record(recorded('outer', recorded('inner', failing()))).notifications).toEqual(['error Error: no']);
    expect(log).toEqual(['inner', 'outer']);
  });
  it('is replaced by an error that a finally block throws', () => {
    const throwing = task(function* () {
      try {
        yield* failing();
      } finally {
        yield* Future.fail('worse');
      }
    });
    expect(record(throwing()).notifications).toEqual(['error worse']);
  });
  it('that arrives late is thrown at the yield as well', () => {
    const source = new Subject<number>();
    const { notifications } = record(
      task(function* () {
        try {
          return yield* Future.from(source);
        } catch (error) {
          return `caught ${String(error)}`;
        }
      })(),
    );
    source.error(no);
    expect(notifications).toEqual(['next caught Error: no', 'complete']);
  });
  it('cancels its siblings', () => {
    const source = new Subject<number>();
    record(all([Future.from(source), failing()]));
    expect(source.observed).toBe(false);
  });
});

describe('a yield of a value that is not an input', () => {
  it.each<[string, unknown]>([
    ['a number', 7],
    ['a string', 'ab'],
    ['a boolean', true],
    ['a function', () => Future.of(1)],
    ['a date', new Date(0)],
    ['a Map', new Map()],
    ['an array with a number', [Future.of(1), 7]],
    ['a record with a string', { a: 'b' }],
  ])('throws a TypeError that names the task at the yield: %s', (_, wrong) => {
    const caught: unknown[] = [];
    const catching = task(function* catching() {
      try {
        yield wrong;
      } catch (error) {
        caught.push(error);
      }
      return yield* Future.of('continued');
    });
    expect(catching().block()).toBe('continued');
    expect(caught).toEqual([expect.any(TypeError)]);
    expect(String(caught[0])).toContain('Task "catching"');
  });
});
