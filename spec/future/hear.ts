/** The helpers of `spec/support/recording-observer` under their former names. */
import type { Observable, Subscription } from 'rxjs';
import { record } from '../support/recording-observer';

export { inVirtualTime, nextTurn as turn, thrownBy } from '../support/recording-observer';

export function hear(source: Observable<unknown>): { heard: readonly string[]; subscription: Subscription } {
  const { notifications, subscription } = record(source);
  return { heard: notifications, subscription };
}
