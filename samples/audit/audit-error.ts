/**
 * An AuditError is something the person at the terminal can put right: it is shown as one line, without a stack.
 * Everything else that is thrown is a fault of ours and keeps its stack.
 */
import { printable } from '../printable';

export class AuditError extends Error {
  override readonly name = 'AuditError';

  /** The message on one line, whatever the file or the database that it quotes had in it. */
  get line(): string {
    return printable(this.message.replace(/\s+/g, ' '));
  }
}

/** What a thrown value says about itself; a refused connection has a code, but at times no message. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.message !== '') return error.message;
  return 'code' in error ? String(error.code) : error.name;
}
