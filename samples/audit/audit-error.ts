/**
 * An AuditError is a failure that the user can correct: it is shown as one line, without a stack.
 * Any other error is a bug of the program and keeps its stack.
 */
import { printable } from '../printable';

export class AuditError extends Error {
  override readonly name = 'AuditError';

  /** Message on one line, even if the quoted file or database contained line breaks or control characters. */
  get line(): string {
    return printable(this.message.replace(/\s+/g, ' '));
  }
}

/** Message of a thrown value. The code is the fallback, because a refused connection may have an empty message. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.message !== '') return error.message;
  return 'code' in error ? String(error.code) : error.name;
}
