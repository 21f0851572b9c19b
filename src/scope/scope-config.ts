/** The options of a scope, and their checks. */
import { invalidOption } from '../core/describe';
import { checkCount, checkDelay, checkFlag, checkOneOf, checkSignal, checkString } from '../core/option-values';
import { checkOptions } from '../core/options';
import { printable } from '../core/printable';
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

const exitModes: readonly ExitMode[] = ['wait', 'cancel', 'throw'];
const errorModes: readonly ErrorMode[] = ['cancel', 'continue', 'abort'];

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
  checkString('Scope: name', name);
  if (exitMode !== undefined) checkOneOf('Scope: exitMode', exitMode, exitModes);
  checkOneOf('Scope: errorMode', errorMode, errorModes);
  if (timeout !== Infinity) checkDelay('Scope: timeout', timeout, ', or Infinity');
  if (grace !== Infinity) checkDelay('Scope: grace', grace, ', or Infinity');
  checkFlag('Scope: shield', shield);
  if (signal !== undefined) checkSignal('Scope: signal', signal);
  if (scheduler !== undefined && !(scheduler instanceof BatchScheduler))
    throw invalidOption('Scope: scheduler', 'a BatchScheduler', scheduler);
  checkConcurrency(concurrency);
  return {
    name: printable(name),
    exitMode,
    errorMode,
    timeout,
    signal,
    concurrency,
    grace,
    shield,
  };
}

export const checkConcurrency = (concurrency: number): void =>
  checkCount('Scope: concurrency', concurrency, { min: 0, orInfinity: true });
