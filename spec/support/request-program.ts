/** Random programs of requests: sequences of loads, each in another form of code. */
import fc from 'fast-check';

export interface RequestProgram {
  /** The way in which the request gets its own scheduler. */
  readonly on: 'scheduler.run' | 'subscribeOn' | 'run' | 'loop';
  /** Start time in ms; all requests with 0 start in one turn. */
  readonly startsAt: number;
  readonly steps: readonly RequestStep[];
}

export type RequestForm = (typeof FORMS)[number];

export interface RequestStep {
  readonly form: RequestForm;
  readonly keys: readonly string[];
  /** The time of the form in ms, if it has one. */
  readonly ms: number;
  /** Steps that this step runs concurrently. */
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

/** Programs of two to five concurrent requests. */
export const requestPrograms: fc.Arbitrary<readonly RequestProgram[]> = fc.array(
  fc.record({
    on: fc.constantFrom('scheduler.run' as const, 'subscribeOn' as const, 'run' as const, 'loop' as const),
    startsAt: fc.nat(2),
    steps: fc.array(steps, { minLength: 1, maxLength: 3 }),
  }),
  { minLength: 2, maxLength: 5 },
);

/** The form of the resolver of a batch function. */
export type AnswerForm = 'at once' | 'async function' | 'task';

export const answerForms = fc.constantFrom<AnswerForm[]>('at once', 'async function', 'task');
