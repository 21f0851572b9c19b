/** Binding a subscription to a scope: it ends with the scope at the latest, and the scope does not end before it. */
import { defer, finalize, takeUntil, type MonoTypeOperatorFunction } from 'rxjs';
import { invalidOption } from '../core/describe';
import { Scope } from './scope';

/**
 * Completes when the scope is cancelled, or when a failure cancels what is in it; until then, each subscription is work
 * of the scope.
 *
 * ```
 * source  --a--b--c--d--
 * scope   ---------x
 *         --a--b---|
 * ```
 *
 * @throws TypeError at once if it is given no scope. Fails with a `ScopeClosedError` where the scope is over already.
 * @example
 * interval(1_000).pipe(boundTo(scope)).subscribe(console.log);
 */
export function boundTo<T>(scope: Scope): MonoTypeOperatorFunction<T> {
  if (!(scope instanceof Scope)) throw invalidOption('boundTo: its argument', 'a Scope', scope);
  return (source) =>
    defer(() => {
      const { cancelled$, release } = scope.bind();
      return source.pipe(takeUntil(cancelled$), finalize(release));
    });
}
