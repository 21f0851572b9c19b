/**
 * What holds of every program: random trees of tasks, beside a model that knows nothing of time, schedulers or batches.
 */
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

/** What can come of something: its value; or one of these errors, whichever comes first. */
type Prospect = { readonly value: unknown } | { readonly errors: readonly string[] };

function prospectOf(step: Step, program: Program): Prospect {
  switch (step.does) {
    case 'ask': {
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

/** What each root's subscriber was told is what the model foretells; unless he left before, and was told nothing. */
function expectForetold(program: Program, { roots }: Account): void {
  program.roots.forEach((root, index) => {
    const { signals, hasLeft } = roots[index] ?? { signals: [], hasLeft: false };
    if (hasLeft && signals.length === 0) return;
    const prospect = prospectOfTask(root.task, program);
    const foretold: readonly (readonly Signal[])[] =
      'value' in prospect ? [[{ value: prospect.value }, 'complete']] : prospect.errors.map((error) => [{ error }]);
    expect(foretold).toContainEqual(signals);
  });
}

/**
 * Every task that was begun was left, once; and those that were left because they were cancelled came to the end of
 * their `finally` blocks. (One that is cancelled while in a `finally` block already is cut there: generators are so.)
 */
function expectAllLeft({ begun, leaving, cut, left }: Account): void {
  expect(new Set(leaving)).toEqual(new Set(begun));
  expect(leaving).toHaveLength(begun.length);
  expect(new Set(left).size).toBe(left.length);
  expect(left).toEqual(expect.arrayContaining(cut));
}

function expectSound(program: Program, account: Account): void {
  expect(account.faults).toEqual([]);
  expectForetold(program, account);
  expectAllLeft(account);
  expect(account.landings).toHaveLength(account.flushes.length);
}

describe('every program', () => {
  const sync = programs('at once', 'by Observable', 'key by key');

  it('gives what the model gives, leaves nobody waiting, runs every `finally` once, asks only for what is wanted', () => {
    fc.assert(
      fc.property(sync, (program) => expectSound(program, perform(program))),
      { numRuns: 500 },
    );
  });

  it('goes the same way each time: same flushes, same keys, same order, same moments', () => {
    fc.assert(
      fc.property(sync, (program) => expect(perform(program)).toEqual(perform(program))),
      { numRuns: 300 },
    );
  });

  const any = programs('at once', 'by Observable', 'key by key', 'by promise');

  it('gives what the model gives, with promises in it too', async () => {
    const property = fc.asyncProperty(any, async (program) => expectSound(program, await performWithPromises(program)));
    await fc.assert(property, { numRuns: 150 });
  });

  it('goes the same way each time, with promises in it too', async () => {
    const property = fc.asyncProperty(any, async (program) => {
      expect(await performWithPromises(program)).toEqual(await performWithPromises(program));
    });
    await fc.assert(property, { numRuns: 100 });
  });
});

describe('a program that nothing disturbs', () => {
  it('asks in as few flushes as its longest chain of requests needs, each key once a round', () => {
    const property = fc.property(programs('at once').map(undisturbed), (program) => {
      const flushes = perform(program).flushes.map(sortKeys);
      expect(flushes.sort()).toEqual(roundsOf(program));
    });
    fc.assert(property, { numRuns: 300 });
  });
});

/** The keys of each flush if every round takes all that can be asked for by then. */
function roundsOf(program: Program): string[] {
  const rounds: Map<number, Set<string>>[] = [];

  const ask = (batchIndex: number, key: string, round: number): number => {
    const flushes = (rounds[round] ??= new Map<number, Set<string>>());
    flushes.set(batchIndex, (flushes.get(batchIndex) ?? new Set()).add(key));
    return round + 1;
  };
  /** Gives the round in which it is over. */
  const over = (step: Step, round: number): number => {
    switch (step.does) {
      case 'ask':
        return ask(batchIndexOf(program, step.batch), step.key, round);
      case 'all':
        return Math.max(round, ...step.steps.map((leaf) => over(leaf, round)));
      case 'run':
        return step.task.steps.reduce((now, inner) => over(inner, now), round);
      case 'wait':
        return round;
    }
  };

  program.roots.forEach((root) => root.task.steps.reduce((round, step) => over(step, round), 0));
  const lines = rounds.flatMap((flushes) =>
    Array.from(flushes, ([batchIndex, keys]) => `0 ${nameOf(batchIndex)}(${[...keys].join('')})`),
  );
  return lines.map(sortKeys).sort();
}

const sortKeys = (line: string): string =>
  line.replace(/\((.*)\)/, (_, keys: string) => `(${Array.from(keys).sort().join('')})`);
