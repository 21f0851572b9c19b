/** An observer that records its notifications, and other helpers to watch what code under test does. */
import type { Observable, Subscription } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';

export interface Recording {
  /** `next 1`, `complete` or `error Error: no`, in order. */
  readonly notifications: readonly string[];
  readonly subscription: Subscription;
}

/** Subscribes to an Observable and records its notifications. */
export function record(source: Observable<unknown>): Recording {
  const notifications: string[] = [];
  const subscription = source.subscribe({
    next: (value) => notifications.push(`next ${String(value)}`),
    error: (error: unknown) => notifications.push(`error ${String(error)}`),
    complete: () => notifications.push('complete'),
  });
  return { notifications, subscription };
}

/** Resolves after all microtasks, and all work scheduled for this turn of the event loop. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Runs `body`, and then all of its timers, on virtual time. */
export const inVirtualTime = (body: (time: TestScheduler) => void): void => {
  const time = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
  time.run(() => body(time));
};

/** Returns the error that a call throws. */
export function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error('The call did not throw.');
}
