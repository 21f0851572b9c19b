/** A PipelineError is an error that the user of the command can correct. It is printed as one line. */
export class PipelineError extends Error {
  override readonly name = 'PipelineError';
}
