/**
 * The life cycle events of a scope. A scope that is garbage-collected while it is open is reported, since no code can
 * close it any more. A child is collected together with its parent, so only a root scope is tracked.
 */
import { reportUnhandledFailure } from '../core/report';
import { instrumentation, toOutcome, type ObservedScope } from '../scheduler/instrumentation';

const openScopes =
  typeof FinalizationRegistry === 'function'
    ? new FinalizationRegistry<string>((name) => {
        reportUnhandledFailure(
          `scope "${name}"`,
          new Error(
            `Scope "${name}" was collected while it was open. No code can close it any more, so its finalisers do not run. ` +
              'Call close(), or use `await using`.',
          ),
        );
      })
    : undefined;

export function notifyScopeOpened(scope: ObservedScope): void {
  if (!scope.parentLink.parent) openScopes?.register(scope, scope.name, scope);
  instrumentation.current?.emit({ type: 'scope-opened', scope });
}

export const notifyScopeCancelled = (scope: ObservedScope, reason: unknown): void =>
  instrumentation.current?.emit({ type: 'scope-cancelled', scope, reason });

/** Called for a cancelled and empty scope: `close()` is not needed any more. */
export const notifyScopeDrained = (scope: ObservedScope): void => void openScopes?.unregister(scope);

export function notifyScopeClosed(
  scope: ObservedScope,
  closeFailure: { readonly error: unknown } | undefined,
  isCancelled: boolean,
): void {
  openScopes?.unregister(scope);
  const outcome = !closeFailure && isCancelled ? undefined : toOutcome(closeFailure !== undefined, closeFailure?.error);
  instrumentation.current?.emit({ type: 'scope-closed', scope, outcome });
}
