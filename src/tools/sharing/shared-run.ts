/**
 * One run of a call that many wait for: it ends when the call does, and is cancelled when the last of them has left. It
 * runs outside of all that is on around those who ask, as a resolver does.
 */
import { failure, success, type Outcome } from '../../core/outcome';
import type { BatchScheduler } from '../../scheduler/batch-scheduler';
import { reportOrphan, type Frame, type Work } from '../../scheduler/frame';
import { begin, tell, type Beginnable, type Canceller, type Execution, type Sink } from '../../future/execution';
import { WaitNode } from './wait-node';

/** Told when nothing more comes of a run: how it ended, or nothing if it was cancelled. */
type OnEnd<V> = (outcome?: Outcome<V>) => void;

export class SharedRun<V> implements Sink<V>, Work {
  readonly #node: WaitNode;
  readonly #waiting = new Set<Waiting<V>>();
  #execution: Execution | undefined;
  #isOver = false;
  /** Who left last. */
  #lastSink: Sink<V> | undefined;

  constructor(
    readonly name: string,
    private readonly scheduler: BatchScheduler,
    private readonly onEnd: OnEnd<V>,
  ) {
    this.#node = new WaitNode(scheduler, this);
  }

  get frame(): Frame {
    return this.#node.frame;
  }

  /** Whoever waits first: for chains of tasks. */
  get above(): Sink<V> | undefined {
    for (const { sink } of this.#waiting) return sink;
    return undefined;
  }

  /** Whether this sink is that of something the run itself waits for. */
  isWaitingFor(sink: Sink<V>): boolean {
    const asking = WaitNode.of(sink.frame);
    return asking !== undefined && this.#node.waitsFor(asking);
  }

  /** For the first who waits. */
  begin(makeCall: () => Beginnable<V>, sink: Sink<V>): Execution {
    const first = this.join(sink);
    // A task: it begins when whoever begins it here is done with that.
    this.#execution = makeCall()[begin](this, this.scheduler);
    return first;
  }

  join(sink: Sink<V>): Execution {
    const waiting = new Waiting(this, sink, WaitNode.of(sink.frame));
    this.#waiting.add(waiting);
    waiting.asking?.beginWaitingFor(this.#node);
    return waiting;
  }

  succeed(value: V): void {
    this.#end(success(value));
  }

  fail(error: unknown): void {
    this.#end(failure(error));
  }

  /** What its clean-up fails with is a matter of whoever left it to clean up. */
  orphaned(error: unknown): void {
    reportOrphan(this.#answerable?.frame, error);
  }

  hold(): () => void {
    return this.#answerable?.frame?.work?.hold() ?? nothing;
  }

  /** Somebody does not want its value any more. */
  leave(waiting: Waiting<V>, canceller: Canceller | undefined): void {
    this.#lastSink = waiting.sink;
    const isLast = this.#remove(waiting) && this.#waiting.size === 0;
    if (!isLast || this.#isOver) return canceller?.cancelled();
    this.#isOver = true;
    this.onEnd();
    this.#execution?.cancel(canceller);
  }

  get #answerable(): Sink<V> | undefined {
    return this.above ?? this.#lastSink;
  }

  #end(outcome: Outcome<V>): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.onEnd(outcome);
    // In the order they came; each may make others leave.
    for (const waiting of this.#waiting) {
      this.#remove(waiting);
      tell(waiting.sink, outcome);
    }
  }

  #remove(waiting: Waiting<V>): boolean {
    if (!this.#waiting.delete(waiting)) return false;
    waiting.asking?.endWaitingFor(this.#node);
    return true;
  }
}

const nothing = (): void => undefined;

/** Somebody who waits for a run; within another run, if he does it for that. */
class Waiting<V> implements Execution {
  constructor(
    private readonly run: SharedRun<V>,
    readonly sink: Sink<V>,
    readonly asking: WaitNode | undefined,
  ) {}

  cancel(canceller?: Canceller): void {
    this.run.leave(this, canceller);
  }
}
