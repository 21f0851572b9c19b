/**
 * A hot value that arrives once: started work, or a cell set by hand. It replays to whoever comes late. The idea is
 * asynckit's AsyncValue.
 */
import { AlreadySetError, NotReadyError } from '../core/errors';
import { failure, success, unwrap, type Outcome } from '../core/outcome';
import type { BatchScheduler } from '../scheduler/batch-scheduler';
import type { Elsewhere, Era } from '../scheduler/era';
import { begin, ended, type Canceller, type Execution, type Sink } from './execution';
import { Single } from './single';

/**
 * @example
 * const answer = new AsyncValue<number>();
 * answer.subscribe(console.log);
 * answer.set(42); // prints 42
 */
export class AsyncValue<T> extends Single<T> {
  #outcome: Outcome<T> | undefined;
  readonly #waiting = new Set<Waiting<T>>();

  /** Whether it has ended, with a value or with an error. */
  get isSet(): boolean {
    return this.#outcome !== undefined;
  }

  get isError(): boolean {
    return this.#outcome?.isError === true;
  }

  /** @throws NotReadyError before it is set; its error, if it failed. */
  get value(): T {
    if (!this.#outcome) throw new NotReadyError();
    return unwrap(this.#outcome);
  }

  /** What it failed with; undefined while it has not. */
  get error(): unknown {
    return this.#outcome?.isError ? this.#outcome.error : undefined;
  }

  /** @throws AlreadySetError the second time. */
  set(value: T): void {
    this.#settle(success(value));
  }

  /** @throws AlreadySetError the second time. */
  fail(error: unknown): void {
    this.#settle(failure(error));
  }

  /** @internal */
  override [begin](sink: Sink<T>, scheduler: BatchScheduler): Execution {
    if (!this.#outcome) return new Waiting(this.#waiting, sink, scheduler);
    send(this.#outcome, sink);
    return ended;
  }

  #settle(outcome: Outcome<T>): void {
    if (this.#outcome) throw new AlreadySetError();
    this.#outcome = outcome;
    for (const waiting of this.#waiting) waiting.settle(outcome);
  }
}

const send = <T>(outcome: Outcome<T>, sink: Sink<T>): void => {
  if (outcome.isError) sink.fail(outcome.error);
  else sink.succeed(outcome.value);
};

/** Somebody who waits for the value. */
class Waiting<T> implements Execution, Elsewhere {
  readonly #era: Era;

  constructor(
    private readonly all: Set<Waiting<T>>,
    private readonly sink: Sink<T>,
    private readonly scheduler: BatchScheduler,
  ) {
    all.add(this);
    this.#era = scheduler.era;
    this.#era.busyWith(this);
  }

  describe(): string {
    return 'an AsyncValue that is not set';
  }

  settle(outcome: Outcome<T>): void {
    this.#leave();
    this.scheduler.runQueue.drive(() => send(outcome, this.sink));
  }

  cancel(canceller?: Canceller): void {
    this.#leave();
    canceller?.cancelled();
  }

  #leave(): void {
    this.all.delete(this);
    this.#era.doneWith(this);
  }
}
