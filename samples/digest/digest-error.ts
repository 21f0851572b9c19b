/**
 * A DigestError is something the person at the terminal can put right: it is shown as one line, without a stack.
 * Everything else that is thrown is a fault of ours and keeps its stack.
 */
export class DigestError extends Error {
  override readonly name = 'DigestError';
}
