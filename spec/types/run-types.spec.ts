/** What the compiler knows of `run` and `loop`: the results by their places, with the errors that are among them. */
import { of } from 'rxjs';
import { AsyncValue, Future, loop, run, type RunConfig } from 'sluice';

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- how one asks whether two types are one
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

interface Claim<Actual> {
  /** Compiles only where it is just this type. */
  is<Expected>(...proof: Equal<Actual, Expected> extends true ? [] : ['it is another type']): void;
}

/** The type a function returns. */
const resultOf = <Actual>(call: () => Actual): Claim<Actual> => ({ is: () => expect(call).toBeInstanceOf(Function) });

class NotFound extends Error {
  readonly key = 'key';
}
class Refused extends Error {
  readonly status = 403;
}

const numberOf = Future.of(1);
const textOf = Future.of('a');
const isNotFound = (error: unknown): error is NotFound => error instanceof NotFound;
const isRight = (error: unknown): boolean => String(error) === 'right';

describe('the results of run', () => {
  it('are a tuple, in the order of the list', () => {
    resultOf(() => run([numberOf, textOf])).is<AsyncValue<[number, string]>>();
    resultOf(() => run([numberOf, of('a'), Promise.resolve(true)]).value).is<[number, string, boolean]>();
    resultOf(() => run([])).is<AsyncValue<[]>>();
    resultOf(() => run([new AsyncValue<number>()]).block()).is<[number]>();
  });

  it('are an array, for an array', () => {
    const many: readonly Future<number>[] = [1, 2].map((n) => Future.of(n));
    resultOf(() => run(many)).is<AsyncValue<number[]>>();
    resultOf(() => run(many, { returnErrors: NotFound })).is<AsyncValue<(number | NotFound)[]>>();
  });

  it('are the same with a config that lists nothing', () => {
    resultOf(() => run([numberOf], {})).is<AsyncValue<[number]>>();
    resultOf(() => run([numberOf], { returnErrors: undefined })).is<AsyncValue<[number]>>();
    resultOf(() => run([numberOf], { returnErrors: [] })).is<AsyncValue<[number]>>();
  });

  it('may be errors: of a class', () => {
    resultOf(() => run([numberOf, textOf], { returnErrors: NotFound })).is<
      AsyncValue<[number | NotFound, string | NotFound]>
    >();
  });

  it('of several classes', () => {
    resultOf(() => run([numberOf], { returnErrors: [NotFound, Refused] })).is<
      AsyncValue<[number | NotFound | Refused]>
    >();
  });

  it('of those a predicate names, or is seen to name', () => {
    resultOf(() => run([numberOf], { returnErrors: isNotFound })).is<AsyncValue<[number | NotFound]>>();
    resultOf(() => run([numberOf], { returnErrors: (error) => error instanceof Refused })).is<
      AsyncValue<[number | Refused]>
    >();
  });

  it('or anything, where it does not', () => {
    resultOf(() => run([numberOf], { returnErrors: isRight })).is<AsyncValue<[unknown]>>();
  });

  it('are told apart by instanceof', () => {
    const [first] = run([numberOf], { returnErrors: NotFound }).block();
    const text: string = first instanceof NotFound ? first.key : first.toFixed(1);
    expect(text).toBe('1.0');
  });

  it('are the same in a loop', () => {
    using world = loop();
    resultOf(() => world.run([numberOf, textOf])).is<AsyncValue<[number, string]>>();
    resultOf(() => world.run([numberOf], { returnErrors: [NotFound] })).is<AsyncValue<[number | NotFound]>>();
    resultOf(() => world.close()).is<AsyncValue<void>>();
  });

  it('may have their config made elsewhere', () => {
    const config: RunConfig<typeof NotFound> = { returnErrors: NotFound };
    resultOf(() => run([numberOf], config)).is<AsyncValue<[number | NotFound]>>();
  });
});

it('wrong use is seen by the compiler', () => {
  // @ts-expect-error a number cannot be waited for
  expect(() => run([numberOf, 5])).toThrow(TypeError);
  // @ts-expect-error a future is no list
  expect(() => run(numberOf)).toThrow(TypeError);
  // @ts-expect-error a text is no class
  expect(() => run([], { returnErrors: 'RangeError' })).toThrow(TypeError);
  class NoError {
    readonly code = 1;
  }
  // @ts-expect-error it is no class of errors
  expect(() => run([], { returnErrors: NoError })).toThrow(TypeError);
});
