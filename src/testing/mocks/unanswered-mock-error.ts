/** The error of a call of a mock that has no answer. */
import { describeKeys } from '../../core/describe';
import { SluiceError } from '../../core/sluice-error';

/** Thrown by a mock that is called before it has an answer, or after its answers for single calls are used up. */
export class UnansweredMockError extends SluiceError {
  constructor(
    readonly mocked: string,
    readonly args: readonly unknown[],
    { answered }: { readonly answered: number },
  ) {
    super('SLUICE_UNANSWERED_MOCK', {
      what: `The mock of ${mocked} was called with (${describeKeys(args)}) and has no answer.`,
      why:
        answered === 0
          ? 'The mock has no behaviour. It returns no default value, and calls the original only after passesThrough().'
          : `The mock had ${String(answered)} answer(s) for one call each, all are used up, and it has no answer for further calls.`,
      how: 'Call returns(value), throws(error), implements(fn) or sequence([…]) on the mock; or passesThrough(), to call the original.',
    });
  }
}
