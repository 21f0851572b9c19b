/**
 * Random programs: trees of tasks that call a few batch functions, sequentially and concurrently, that fail, catch, wait,
 * clean up, and are cancelled by their subscribers.
 */
import fc from 'fast-check';

export interface Program {
  readonly policy: 'flushAll' | 'largestFirst' | 'feedersFirst';
  readonly batches: readonly BatchTraits[];
  readonly roots: readonly Root[];
}

export interface BatchTraits {
  readonly answers: 'at once' | 'by Observable' | 'key by key' | 'by promise';
  /** The duration of a flight, in frames or in turns of the microtask queue. */
  readonly takes: number;
  readonly failing: readonly string[];
  readonly maxSize: number;
  readonly concurrency: number;
  readonly window: number;
  readonly hold: number;
  readonly isPartitioned: boolean;
  readonly hasCache: boolean;
}

export interface Root {
  readonly task: TaskTree;
  readonly startsAt: number;
  /** The frame in which its subscriber unsubscribes, if it does. */
  readonly unsubscribesAt: number | undefined;
  /** The index of a root that is unsubscribed when this one ends, if any. */
  readonly alsoUnsubscribes: number | undefined;
}

export interface TaskTree {
  readonly steps: readonly Step[];
  /** Whether its `finally` block loads a key, too. */
  readonly cleansUp: boolean;
}

export type Step = { readonly isCaught: boolean } & (
  | { readonly does: 'load'; readonly batch: number; readonly key: string; readonly isPiped: boolean }
  | { readonly does: 'all'; readonly steps: readonly Step[] }
  | { readonly does: 'run'; readonly task: TaskTree }
  | { readonly does: 'wait'; readonly frames: number }
);

const KEYS = ['a', 'b', 'c', 'd', 'e'];

const key = fc.constantFrom(...KEYS);
const rarely = <T>(arbitrary: fc.Arbitrary<T>, otherwise: T): fc.Arbitrary<T> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(otherwise) }, { weight: 1, arbitrary });

const { task: taskTree } = fc.letrec<{ task: TaskTree; step: Step; load: Step }>((tie) => {
  const isCaught = fc.boolean();
  const steps = fc.array(tie('step'), { maxLength: 3 });
  return {
    task: fc.record({ steps, cleansUp: rarely(fc.constant(true), false) }),
    load: fc.record({
      does: fc.constant('load' as const),
      batch: fc.nat(2),
      key,
      isPiped: rarely(fc.constant(true), false),
      isCaught,
    }),
    step: fc.oneof(
      { maxDepth: 3 },
      { weight: 5, arbitrary: tie('load') },
      { weight: 1, arbitrary: fc.record({ does: fc.constant('wait' as const), frames: fc.nat(5), isCaught }) },
      { weight: 3, arbitrary: fc.record({ does: fc.constant('run' as const), task: tie('task'), isCaught }) },
      { weight: 3, arbitrary: fc.record({ does: fc.constant('all' as const), steps, isCaught }) },
    ),
  };
});

/** Programs whose resolvers return their results in one of these ways. */
export const programs = (...ways: readonly BatchTraits['answers'][]): fc.Arbitrary<Program> =>
  fc.record({
    policy: fc.constantFrom('flushAll' as const, 'largestFirst' as const, 'feedersFirst' as const),
    batches: fc.array(
      fc.record({
        answers: fc.constantFrom(...ways),
        takes: fc.nat(6),
        failing: fc.subarray(KEYS, { maxLength: 2 }),
        maxSize: rarely(fc.integer({ min: 1, max: 3 }), Infinity),
        concurrency: rarely(fc.integer({ min: 1, max: 2 }), Infinity),
        window: rarely(fc.nat(4), 0),
        hold: rarely(fc.nat(6), 0),
        isPartitioned: rarely(fc.constant(true), false),
        hasCache: rarely(fc.constant(true), false),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    roots: fc.array(
      fc.record({
        task: taskTree,
        startsAt: fc.nat(3),
        unsubscribesAt: fc.option(fc.nat(12), { nil: undefined }),
        alsoUnsubscribes: rarely(fc.nat(3), undefined),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  });

/** The same program without delays, limits, partitions, errors and cancellation. */
export const undisturbed = (program: Program): Program => ({
  policy: 'flushAll',
  batches: program.batches.map(() => ({
    answers: 'at once',
    takes: 0,
    failing: [],
    maxSize: Infinity,
    concurrency: Infinity,
    window: 0,
    hold: 0,
    isPartitioned: false,
    hasCache: false,
  })),
  roots: program.roots.map((root) => ({
    task: withoutWaits(root.task),
    startsAt: 0,
    unsubscribesAt: undefined,
    alsoUnsubscribes: undefined,
  })),
});

const withoutWaits = ({ steps }: TaskTree): TaskTree => ({ steps: steps.flatMap(stepWithoutWaits), cleansUp: false });

function stepWithoutWaits(step: Step): readonly Step[] {
  if (step.does === 'wait') return [];
  if (step.does === 'run') return [{ ...step, task: withoutWaits(step.task) }];
  if (step.does === 'all') return [{ ...step, steps: step.steps.flatMap(stepWithoutWaits) }];
  return [step];
}
