/** How a scope ends: it waits until nothing is left in it; then its door is shut, and its finalisers run. */
import { ScopeClosedError, type CancelledError } from '../core/errors';
import { reportUnhandled } from '../core/rx';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import type { Waiter } from '../scheduler/waiter';
import { allSettled } from '../future/all';
import { begin, type Sink } from '../future/execution';
import { task } from '../task/task';
import type { ScopeChildren } from './scope-children';
import type { ScopedTask } from './scoped-task';

export class CloseSequence {
  readonly #finalisers: ScopedTask<unknown>[] = [];
  #hasBegun = false;
  #isShut = false;

  constructor(
    private readonly contents: ScopeChildren,
    private readonly scheduler: BatchScheduler,
    private readonly waiter: Waiter,
  ) {}

  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** It takes on nothing more, whoever asks. */
  get isShut(): boolean {
    return this.#isShut;
  }

  get hasFinalisers(): boolean {
    return this.#finalisers.length > 0;
  }

  /** @throws ScopeClosedError if it takes on nothing more, or its scope is cancelled. */
  admit(scope: string, action: string, cancellation?: CancelledError): void {
    const state = this.#isShut ? 'closed' : cancellation && 'cancelled';
    if (state) throw new ScopeClosedError(scope, action, { state, cause: cancellation });
  }

  ensure(finaliser: ScopedTask<unknown>): void {
    this.#finalisers.push(finaliser);
  }

  begin(whenOver: () => void): void {
    this.#hasBegun = true;
    const sink: Sink<void> = {
      above: this.waiter,
      frame: undefined,
      succeed: whenOver,
      fail: reportUnhandled, // nothing in it fails it
    };
    const close = (): Generator<unknown, void, never> => this.#run();
    const ending = task(close)();
    this.scheduler.runQueue.drive(() => ending[begin](sink, this.scheduler));
  }

  *#run(): Generator<unknown, void, never> {
    yield* this.contents.emptied();
    this.#isShut = true;
    for (let last = this.#finalisers.pop(); last; last = this.#finalisers.pop()) {
      last.run();
      yield allSettled(last);
    }
  }
}
