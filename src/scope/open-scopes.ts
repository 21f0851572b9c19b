/**
 * Scopes that no code can close any more: one that is collected while it is open is reported. A scope within another is
 * collected together with that one, which stands for it.
 */
import { reportLost } from '../core/report';
import { ended, instrumentation } from '../scheduler/instrumentation';
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

export function notifyScopeOpened(scope: Scope): void {
  if (!scope.parentLink.parent) open?.register(scope, scope.name, scope);
  instrumentation.current?.emit({ type: 'scope-opened', scope });
}

export const notifyScopeCancelled = (scope: Scope, reason: unknown): void =>
  instrumentation.current?.emit({ type: 'scope-cancelled', scope, reason });

/** A cancelled scope with nothing in it need not be closed. */
export const notifyScopeVacated = (scope: Scope): void => void open?.unregister(scope);

export function notifyScopeClosed(
  scope: Scope,
  verdict: { readonly error: unknown } | undefined,
  isCancelled: boolean,
): void {
  open?.unregister(scope);
  const how = !verdict && isCancelled ? undefined : ended(verdict !== undefined, verdict?.error);
  instrumentation.current?.emit({ type: 'scope-closed', scope, how });
}
