/** What the compiler knows of a stream: the type of its values is that of all its body emits. */
import { of, type Observable } from 'rxjs';
import { AsyncValue, emit, Future, stream, type Emission, type Emitted } from 'sluice';

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- how one asks whether two types are one
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

interface Claim<Actual> {
  /** Compiles only where it is just this type. */
  is<Expected>(...proof: Equal<Actual, Expected> extends true ? [] : ['it is another type']): void;
}

/** The type of a value. */
const typeOf = <Actual>(value: Actual): Claim<Actual> => ({ is: () => expect([value]).toHaveLength(1) });

/** Compiles only where a type is `true`. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- there is nothing but the type to check
const expectType = <Holds extends true>(holds = true as Holds): void => expect(holds).toBe(true);

interface Row {
  readonly id: number;
}

const rowOf = (id: number): Future<Row> => Future.of({ id });

describe('a stream', () => {
  it('has the type of what it emits, whatever it waits for', () => {
    const rows = stream(function* () {
      const row = yield* rowOf(1);
      typeOf(row).is<Row>();
      yield* emit(row);
    });
    typeOf(rows).is<Observable<Row>>();
  });

  it('has the types of all that it emits', () => {
    const mixed = stream(function* () {
      yield* emit(1);
      yield* emit('a');
      yield* emit(null);
    });
    typeOf(mixed).is<Observable<number | string | null>>();
  });

  it('keeps a union in one piece, and a boolean a boolean', () => {
    const flags = stream(function* () {
      const flag = yield* Future.of<boolean>(true);
      yield* emit(flag);
      yield* emit<'a' | 'b'>('a');
    });
    typeOf(flags).is<Observable<boolean | 'a' | 'b'>>();
  });

  it('has the type of what it emits by a bare yield, beside bare yields of other things', () => {
    const bare = stream(function* () {
      const value = yield Future.of('a');
      yield new AsyncValue<void>();
      yield of('b');
      yield [Future.of('c'), null];
      yield emit(1);
      typeOf(value).is<unknown>();
    });
    typeOf(bare).is<Observable<number>>();
  });

  it('has the types of what those emit that it delegates to', () => {
    function* helper(id: number) {
      const row = yield* rowOf(id);
      yield* emit(row);
      return id + 1;
    }
    const rows = stream(function* () {
      const next = yield* helper(1);
      typeOf(next).is<number>();
      yield* emit('end');
    });
    typeOf(rows).is<Observable<Row | string>>();
  });

  it('has the type that an annotation says', () => {
    const rows = stream(function* (): Generator<Emission<Row>, void, unknown> {
      yield* emit({ id: 1 });
    });
    const unknowns = stream(function* (): Generator<unknown, void, unknown> {
      yield emit(1);
    });
    typeOf(rows).is<Observable<Row>>();
    typeOf(unknowns).is<Observable<unknown>>();
  });

  it('that emits nothing has no values', () => {
    const silent = stream(function* () {
      yield* rowOf(1);
    });
    typeOf(silent).is<Observable<never>>();
    expectType<Equal<Emitted<Future<number>>, never>>();
  });

  it('is made of a generator function that takes and returns nothing', () => {
    // @ts-expect-error what it returns would be lost
    stream(function* () {
      yield* emit(1);
      return 2;
    });
    // @ts-expect-error nobody gives it an argument
    stream(function* (id: number) {
      yield* emit(id);
    });
    // @ts-expect-error an Observable is no generator
    stream(() => of(1));
    // @ts-expect-error an async generator function runs by itself
    expect(() => stream(async function* () {})).toThrow();
  });
});

describe('an emission', () => {
  it('is nothing to subscribe to or to wait for', () => {
    const emission = emit(1);
    typeOf(emission).is<Emission<number>>();
    // @ts-expect-error it is no Observable
    expectType<typeof emission extends Observable<unknown> ? true : false>();
  });

  it('gives the body nothing back', () => {
    stream(function* () {
      const given = yield* emit(1);
      // eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- that it is void is the point
      typeOf(given).is<void>();
    });
  });
});
