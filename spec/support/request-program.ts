/** Random programs of a request: what it asks for, step after step, each in another form of code. */
import fc from 'fast-check';

export interface RequestProgram {
  /** How the request gets a scheduler of its own. */
  readonly on: 'scheduler.run' | 'subscribeOn' | 'run' | 'loop';
  /** In ms; all that start at 0 do so in one turn. */
  readonly startsAt: number;
  readonly steps: readonly RequestStep[];
}

export type RequestForm = (typeof FORMS)[number];

export interface RequestStep {
  readonly form: RequestForm;
  readonly keys: readonly string[];
  /** In ms, where the form has a time. */
  readonly ms: number;
  /** Done by the step as well, all at once. */
  readonly inner: readonly RequestStep[];
}

const FORMS = [
  'generator',
  'async function',
  'promise callback',
  'timer callback',
  'mergeMap',
  'concatMap',
  'switchMap',
  'timer',
  'from(promise)',
  'retry',
  'delay',
  'observeOn',
] as const;

const { step: steps } = fc.letrec<{ step: RequestStep }>((tie) => ({
  step: fc.record({
    form: fc.constantFrom(...FORMS),
    keys: fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 }),
    ms: fc.nat(2),
    inner: fc.oneof({ maxDepth: 2 }, fc.constant([]), fc.array(tie('step'), { maxLength: 2 })),
  }),
}));

/** What two to five requests do at once. */
export const requestPrograms: fc.Arbitrary<readonly RequestProgram[]> = fc.array(
  fc.record({
    on: fc.constantFrom('scheduler.run' as const, 'subscribeOn' as const, 'run' as const, 'loop' as const),
    startsAt: fc.nat(2),
    steps: fc.array(steps, { minLength: 1, maxLength: 3 }),
  }),
  { minLength: 2, maxLength: 5 },
);

/** How a batch function answers. */
export type AnswerForm = 'at once' | 'async function' | 'task';

export const answerForms = fc.constantFrom<AnswerForm[]>('at once', 'async function', 'task');
