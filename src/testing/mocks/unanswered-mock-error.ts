/** A mock was called, and nobody has said what it is to answer. */
import { describeKeys } from '../../core/describe';
import { SluiceError } from '../../core/sluice-error';

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
          ? 'It was given no behaviour; it does not make up values, and does not call the original by itself.'
          : `Its ${String(answered)} answer(s) for one call each are used up, and it has none for all others.`,
      how: 'Give it returns(value), throws(error), implements(fn) or sequence([…]); passesThrough() calls the original.',
    });
  }
}
