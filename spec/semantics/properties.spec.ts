/** Properties of every program: random trees of tasks are compared with a model without time, schedulers and batches. */
import fc from 'fast-check';
import {
  batchIndexOf,
  errorOf,
  nameOf,
  perform,
  performWithPromises,
  valueOf,
  type Account,
  type Signal,
} from '../support/perform';
import { programs, undisturbed, type Program, type Step, type TaskTree } from '../support/program';

/** The possible outcomes of a step: its value, or the first of these errors. */
type Prospect = { readonly value: unknown } | { readonly errors: readonly string[] };

function prospectOf(step: Step, program: Program): Prospect {
  switch (step.does) {
    case 'load': {
      const index = batchIndexOf(program, step.batch);
      const isFailing = program.batches[index]?.failing.includes(step.key);
      return isFailing ? { errors: [errorOf(index, step.key)] } : { value: valueOf(index, step.key) };
    }
    case 'all': {
      const leaves = step.steps.map((leaf) => prospectOf(leaf, program));
      const errors = leaves.flatMap((leaf) => ('errors' in leaf ? leaf.errors : []));
      return errors.length > 0 ? { errors } : { value: leaves.map((leaf) => 'value' in leaf && leaf.value) };
    }
    case 'run':
      return prospectOfTask(step.task, program);
    case 'wait':
      return { value: 0 };
  }
}

function prospectOfTask({ steps }: TaskTree, program: Program): Prospect {
  const values: unknown[] = [];
  for (const step of steps) {
    const prospect = prospectOf(step, program);
    if ('value' in prospect) values.push(prospect.value);
    else if (step.isCaught) values.push('caught');
    else return prospect;
  }
  return { value: values };
}

/** Each root has the outcome of the model, or was unsubscribed before and has none. */
function expectModelOutcome(program: Program, { roots }: Account): void {
  program.roots.forEach((root, index) => {
    const { signals, isUnsubscribed } = roots[index] ?? { signals: [], isUnsubscribed: false };
    if (isUnsubscribed && signals.length === 0) return;
    const prospect = prospectOfTask(root.task, program);
    const expectedSignals: readonly (readonly Signal[])[] =
      'value' in prospect ? [[{ value: prospect.value }, 'complete']] : prospect.errors.map((error) => [{ error }]);
    expect(expectedSignals).toContainEqual(signals);
  });
}

/**
 * Every task that was started ran its `finally` block once, and a cancelled task ran it to the end. The exception is a
 * task that is cancelled in its `finally` block: a generator stops there.
 */
function expectEachFinallyRan({ started, finallyStarted, cancelled, finallyEnded }: Account): void {
  expect(new Set(finallyStarted)).toEqual(new Set(started));
  expect(finallyStarted).toHaveLength(started.length);
  expect(new Set(finallyEnded).size).toBe(finallyEnded.length);
  expect(finallyEnded).toEqual(expect.arrayContaining(cancelled));
}

function expectSound(program: Program, account: Account): void {
  expect(account.faults).toEqual([]);
  expectModelOutcome(program, account);
  expectEachFinallyRan(account);
  expect(account.landings).toHaveLength(account.flushes.length);
}

describe('every program', () => {
  const sync = programs('at once', 'by Observable', 'key by key');

  it('has the results of the model, ends every wait, runs every `finally` once, and requests only awaited keys', () => {
    fc.assert(
      fc.property(sync, (program) => expectSound(program, perform(program))),
      { numRuns: 500 },
    );
  });

  it('is deterministic: the same flushes, keys, order and times in each run', () => {
    fc.assert(
      fc.property(sync, (program) => expect(perform(program)).toEqual(perform(program))),
      { numRuns: 300 },
    );
  });

  const any = programs('at once', 'by Observable', 'key by key', 'by promise');

  it('has the results of the model, also with promises', async () => {
    const property = fc.asyncProperty(any, async (program) => expectSound(program, await performWithPromises(program)));
    await fc.assert(property, { numRuns: 150 });
  });

  it('is deterministic, also with promises', async () => {
    const property = fc.asyncProperty(any, async (program) => {
      expect(await performWithPromises(program)).toEqual(await performWithPromises(program));
    });
    await fc.assert(property, { numRuns: 100 });
  });
});

describe('a program without delays, limits, errors and cancellation', () => {
  it('needs as many rounds as its longest chain of requests, with each key once per round', () => {
    const property = fc.property(programs('at once').map(undisturbed), (program) => {
      const flushes = perform(program).flushes.map(sortKeys);
      expect(flushes.sort()).toEqual(roundsOf(program));
    });
    fc.assert(property, { numRuns: 300 });
  });
});

/** The keys of each flush if every round has all keys that can be requested by then. */
function roundsOf(program: Program): string[] {
  const rounds: Map<number, Set<string>>[] = [];

  const load = (batchIndex: number, key: string, round: number): number => {
    const flushes = (rounds[round] ??= new Map<number, Set<string>>());
    flushes.set(batchIndex, (flushes.get(batchIndex) ?? new Set()).add(key));
    return round + 1;
  };
  /** Returns the round in which the step ends. */
  const roundAfter = (step: Step, round: number): number => {
    switch (step.does) {
      case 'load':
        return load(batchIndexOf(program, step.batch), step.key, round);
      case 'all':
        return Math.max(round, ...step.steps.map((leaf) => roundAfter(leaf, round)));
      case 'run':
        return step.task.steps.reduce((now, inner) => roundAfter(inner, now), round);
      case 'wait':
        return round;
    }
  };

  program.roots.forEach((root) => root.task.steps.reduce((round, step) => roundAfter(step, round), 0));
  const lines = rounds.flatMap((flushes) =>
    Array.from(flushes, ([batchIndex, keys]) => `0 ${nameOf(batchIndex)}(${[...keys].join('')})`),
  );
  return lines.map(sortKeys).sort();
}

const sortKeys = (line: string): string =>
  line.replace(/\((.*)\)/, (_, keys: string) => `(${Array.from(keys).sort().join('')})`);
