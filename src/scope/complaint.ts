/** What `exitMode: 'throw'` is for: tasks that nobody has waited for by the time their scope is left. */
import { UnawaitedError } from '../core/errors';
import type { Scope } from './scope';
import type { ScopedTask } from './scoped-task';

/** Each of them fails the scope, and is cancelled if it still runs. */
export function reportUnawaited(unawaited: readonly ScopedTask<unknown>[], { name, failures }: Scope): void {
  for (const task of unawaited) {
    failures.add({ error: new UnawaitedError(name, task.name), order: task.order });
    task.cancel(`scope "${name}" was left`);
  }
}
