/** The options of a scope, and their checks. */
import { invalidOption } from '../core/describe';
import { checkOptions } from '../core/options';
import { printable } from '../core/printable';
import { LONGEST_DELAY } from '../scheduler/batch-action';
import { BatchScheduler } from '../scheduler/batch-scheduler';

/** What happens to unfinished tasks when the scope closes: it waits for them, cancels them, or fails. */
export type ExitMode = 'wait' | 'cancel' | 'throw';

/** What a failed task does to the other tasks: cancels them; nothing; or cancels them and refuses new ones. */
export type ErrorMode = 'cancel' | 'continue' | 'abort';

export interface ScopeConfig {
  /**
   * The name of the scope in messages and traces.
   *
   * @defaultValue `'scope'`
   */
  readonly name?: string;
  /**
   * What happens to unfinished tasks when the scope closes. `'throw'` fails the scope with an `UnawaitedError` for each
   * task without a waiter, and cancels these tasks. The default of `await using` is `'cancel'`, since disposal cannot know
   * whether the block has failed.
   *
   * @defaultValue `'wait'`
   */
  readonly exitMode?: ExitMode;
  /**
   * What a failed task does to the other tasks. After a failure with `'abort'`, no task can be started any more.
   *
   * @defaultValue `'cancel'`
   */
  readonly errorMode?: ErrorMode;
  /**
   * Time in ms after which the scope is cancelled and fails with a `DeadlineError`.
   *
   * @defaultValue `Infinity`
   */
  readonly timeout?: number;
  /**
   * A signal that cancels the scope when it aborts.
   *
   * @defaultValue none
   */
  readonly signal?: AbortSignal;
  /**
   * Number of tasks that run at a time; the others wait in the order of their starts. `0` pauses.
   *
   * @defaultValue `Infinity`
   */
  readonly concurrency?: number;
  /**
   * Time in ms that a cancelled task has to end. After it, the task fails with a `TaskLeakError` and the scope does not
   * wait for it any more.
   *
   * @defaultValue `Infinity`
   */
  readonly grace?: number;
  /**
   * Whether a child scope is protected from the cancellation of its parent. The parent waits for it in any case.
   *
   * @defaultValue `false`
   */
  readonly shield?: boolean;
  /**
   * The scheduler on which the tasks of the scope run.
   *
   * @defaultValue the scheduler of the parent, or else the current one
   */
  readonly scheduler?: BatchScheduler;
}

/** The options of a scope with their defaults; the default of `exitMode` depends on how the scope is closed. */
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

/** Complete, since the compiler checks it against `ScopeConfig`. */
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

/** @throws TypeError that names the first invalid or unknown option. */
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

/** @throws TypeError unless it is a whole number from 0, or Infinity. */
export function checkedConcurrency(concurrency: number): number {
  const isValid = concurrency === Infinity || (Number.isInteger(concurrency) && concurrency >= 0);
  check('concurrency', isValid, 'a whole number, 0 or more, or Infinity', concurrency);
  return concurrency;
}

const DELAY = `a number of ms from 0 to ${String(LONGEST_DELAY)}, or Infinity`;

const isDelay = (ms: number): boolean => ms === Infinity || (typeof ms === 'number' && ms >= 0 && ms <= LONGEST_DELAY);

const isSignal = (signal: Partial<AbortSignal> | null): boolean =>
  typeof signal?.addEventListener === 'function' && typeof signal.aborted === 'boolean';

function check(option: string, isValid: boolean, mustBe: string, got: unknown): void {
  if (!isValid) throw invalidOption(`Scope: ${option}`, mustBe, got);
}
