/** Errors of Node and undici are told apart by their code. `instanceof` is false for an error from another realm. */

/** Code of an error; empty if it has none. */
export function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

/** Message of an error, or the text of any other value that was thrown. */
export function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}
