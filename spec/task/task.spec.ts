import { EmptyError, map, of, timer, type Observable } from 'rxjs';
import { all, batch, Future, task } from 'sluice';
import { record, inVirtualTime } from '../support/recording-observer';

const no = new Error('no');

describe('a task function', () => {
  it('runs nothing when it is called', () => {
    let runs = 0;
    task(() => runs++)();
    expect(runs).toBe(0);
  });
  it('runs its body once for each subscription', () => {
    let runs = 0;
    const counting = task(() => ++runs)();
    expect([counting.block(), counting.block()]).toEqual([1, 2]);
  });
  it('keeps the name of its function', () => expect(task(function* nameOf() {}).name).toBe('nameOf'));
  it('keeps the `length` of its function', () => expect(task((a: number, b: number) => a + b).length).toBe(2));
  it('passes its arguments to the body', () => {
    const joined = task(function* (...parts: readonly string[]) {
      return parts.join('-');
    });
    expect(joined('a', 'b').block()).toBe('a-b');
  });
  it('leaves default arguments to the body', () => {
    const greeting = task(function* (name = 'you') {
      return name;
    });
    expect(greeting().block()).toBe('you');
  });
  it('passes `this` to the body', () => {
    const library = {
      name: 'Ada',
      greeting: task(function* (this: { readonly name: string }, word: string) {
        return `${word} ${this.name}`;
      }),
    };
    expect(library.greeting('hi').block()).toBe('hi Ada');
  });
  it('passes `this` as a method of a class', () => {
    class Book {
      readonly #title = 'Sluices';
      readonly title = task(function* (this: Book) {
        return this.#title;
      });
    }
    expect(new Book().title().block()).toBe('Sluices');
  });
  it.each([[7], [null], [{}], ['f']])('cannot be made of %p: task throws a TypeError at the call', (body) => {
    expect(() => task(body as never)).toThrow(/^task: expected `body` to be a function/);
  });
  it('cannot be made of an async generator function, whose values would be lost', () => {
    async function* nameOf(): AsyncGenerator<never, string> {
      return Promise.resolve('Ada');
    }
    const make = (): unknown => task(nameOf);
    expect(make).toThrow(TypeError);
    expect(make).toThrow(
      /^task "nameOf": its body is an async generator function\. .*lost.*Write function\* nameOf and yield where it awaits/,
    );
    expect(() => task(async function* () {})).toThrow(/^task "anonymous": .*Write function\* and yield/);
  });
});

describe('a task of a generator function', () => {
  it('has the value that the function returns', () =>
    expect(
      task(function* () {
        return 1;
      })().block(),
    ).toBe(1));
  it('has the value undefined if the function returns nothing', () => {
    expect(record(task(function* () {})()).notifications).toEqual(['next undefined', 'complete']);
  });
  it('receives the typed value of each future it yields', () => {
    const it = task(function* () {
      const n: number = yield* Future.of(1);
      const { text }: { text: string } = yield* all({ text: Future.of('a') });
      return `${String(n)}${text}`;
    });
    expect(it().block()).toBe('1a');
  });
  it('accepts arrays, records, null and undefined in a bare yield', () => {
    const it = task(function* (): Generator<unknown, unknown, unknown> {
      return [yield [Future.of(1), { a: Future.of(2) }], yield null, yield undefined, yield [], yield];
    });
    expect(it().block()).toEqual([[1, { a: 2 }], null, undefined, [], undefined]);
  });
  it('receives the last value of an Observable, promise or async iterable in a bare yield', async () => {
    async function* numbers(): AsyncGenerator<number> {
      yield await Promise.resolve(3);
    }
    const it = task(function* (): Generator<unknown, unknown, unknown> {
      return [yield of(0, 1), yield Promise.resolve(2), yield numbers()];
    });
    expect(await it()).toEqual([1, 2, 3]);
  });
  it('waits for a future that the function returns', () =>
    expect(
      task(function* () {
        return Future.of(1);
      })().block(),
    ).toBe(1));
  it('has an array as its value, even an array of futures', () => {
    const inner = Future.of(1);
    expect(
      task(function* () {
        return [inner];
      })().block()[0],
    ).toBe(inner);
  });
  it('fails with EmptyError at a yield of an empty Observable', () => {
    const it = task(function* (): Generator<unknown, unknown, unknown> {
      try {
        return yield of();
      } catch (error) {
        return error;
      }
    });
    expect(it().block()).toBeInstanceOf(EmptyError);
  });
  it('is named in the EmptyError', () => {
    const visit = task(function* visit() {
      yield [Future.of(1), of()];
    });
    expect(() => visit().block()).toThrow(EmptyError);
    expect(() => visit().block()).toThrow('no elements in sequence: task "visit" waits for an Observable');
  });
});

describe('a task of another function', () => {
  it('has the value that a plain function returns', () => expect(task((n: number) => n + 1)(1).block()).toBe(2));
  it('has the array that a plain function returns', () => expect(task(() => [1, 2])().block()).toEqual([1, 2]));
  it('has the string that a plain function returns', () => expect(task(() => 'ab')().block()).toBe('ab'));
  it('has the iterator that a plain function returns as its value, if the iterator is not a generator', () => {
    expect([...task(() => [1, 2].values())().block()]).toEqual([1, 2]);
  });
  it('fails with the error that a plain function throws', () => {
    const throwing = task((): number => {
      throw no;
    });
    expect(record(throwing()).notifications).toEqual(['error Error: no']);
  });
  it('waits for an async function', async () => {
    expect(await task(async (n: number) => Promise.resolve(n + 1))(1)).toBe(2);
  });
  it('fails with the error object of an async function', async () => {
    await expect(task(async () => Promise.reject(no))()).rejects.toBe(no);
  });
  it('waits for an Observable, and has its last value', () => expect(task(() => of(1, 2))().block()).toBe(2));
  it('fails with EmptyError if the Observable is empty', () => {
    expect(() => task((): Observable<number> => of())().block()).toThrow(EmptyError);
  });
  it('is named in the EmptyError', () => {
    expect(() =>
      task(function visit(): Observable<number> {
        return of();
      })().block(),
    ).toThrow('task "visit" waits for');
  });
  it('waits for an async iterable, and has its last value', async () => {
    async function* numbers(): AsyncGenerator<number> {
      yield await Promise.resolve(1);
      yield 2;
    }
    const last = task((): AsyncIterable<number> => numbers());
    expect(await last()).toBe(2);
  });
  it('runs a generator that a wrapper returns', () => {
    const double = batch((ns: readonly number[]) => ns.map((n) => n * 2));
    function* body(n: number): Generator<unknown, number, number> {
      return (yield* double(n)) + 1;
    }
    const logged =
      (wrapped: typeof body): typeof body =>
      (n) =>
        wrapped(n);
    expect(task(logged(body))(1).block()).toBe(3);
  });
  it('runs on virtual time', () => {
    inVirtualTime((time) => {
      time.expectObservable(task(() => timer(3).pipe(map(() => 'a')))()).toBe('---(a|)');
    });
  });
});
