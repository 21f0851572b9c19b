/**
 * What a subscriber hears, in words; a turn of the event loop; and a run on virtual time.
 */
import type { Observable, Subscription } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';

export interface Hearing {
  /** `next 1`, `complete`, `error Error: no`, in the order they came. */
  readonly heard: readonly string[];
  readonly subscription: Subscription;
}

export function hear(source: Observable<unknown>): Hearing {
  const heard: string[] = [];
  const subscription = source.subscribe({
    next: (value) => heard.push(`next ${String(value)}`),
    error: (error: unknown) => heard.push(`error ${String(error)}`),
    complete: () => heard.push('complete'),
  });
  return { heard, subscription };
}

/** All microtasks, all that was scheduled for this turn, and all that followed from it. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Runs `body`, and then all its timers, without waiting for any. */
export const inVirtualTime = (body: (time: TestScheduler) => void): void => {
  const time = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
  time.run(() => body(time));
};

/** What a call throws. */
export function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error('It did not throw.');
}
