/**
 * How a program in a scope ends, and what is reported beside that: on the console, and where RxJS sends what nobody
 * receives.
 */
import { config, timer, type Observable } from 'rxjs';
import { Scope, type ScopeConfig, type ScopeError } from 'sluice';
import { testScheduler } from '../support/virtual-time';

const opened = new Set<Scope>();

/** A scope that is closed after the spec, so that none is collected while it is open: that would be reported. */
export function openScope(config?: ScopeConfig): Scope {
  const scope = new Scope(config);
  opened.add(scope);
  return scope;
}

afterEach(() => {
  for (const scope of opened) {
    scope.cancel();
    scope.close().subscribe({ error: () => undefined });
  }
  opened.clear();
});

export interface Reports {
  readonly unhandled: readonly unknown[];
  readonly printed: readonly unknown[][];
}

/** What is reported while `work` runs, and in the timers that RxJS reports in. */
export async function reportsOf(work: () => Promise<void> | void): Promise<Reports> {
  const unhandled: unknown[] = [];
  const print = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  config.onUnhandledError = (error) => unhandled.push(error);
  try {
    await work();
    await new Promise((resolve) => setTimeout(resolve, 2));
    return { unhandled, printed: [...print.mock.calls] };
  } finally {
    config.onUnhandledError = null;
    print.mockRestore();
  }
}

export const nothing: Reports = { unhandled: [], printed: [] };

/** What came of it, as soon as it has ended. */
export interface Ended {
  value?: unknown;
  error?: unknown;
  /** In ms of virtual time. */
  at?: number;
}

/** Waits for it, and keeps what came. */
export function ending(source: Observable<unknown>, now: () => number = () => 0): Ended {
  const ended: Ended = {};
  source.subscribe({
    next: (value) => Object.assign(ended, { value, at: now() }),
    error: (error: unknown) => Object.assign(ended, { error, at: now() }),
  });
  return ended;
}

/** Runs `program`, and then time to its end. */
export function inTime(program: (now: () => number) => void): void {
  const scheduler = testScheduler();
  scheduler.run(() => program(() => scheduler.now()));
}

/** The one who waits is told so. */
export const failureOf = (work: PromiseLike<unknown>): Promise<unknown> =>
  Promise.resolve(work).then(
    (value) => Promise.reject(new Error(`It did not fail, but gave ${String(value)}.`)),
    (error: unknown) => error,
  );

/** How this ends in virtual time. */
export function endOf(program: (now: () => number) => Ended): Ended {
  const ends: Ended[] = [];
  inTime((now) => ends.push(program(now)));
  return ends[0] ?? {};
}

/** A task that fails so late. */
export const failAt = (ms: number, error: unknown) =>
  function* () {
    yield timer(ms);
    throw error;
  };

/** What a scope fails with that `fill` has filled. */
export function closedWith(fill: (scope: Scope) => unknown, config: ScopeConfig = {}): ScopeError {
  let error: unknown;
  inTime(() => {
    const scope = openScope({ errorMode: 'continue', ...config });
    fill(scope);
    const closed = ending(scope.close());
    timer(1_000).subscribe(() => ({ error } = closed));
  });
  return error as ScopeError;
}
