/** The types of the results of `run` and `loop`, with the errors among them. `tsc` checks this file, and nothing runs it. */
/* eslint-disable @typescript-eslint/no-meaningless-void-operator -- `void` makes a statement of an expression */
import { of } from 'rxjs';
import { AsyncValue, Future, loop, run, type RunConfig } from 'sluice';
import { compiles, group, resultOf } from './assertions';

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

group('the results of run', () => {
  compiles('are a tuple, in the order of the list', () => {
    resultOf(() => run([numberOf, textOf])).is<AsyncValue<[number, string]>>();
    resultOf(() => run([numberOf, of('a'), Promise.resolve(true)]).value).is<[number, string, boolean]>();
    resultOf(() => run([])).is<AsyncValue<[]>>();
    resultOf(() => run([new AsyncValue<number>()]).block()).is<[number]>();
  });

  compiles('are an array, for an array', () => {
    const many: readonly Future<number>[] = [1, 2].map((n) => Future.of(n));
    resultOf(() => run(many)).is<AsyncValue<number[]>>();
    resultOf(() => run(many, { returnErrors: NotFound })).is<AsyncValue<(number | NotFound)[]>>();
  });

  compiles('are the same with a config that lists no error', () => {
    resultOf(() => run([numberOf], {})).is<AsyncValue<[number]>>();
    resultOf(() => run([numberOf], { returnErrors: undefined })).is<AsyncValue<[number]>>();
    resultOf(() => run([numberOf], { returnErrors: [] })).is<AsyncValue<[number]>>();
  });

  compiles('include the errors of a listed class', () => {
    resultOf(() => run([numberOf, textOf], { returnErrors: NotFound })).is<
      AsyncValue<[number | NotFound, string | NotFound]>
    >();
  });

  compiles('include the errors of several listed classes', () => {
    resultOf(() => run([numberOf], { returnErrors: [NotFound, Refused] })).is<
      AsyncValue<[number | NotFound | Refused]>
    >();
  });

  compiles('include the errors that a type predicate names, declared or inferred', () => {
    resultOf(() => run([numberOf], { returnErrors: isNotFound })).is<AsyncValue<[number | NotFound]>>();
    resultOf(() => run([numberOf], { returnErrors: (error) => error instanceof Refused })).is<
      AsyncValue<[number | Refused]>
    >();
  });

  compiles('are unknown with a predicate that is not a type predicate', () => {
    resultOf(() => run([numberOf], { returnErrors: isRight })).is<AsyncValue<[unknown]>>();
  });

  compiles('are narrowed by instanceof', () => {
    const [first] = run([numberOf], { returnErrors: NotFound }).block();
    const text: string = first instanceof NotFound ? first.key : first.toFixed(1);
    void text;
  });

  compiles('are the same in a loop', () => {
    using requests = loop();
    resultOf(() => requests.run([numberOf, textOf])).is<AsyncValue<[number, string]>>();
    resultOf(() => requests.run([numberOf], { returnErrors: [NotFound] })).is<AsyncValue<[number | NotFound]>>();
    resultOf(() => requests.close()).is<AsyncValue<void>>();
  });

  compiles('are inferred also from a config with an explicit type', () => {
    const config: RunConfig<typeof NotFound> = { returnErrors: NotFound };
    resultOf(() => run([numberOf], config)).is<AsyncValue<[number | NotFound]>>();
  });
});

compiles('run refuses wrong arguments', () => {
  // @ts-expect-error a number cannot be waited for
  run([numberOf, 5]);
  // @ts-expect-error a future is not an array
  run(numberOf);
  // @ts-expect-error a string is not a class
  run([], { returnErrors: 'RangeError' });
  class NoError {
    readonly code = 1;
  }
  // @ts-expect-error the class is not a class of errors
  run([], { returnErrors: NoError });
});
