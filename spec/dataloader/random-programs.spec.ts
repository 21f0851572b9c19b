/** Random programs of loads, clears and waits: their logs are the same with both packages. */
import fc from 'fast-check';
import { nextTask, ours, theirs, type AnyDataLoader, type Keys } from './implementations';

type Step =
  | { readonly does: 'load' | 'clear' | 'prime'; readonly loader: number; readonly key: number }
  | { readonly does: 'clearAll'; readonly loader: number }
  | { readonly does: 'tick' | 'job' | 'immediate'; readonly steps: readonly Step[] };

interface LoaderTraits {
  readonly maxBatchSize: number;
  readonly cache: boolean;
  readonly failing: number;
  readonly takes: number;
}

const loader = fc.nat(1);
const key = fc.nat(3);
const { steps } = fc.letrec<{ steps: readonly Step[]; step: Step }>((tie) => ({
  steps: fc.array(tie('step'), { maxLength: 5 }),
  step: fc.oneof(
    { maxDepth: 4 },
    { weight: 6, arbitrary: fc.record({ does: fc.constant('load' as const), loader, key }) },
    { weight: 1, arbitrary: fc.record({ does: fc.constantFrom('clear' as const, 'prime' as const), loader, key }) },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('clearAll' as const), loader }) },
    {
      weight: 4,
      arbitrary: fc.record({
        does: fc.constantFrom('tick' as const, 'job' as const, 'immediate' as const),
        steps: tie('steps'),
      }),
    },
  ),
}));
const traits: fc.Arbitrary<LoaderTraits> = fc.record({
  maxBatchSize: fc.constantFrom(1, 2, Infinity),
  cache: fc.boolean(),
  failing: fc.nat(8),
  takes: fc.nat(3),
});

/** The flights have the same length, so that no old flight fails after a newer one: there the packages differ. */
async function logOf(
  loaderClass: AnyDataLoader,
  loaders: readonly LoaderTraits[],
  program: readonly Step[],
): Promise<string[]> {
  const log: string[] = [];
  const made = loaders.map(({ maxBatchSize, cache, failing, takes }, index) => {
    const batchFunction = async (keys: Keys): Promise<unknown[]> => {
      log.push(`${String(index)}: ${keys.join(',')}`);
      for (let job = 0; job < takes; job++) await Promise.resolve();
      return keys.map((one) => (one === failing ? new Error('failing') : one));
    };
    return new loaderClass(batchFunction, { maxBatchSize, cache });
  });
  const ways = {
    tick: (work: () => void) => process.nextTick(work),
    job: (work: () => void) => void Promise.resolve().then(work),
    immediate: (work: () => void) => void setImmediate(work),
  };
  let loads = 0;
  const run = (list: readonly Step[]): void => {
    for (const step of list) {
      if ('steps' in step) {
        ways[step.does](() => run(step.steps));
        continue;
      }
      const target = made[step.loader];
      if (step.does === 'clearAll') target?.clearAll();
      else if (step.does === 'clear') target?.clear(step.key);
      else if (step.does === 'prime') target?.prime(step.key, 'primed');
      else {
        const number = ++loads;
        const settle = (how: string) => (result: unknown) =>
          void log.push(`${String(number)} ${how} ${String(result)}`);
        void target?.load(step.key).then(settle('has'), settle('fails with'));
      }
    }
  };
  run(program);
  for (let turn = 0; turn < 12; turn++) await nextTask();
  return log;
}

it('give the same logs with both packages', async () => {
  await fc.assert(
    fc.asyncProperty(fc.tuple(traits, traits), steps, async (loaders, program) => {
      expect(await logOf(ours, loaders, program)).toEqual(await logOf(theirs, loaders, program));
    }),
    { numRuns: 300 },
  );
}, 30_000);
