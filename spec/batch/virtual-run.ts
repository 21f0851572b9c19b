/** Helpers of the batch specs: a run of virtual time, a resolver that records its keys, and a recording subscriber. */
import { timer, type Observable } from 'rxjs';
import { testScheduler } from '../support/virtual-time';

interface VirtualRunControls {
  /** Runs virtual time to its end. */
  readonly flush: () => void;
  /** Calls `action` after `ms`. */
  readonly at: (ms: number, action: () => void) => void;
}

/** Runs a program in `TestScheduler.run`, where the default scheduler uses virtual time. */
export function runVirtual(program: (controls: VirtualRunControls) => void): void {
  testScheduler().run(({ flush }) => program({ flush, at: (ms, action) => void timer(ms).subscribe(action) }));
}

export const userName = (id: number): string => `user ${id}`;

interface Recorder {
  /** The keys of each flush, in the order of the flushes. */
  readonly asked: readonly (readonly number[])[];
  readonly resolve: (ids: readonly number[]) => string[];
}

/** A resolver that returns its results synchronously, and records its keys. */
export function recorder(): Recorder {
  const asked: (readonly number[])[] = [];
  const resolve = (ids: readonly number[]): string[] => {
    asked.push([...ids]);
    return ids.map(userName);
  };
  return { asked, resolve };
}

interface Recording<T> {
  readonly values: readonly T[];
  readonly errors: readonly unknown[];
  readonly isComplete: boolean;
  stop(): void;
}

/** Subscribes, and records all notifications. */
export function listen<T>(source: Observable<T>): Recording<T> {
  const values: T[] = [];
  const errors: unknown[] = [];
  const recording = { values, errors, isComplete: false, stop: () => subscription.unsubscribe() };
  const subscription = source.subscribe({
    next: (value) => void values.push(value),
    error: (error: unknown) => void errors.push(error),
    complete: () => void (recording.isComplete = true),
  });
  return recording;
}
