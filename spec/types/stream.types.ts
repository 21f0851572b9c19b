/** The types of streams: the values of a stream have the type of all its emissions. `tsc` checks this file, and nothing runs it. */
import { of, type Observable } from 'rxjs';
import { AsyncValue, emit, Future, stream, type Emission, type Emitted } from 'sluice';
import { compiles, type Equal, expectType, group, typeOf } from './assertions';

interface Row {
  readonly id: number;
}

const rowOf = (id: number): Future<Row> => Future.of({ id });

group('a stream', () => {
  compiles('has the type of its emissions, whatever it waits for', () => {
    const rows = stream(function* () {
      const row = yield* rowOf(1);
      typeOf(row).is<Row>();
      yield* emit(row);
    });
    typeOf(rows).is<Observable<Row>>();
  });

  compiles('has the union of the types of its emissions', () => {
    const mixed = stream(function* () {
      yield* emit(1);
      yield* emit('a');
      yield* emit(null);
    });
    typeOf(mixed).is<Observable<number | string | null>>();
  });

  compiles('does not distribute over a union or boolean', () => {
    const flags = stream(function* () {
      const flag = yield* Future.of<boolean>(true);
      yield* emit(flag);
      yield* emit<'a' | 'b'>('a');
    });
    typeOf(flags).is<Observable<boolean | 'a' | 'b'>>();
  });

  compiles('has the type of emissions by a bare yield, without the types of other yields', () => {
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

  compiles('has the types of the emissions of its delegates', () => {
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

  compiles('has the type of an explicit annotation', () => {
    const rows = stream(function* (): Generator<Emission<Row>, void, unknown> {
      yield* emit({ id: 1 });
    });
    const unknowns = stream(function* (): Generator<unknown, void, unknown> {
      yield emit(1);
    });
    typeOf(rows).is<Observable<Row>>();
    typeOf(unknowns).is<Observable<unknown>>();
  });

  compiles('without emissions has values of type never', () => {
    const silent = stream(function* () {
      yield* rowOf(1);
    });
    typeOf(silent).is<Observable<never>>();
    expectType<Equal<Emitted<Future<number>>, never>>();
  });

  compiles('is made of a generator function without parameters and without a return value', () => {
    // @ts-expect-error the return value would be lost
    stream(function* () {
      yield* emit(1);
      return 2;
    });
    // @ts-expect-error the body is called without an argument
    stream(function* (id: number) {
      yield* emit(id);
    });
    // @ts-expect-error an Observable is not a generator
    stream(() => of(1));
    // @ts-expect-error an async generator function runs by itself
    stream(async function* () {});
  });
});

group('an emission', () => {
  compiles('is not an Observable', () => {
    const emission = emit(1);
    typeOf(emission).is<Emission<number>>();
    // @ts-expect-error an emission is not an Observable
    expectType<typeof emission extends Observable<unknown> ? true : false>();
  });

  compiles('has no value in the body', () => {
    stream(function* () {
      const given = yield* emit(1);
      // eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- that it is void is the point
      typeOf(given).is<void>();
    });
  });
});
