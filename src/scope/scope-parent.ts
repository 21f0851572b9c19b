/** Where a scope stands: within another, or within the work of whoever waits for all of it. */
import type { Frame } from '../scheduler/frame';
import type { Waiter } from '../scheduler/waiter';
import type { Scope } from './scope';

export interface ScopeParent {
  readonly parent?: Scope;
  /** Its place among what was begun in its parent. */
  readonly order?: number;
  /** What is on around whoever waits for all of it, and so around all that is in it. */
  readonly frame?: Frame | undefined;
  /** Who waits for all of it. */
  readonly above?: Waiter | undefined;
}
