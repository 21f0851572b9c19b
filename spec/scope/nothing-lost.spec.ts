/**
 * Each failure of a scope is reported exactly once, in the right place, for all combinations of work, waiters and options;
 * a cancellation is never reported.
 */
import { fromEvent, map, take } from 'rxjs';
import { AsyncValue, CancelledError, Scope, scoped, ScopeError, type ErrorMode, type ScopeTask } from 'sluice';
import { nextTurn } from '../support/recording-observer';
import { failureOf } from '../support/failure-of';
import { noReports, reportsOf, openScope } from './reports';

const kinds = ['async function', 'observable', 'task'] as const;
const consumers = ['rethrows', 'recovers', 'ignores'] as const;
const errorModes: readonly ErrorMode[] = ['cancel', 'continue', 'abort'];
const troubles = ['one failure', 'two', 'failure in clean-up', 'failure of the body', 'failure after cancel'] as const;

type Kind = (typeof kinds)[number];
type Consumer = (typeof consumers)[number];
type Trouble = (typeof troubles)[number];

interface Row {
  readonly kind: Kind;
  readonly consumer: Consumer;
  readonly errorMode: ErrorMode;
  readonly trouble: Trouble;
}

const rows: readonly Row[] = kinds.flatMap((kind) =>
  consumers.flatMap((consumer) =>
    errorModes.flatMap((errorMode) => troubles.map((trouble) => ({ kind, consumer, errorMode, trouble }))),
  ),
);

const one = new Error('one');
const two = new Error('two');
const ofBody = new Error('of the body');
const ofCleanUp = new Error('of the clean-up');

interface Outcome {
  /** The value of the body, if it arrives. */
  readonly value?: string;
  /** The error that is thrown unchanged. */
  readonly own?: Error;
  /** The errors of the `ScopeError` that is thrown. */
  readonly group?: readonly Error[];
  /** The errors that the waiter received, without cancellations. */
  readonly delivered: readonly Error[];
}

/** The expected result of a row. */
function expected({ kind, consumer, errorMode, trouble }: Row): Outcome {
  const isStopped = errorMode !== 'continue' && kind !== 'async function'; // nothing stops a promise
  const outcomeWith = (errors: readonly Error[]): Outcome => {
    if (consumer === 'ignores') return { group: errors, delivered: [] };
    if (consumer === 'recovers') return { value: 'body', delivered: errors };
    return { ...(errors.length === 1 ? { own: one } : { group: errors }), delivered: [one] };
  };
  switch (trouble) {
    case 'one failure':
      return outcomeWith([one]);
    case 'two':
      return outcomeWith(isStopped ? [one] : [one, two]);
    case 'failure in clean-up':
      return { group: [ofCleanUp], delivered: [] };
    case 'failure of the body':
      if (consumer !== 'ignores') return { own: ofBody, delivered: [one] };
      return { ...(isStopped ? { own: ofBody } : { group: [ofBody, one] }), delivered: [] };
    case 'failure after cancel':
      return outcomeWith([one]);
  }
}

/** Work of each kind that waits for the gate, and then fails with `error`, or succeeds if that is undefined. */
const failing: Record<Kind, (gate: AsyncValue<void>, error?: Error) => (task: ScopeTask) => unknown> = {
  'async function': (gate, error) => async () => {
    await gate;
    if (error) throw error;
  },
  observable: (gate, error) => () =>
    gate.pipe(
      map(() => {
        if (error) throw error;
      }),
    ),
  task: (gate, error) =>
    function* () {
      yield* gate;
      if (error) throw error;
    },
};

/** Work that fails when it is cancelled. */
const failingWhenCancelled: Record<Kind, (task: ScopeTask) => unknown> = {
  'async function': async ({ signal }) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    throw one;
  },
  observable: ({ signal }) =>
    fromEvent(signal, 'abort').pipe(
      take(1),
      map(() => {
        throw one;
      }),
    ),
  *task() {
    try {
      yield new AsyncValue();
    } finally {
      yield Promise.reject(one);
    }
  },
};

type Body = (scope: Scope) => Generator<unknown, string>;

/** The body of a scope, of each kind. */
const bodyOf = (kind: Kind, body: Body): ((scope: Scope) => Generator<unknown, string> | Promise<string>) =>
  kind === 'async function' ? (scope) => awaitAll(body(scope)) : body;

async function awaitAll(steps: Generator<unknown, string>): Promise<string> {
  let result = steps.next();
  while (!result.done) {
    try {
      result = steps.next(await result.value);
    } catch (error) {
      result = steps.throw(error);
    }
  }
  return result.value;
}

async function outcomeOf({ kind, consumer, errorMode, trouble }: Row): Promise<Outcome> {
  const [first, second] = [new AsyncValue<void>(), new AsyncValue<void>()];
  const delivered: Error[] = [];
  function* consume(value: AsyncValue<unknown>): Generator<unknown, void> {
    if (consumer === 'ignores') return;
    try {
      yield value;
    } catch (error) {
      if (!(error instanceof CancelledError)) delivered.push(error as Error);
      if (trouble === 'failure of the body') throw ofBody;
      if (consumer === 'rethrows') throw error;
    }
  }
  const make = failing[kind];
  const body: Body = function* (scope) {
    switch (trouble) {
      case 'one failure':
        yield* consume(scope.start(make(first, one)));
        break;
      case 'two': {
        const both = [scope.start(make(first, one)), scope.start(make(second, two))];
        for (const value of both) yield* consume(value);
        break;
      }
      case 'failure in clean-up':
        scope.ensure(make(second, ofCleanUp) as () => unknown);
        yield* consume(scope.start(make(first)));
        break;
      case 'failure of the body':
        yield* consume(scope.start(make(first, one)));
        throw ofBody;
      case 'failure after cancel': {
        const value = scope.start(failingWhenCancelled[kind]);
        yield nextTurn();
        value.cancel('enough');
        yield* consume(value);
      }
    }
    return 'body';
  };
  const ended = scoped(bodyOf(kind, body), { errorMode }).then(
    (value) => ({ value }),
    (error: unknown) => (error instanceof ScopeError ? { group: error.errors as Error[] } : { own: error as Error }),
  );
  for (const gate of [first, second]) {
    await nextTurn();
    gate.set();
  }
  return { ...(await ended), delivered };
}

describe('every failure is reported once, in the right place:', () => {
  it.each(rows.map((row) => [Object.values(row).join(', '), row] as const))('%s', async (_, row) => {
    let outcome: Outcome | undefined;
    const reports = await reportsOf(async () => {
      outcome = await outcomeOf(row);
    });
    expect(outcome).toEqual(expected(row));
    const { group, own } = outcome ?? {};
    const want = expected(row);
    expect([own, ...(group ?? [])].every((error, at) => error === [want.own, ...(want.group ?? [])][at])).toBe(true);
    expect(reports).toEqual(noReports);
  });

  it('the table has 135 rows', () => expect(rows).toHaveLength(135));
});

it('an ignored failure is received only by the waiter of close()', async () => {
  const scope = openScope();
  scope.start(() => Promise.reject(one));
  const reports = await reportsOf(async () => {
    expect(await failureOf(scope.close())).toMatchObject({ errors: [one] });
  });
  expect(reports).toEqual(noReports);
});
