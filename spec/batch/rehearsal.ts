/**
 * What the batch specs play with: virtual time, a resolver that remembers what it was asked, and a listener that
 * remembers what it heard.
 */
import { timer, type Observable } from 'rxjs';
import { testScheduler } from '../support/virtual-time';

interface Stage {
  /** Runs virtual time to its end. */
  readonly flush: () => void;
  /** Does something after so many ms. */
  readonly at: (ms: number, action: () => void) => void;
}

/** Runs a program in `TestScheduler.run`: the default scheduler is on virtual time there. */
export function rehearse(program: (stage: Stage) => void): void {
  testScheduler().run(({ flush }) => program({ flush, at: (ms, action) => void timer(ms).subscribe(action) }));
}

export const userName = (id: number): string => `user ${id}`;

interface Recorder {
  /** The keys of each flush, in the order of the flushes. */
  readonly asked: readonly (readonly number[])[];
  readonly resolve: (ids: readonly number[]) => string[];
}

/** A resolver that answers at once, and writes down what it was asked. */
export function recorder(): Recorder {
  const asked: (readonly number[])[] = [];
  const resolve = (ids: readonly number[]): string[] => {
    asked.push([...ids]);
    return ids.map(userName);
  };
  return { asked, resolve };
}

interface Heard<T> {
  readonly values: readonly T[];
  readonly errors: readonly unknown[];
  readonly isComplete: boolean;
  stop(): void;
}

/** Subscribes, and writes down all it hears. */
export function listen<T>(source: Observable<T>): Heard<T> {
  const values: T[] = [];
  const errors: unknown[] = [];
  const heard = { values, errors, isComplete: false, stop: () => subscription.unsubscribe() };
  const subscription = source.subscribe({
    next: (value) => void values.push(value),
    error: (error: unknown) => void errors.push(error),
    complete: () => void (heard.isComplete = true),
  });
  return heard;
}
