/**
 * Scopes that no code can close any more: one that is collected while it is open is reported. A scope within another is
 * collected together with that one, which stands for it.
 */
import { reportLost } from '../core/report';
import { ended, seam } from '../scheduler/probe';
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

export function hasOpened(scope: Scope): void {
  if (!scope.home.parent) open?.register(scope, scope.name, scope);
  seam.probe?.note({ type: 'scope opened', scope });
}

export const wasCancelled = (scope: Scope, reason: unknown): void =>
  seam.probe?.note({ type: 'scope cancelled', scope, reason });

/** A cancelled scope with nothing in it need not be closed. */
export const hasBeenVacated = (scope: Scope): void => void open?.unregister(scope);

export function hasClosed(scope: Scope, verdict: { readonly error: unknown } | undefined, isCancelled: boolean): void {
  open?.unregister(scope);
  const how = !verdict && isCancelled ? undefined : ended(verdict !== undefined, verdict?.error);
  seam.probe?.note({ type: 'scope closed', scope, how });
}
