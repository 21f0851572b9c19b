/** `boundTo` ties a subscription to a scope: the scope ends the subscription, and waits for it before it closes. */
import { defer, finalize, takeUntil, type MonoTypeOperatorFunction } from 'rxjs';
import { invalidOption } from '../core/describe';
import { Scope } from './scope';

/**
 * Completes when the scope is cancelled, or when a failure in the scope cancels its other work. Until then, each
 * subscription is work of the scope.
 *
 * ```
 * source  --a--b--c--d--
 * scope   ---------x
 *         --a--b---|
 * ```
 *
 * The idea is RxJS's `takeUntil`, with a scope as the notifier.
 *
 * @param scope the scope that each subscription belongs to
 * @throws TypeError at once if `scope` is not a Scope. A subscription fails with a `ScopeClosedError` if the scope is
 *   already cancelled or closed.
 * @example
 * interval(1_000).pipe(boundTo(scope)).subscribe(console.log);
 */
export function boundTo<T>(scope: Scope): MonoTypeOperatorFunction<T> {
  if (!(scope instanceof Scope)) throw invalidOption('boundTo: scope', 'a Scope', scope);
  return (source) =>
    defer(() => {
      const { cancelled$, release } = scope.bind();
      return source.pipe(takeUntil(cancelled$), finalize(release));
    });
}
