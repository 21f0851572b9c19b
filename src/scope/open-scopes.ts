/** Scopes that nobody can close any more: one that is collected while it is open is reported. */
import { reportLost } from '../core/report';
import type { Scope } from './scope';

const open =
  typeof FinalizationRegistry === 'function'
    ? new FinalizationRegistry<string>((name) => {
        reportLost(
          `scope "${name}"`,
          new Error(`Scope "${name}" was collected while it was open. Close it, or use \`await using\`.`),
        );
      })
    : undefined;

export const hasOpened = (scope: Scope): void => open?.register(scope, scope.name, scope);
export const hasClosed = (scope: Scope): void => void open?.unregister(scope);
