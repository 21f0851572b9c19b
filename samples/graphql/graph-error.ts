/**
 * A GraphError is a failure that the user can correct: it is shown as one line, without a stack.
 * Any other error is a bug of the program and keeps its stack.
 */
export class GraphError extends Error {
  override readonly name = 'GraphError';
}
