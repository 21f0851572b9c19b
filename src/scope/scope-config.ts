/** How a scope is to live: its options, and what they must be. */
import { invalidOption } from '../core/describe';
import { checkOptions } from '../core/options';
import { printable } from '../core/printable';
import { LONGEST_DELAY } from '../scheduler/batch-action';
import { BatchScheduler } from '../scheduler/batch-scheduler';

/** What happens to what still runs when the scope is left: it is waited for, cancelled, or complained of. */
export type ExitMode = 'wait' | 'cancel' | 'throw';

/** What a failure does to the others: cancels them; nothing; or cancels them and shuts the door. */
export type ErrorMode = 'cancel' | 'continue' | 'abort';

export interface ScopeConfig {
  /** For messages (`'scope'`). */
  readonly name?: string;
  /**
   * What happens to its tasks when it is left (`'wait'`). `'throw'` fails the scope with an `UnawaitedError` for each
   * task nobody has waited for, and cancels those. `await using` cancels unless told otherwise, since disposal cannot see
   * whether the block has failed.
   */
  readonly exitMode?: ExitMode;
  /** What a failed task does to the other tasks (`'cancel'`). After `'abort'` nothing can be started any more. */
  readonly errorMode?: ErrorMode;
  /** It is cancelled after so many ms, and its owner gets a `DeadlineError` (Infinity). */
  readonly timeout?: number;
  /** It is cancelled when this aborts. */
  readonly signal?: AbortSignal;
  /** So many of its tasks run at once; the others wait their turn (Infinity). 0 pauses. */
  readonly concurrency?: number;
  /** A cancelled task that has not ended after so many ms is given up, as a `TaskLeakError` (Infinity). */
  readonly grace?: number;
  /** For a child: to cancel its parent does not cancel it; the parent waits for it still (false). */
  readonly shield?: boolean;
  /** What it runs on (the ambient one). */
  readonly scheduler?: BatchScheduler;
}

/** What a scope knows of its options; `exitMode` may be left open. */
export interface ScopeOptions {
  readonly name: string;
  readonly exitMode: ExitMode | undefined;
  readonly errorMode: ErrorMode;
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
  readonly concurrency: number;
  readonly grace: number;
  readonly shield: boolean;
}

const exitModes: readonly unknown[] = ['wait', 'cancel', 'throw'];
const errorModes: readonly unknown[] = ['cancel', 'continue', 'abort'];

/** The compiler sees to it that none is missing. */
const optionNames: readonly string[] = Object.keys({
  name: true,
  exitMode: true,
  errorMode: true,
  timeout: true,
  signal: true,
  concurrency: true,
  grace: true,
  shield: true,
  scheduler: true,
} satisfies Record<keyof ScopeConfig, true>);

/** @throws TypeError naming the first option that makes no sense. */
export function checkedOptions(config: ScopeConfig): ScopeOptions {
  checkOptions('Scope', config, optionNames);
  const { name = 'scope', exitMode, errorMode = 'cancel', signal, shield = false } = config;
  const { timeout = Infinity, grace = Infinity, concurrency = Infinity, scheduler } = config;
  check('name', typeof name === 'string', 'a string', name);
  check('exitMode', exitMode === undefined || exitModes.includes(exitMode), "'wait', 'cancel' or 'throw'", exitMode);
  check('errorMode', errorModes.includes(errorMode), "'cancel', 'continue' or 'abort'", errorMode);
  check('timeout', isDelay(timeout), DELAY, timeout);
  check('grace', isDelay(grace), DELAY, grace);
  check('shield', typeof shield === 'boolean', 'true or false', shield);
  check('signal', signal === undefined || isSignal(signal), 'an AbortSignal', signal);
  check('scheduler', scheduler === undefined || scheduler instanceof BatchScheduler, 'a BatchScheduler', scheduler);
  return {
    name: printable(name),
    exitMode,
    errorMode,
    timeout,
    signal,
    concurrency: checkedConcurrency(concurrency),
    grace,
    shield,
  };
}

/** @throws TypeError if it is no number of tasks. */
export function checkedConcurrency(concurrency: number): number {
  const isRight = concurrency === Infinity || (Number.isInteger(concurrency) && concurrency >= 0);
  check('concurrency', isRight, 'a whole number, 0 or more, or Infinity', concurrency);
  return concurrency;
}

const DELAY = `a number of ms from 0 to ${String(LONGEST_DELAY)}, or Infinity`;

const isDelay = (ms: number): boolean => ms === Infinity || (typeof ms === 'number' && ms >= 0 && ms <= LONGEST_DELAY);

const isSignal = (signal: Partial<AbortSignal> | null): boolean =>
  typeof signal?.addEventListener === 'function' && typeof signal.aborted === 'boolean';

function check(option: string, isRight: boolean, mustBe: string, got: unknown): void {
  if (!isRight) throw invalidOption(`Scope: ${option}`, mustBe, got);
}
