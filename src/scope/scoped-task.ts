/**
 * One task of a scope: a value that is settled when the work, its clean-up and its promise have ended. It is also what
 * the work's own function is handed.
 */
import type { Subscription } from 'rxjs';
import { CancelledError, isSluiceError, TaskLeakError } from '../core/errors';
import { failure, success, type Outcome } from '../core/outcome';
import { reportLost } from '../core/report';
import type { Leaf } from '../core/shape';
import { Frame, type Work } from '../scheduler/frame';
import { AsyncValue } from '../future/async-value';
import type { Canceller, Execution, Sink } from '../future/execution';
import type { Scope, ScopeTask } from './scope';
import { beginWork, type Given } from './work';

/** What is run: something to wait for, or a function of one argument that gives it. */
export type ScopedWork<T> = Leaf<T> | ((argument: unknown) => Given<T>);

export interface TaskConfig<T> {
  readonly work: ScopedWork<T>;
  /** What the function is called with (the task itself). */
  readonly argument?: object;
  readonly order: number;
  /** What is on around it. */
  readonly frame: Frame | undefined;
  /** Where it was started, in words; for when it will not end. */
  readonly startedAt?: string;
}

export class ScopedTask<T> extends AsyncValue<T> implements Canceller, Work, ScopeTask {
  readonly order: number;
  readonly name: string;
  #begin: (() => Execution) | undefined;
  #execution: Execution | undefined;
  #isRunning = false;
  #cancellation: CancelledError | undefined;
  #controller: AbortController | undefined;
  /** How it ended, while something of it still cleans up. */
  #outcome: Outcome<T> | undefined;
  #holds = 0;
  #grace: Subscription | undefined;
  readonly #startedAt: string;

  constructor(
    readonly scope: Scope,
    { work, argument, order, frame, startedAt = 'somewhere' }: TaskConfig<T>,
  ) {
    super();
    this.order = order;
    this.name = (typeof work === 'function' && work.name) || 'anonymous';
    this.#startedAt = startedAt;
    const sink: Sink<T> = {
      name: this.name,
      frame: new Frame(frame, { work: this }),
      succeed: (value) => {
        this.#end(success(value));
      },
      fail: (error) => {
        this.#fail(error);
      },
    };
    this.#begin = () => beginWork(work, { argument: argument ?? this, sink, scheduler: scope.scheduler });
  }

  /** Aborts when the task is cancelled; its reason is a `CancelledError`. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#cancellation) this.#controller.abort(this.#cancellation);
    return this.#controller.signal;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Called within a drive. */
  run(): void {
    const beginning = this.#begin;
    if (!beginning || this.isSet) return;
    this.#begin = undefined;
    this.#isRunning = true;
    const execution = beginning();
    if (!this.#isRunning) return;
    this.#execution = execution;
    if (this.#cancellation) execution.cancel(this);
  }

  override cancel(reason?: unknown): void {
    if (this.isSet || this.#cancellation) return;
    const cancellation = cancelledBy(reason);
    this.#cancellation = cancellation;
    this.#controller?.abort(cancellation);
    this.scope.scheduler.runQueue.drive(() => {
      if (this.#begin) this.#end(failure(cancellation));
      else this.#execution?.cancel(this);
    });
    if (!this.isSet) this.#giveGrace();
  }

  /** Its clean-up is done. */
  cancelled(): void {
    this.#end(failure(this.#cancellation));
  }

  orphaned(error: unknown): void {
    if (this.isSet) reportLost(`a clean-up of task "${this.name}"`, error);
    else this.scope.failed(error, this.order);
  }

  hold(): () => void {
    this.#holds++;
    return () => {
      if (--this.#holds === 0 && this.#outcome) this.#settle(this.#outcome);
    };
  }

  override describe(): string {
    return `task "${this.name}" of scope "${this.scope.name}"`;
  }

  /** @internal */
  override advance(): boolean {
    return this.scope.scheduler.era.advance();
  }

  #fail(error: unknown): void {
    const isAbort = this.#cancellation !== undefined && (error as { name?: unknown } | null)?.name === 'AbortError';
    this.#end(failure(isAbort ? this.#cancellation : error));
  }

  #end(outcome: Outcome<T>): void {
    if (this.isSet || this.#outcome) {
      // It had been given up.
      if (outcome.isError && !isCancellation(outcome.error)) reportLost(this.describe(), outcome.error);
      return;
    }
    this.#begin = undefined;
    this.#outcome = outcome;
    if (this.#holds === 0) this.#settle(outcome);
  }

  #settle(outcome: Outcome<T>): void {
    if (this.isSet) return;
    this.#execution = undefined;
    this.#grace?.unsubscribe();
    if (outcome.isError) this.fail(outcome.error);
    else this.set(outcome.value);
    this.scope.ended(this, outcome);
    this.#isRunning = false;
  }

  /** Cancelled, it has so long to end. */
  #giveGrace(): void {
    const { graceMs, scheduler, name } = this.scope;
    if (graceMs === Infinity) return;
    this.#grace = scheduler.clock.schedule(() => {
      const leak = new TaskLeakError(name, this.name, { graceMs, startedAt: this.#startedAt });
      scheduler.runQueue.drive(() => {
        this.#settle(failure(leak));
      });
    }, graceMs);
  }
}

/** The error of those who are cancelled for this reason; which may be one that others are cancelled with. */
export const cancelledBy = (reason: unknown): CancelledError =>
  reason instanceof CancelledError ? reason : new CancelledError(reason);

export const isCancellation = (error: unknown): boolean => isSluiceError(error) && error.code === 'SLUICE_CANCELLED';
