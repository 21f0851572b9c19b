/** Helpers of the specs of scopes: how a program ends on virtual time, and which errors are reported meanwhile. */
import { config, timer, type Observable } from 'rxjs';
import { Scope, type ScopeConfig, type ScopeError } from 'sluice';
import { testScheduler } from '../support/virtual-time';

const opened = new Set<Scope>();

/** A scope that is closed after the spec: the collection of an open scope would be reported. */
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

/** The errors that are reported while `work` runs, and in the timer in which RxJS reports errors. */
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

export const noReports: Reports = { unhandled: [], printed: [] };

/** The outcome of a source; empty until it has ended. */
export interface Outcome {
  value?: unknown;
  error?: unknown;
  /** The time of the end, in ms of virtual time. */
  at?: number;
}

/** Subscribes, and records the outcome. */
export function recordOutcome(source: Observable<unknown>, now: () => number = () => 0): Outcome {
  const ended: Outcome = {};
  source.subscribe({
    next: (value) => Object.assign(ended, { value, at: now() }),
    error: (error: unknown) => Object.assign(ended, { error, at: now() }),
  });
  return ended;
}

/** Runs `program` on virtual time, until no timer is left. */
export function onVirtualTime(program: (now: () => number) => void): void {
  const scheduler = testScheduler();
  scheduler.run(() => program(() => scheduler.now()));
}

/** Runs `program` on virtual time, and returns its outcome. */
export function outcomeOf(program: (now: () => number) => Outcome): Outcome {
  const ends: Outcome[] = [];
  onVirtualTime((now) => ends.push(program(now)));
  return ends[0] ?? {};
}

/** A task that fails after `ms`. */
export const failAt = (ms: number, error: unknown) =>
  function* () {
    yield timer(ms);
    throw error;
  };

/** The error of a scope in which `fill` starts work. */
export function closedWith(fill: (scope: Scope) => unknown, config: ScopeConfig = {}): ScopeError {
  let error: unknown;
  onVirtualTime(() => {
    const scope = openScope({ errorMode: 'continue', ...config });
    fill(scope);
    const closed = recordOutcome(scope.close());
    timer(1_000).subscribe(() => ({ error } = closed));
  });
  return error as ScopeError;
}
