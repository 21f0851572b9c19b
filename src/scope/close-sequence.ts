/** The close sequence of a scope: it waits until the scope is empty, refuses new work, and runs the finalisers. */
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
  #hasBegunFinalisers = false;

  constructor(
    private readonly children: ScopeChildren,
    private readonly scheduler: BatchScheduler,
    private readonly waiter: Waiter,
  ) {}

  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** Whether the scope is empty and its finalisers run or have run; it accepts no work from then on. */
  get hasBegunFinalisers(): boolean {
    return this.#hasBegunFinalisers;
  }

  get hasFinalisers(): boolean {
    return this.#finalisers.length > 0;
  }

  /** @throws ScopeClosedError if the finalisers have begun, or if a `cancellation` is given. */
  checkAccepts(scope: string, action: string, cancellation?: CancelledError): void {
    const state = this.#hasBegunFinalisers ? 'closed' : cancellation && 'cancelled';
    if (state) throw new ScopeClosedError(scope, action, { state, cause: cancellation });
  }

  addFinaliser(finaliser: ScopedTask<unknown>): void {
    this.#finalisers.push(finaliser);
  }

  begin(onFinished: () => void): void {
    this.#hasBegun = true;
    const sink: Sink<void> = {
      parent: this.waiter,
      frame: undefined,
      succeed: onFinished,
      fail: reportUnhandled, // unreachable unless the library has a bug: no step of `#run` throws
    };
    const close = (): Generator<unknown, void, never> => this.#run();
    const closing = task(close)();
    this.scheduler.runQueue.drive(() => closing[begin](sink, this.scheduler));
  }

  *#run(): Generator<unknown, void, never> {
    yield* this.children.waitUntilEmpty();
    this.#hasBegunFinalisers = true;
    for (let last = this.#finalisers.pop(); last; last = this.#finalisers.pop()) {
      last.run();
      yield allSettled(last);
    }
  }
}
