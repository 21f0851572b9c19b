/**
 * One run of a call with many waiters: it ends with the call, and is cancelled when its last waiter unsubscribes. The run
 * sees no context of its waiters, like a resolver.
 */
import { failure, success, type Settlement } from '../../core/outcome';
import type { BatchScheduler } from '../../scheduler/batch-scheduler';
import { reportOrphan, type Frame, type Work } from '../../scheduler/frame';
import {
  begin,
  deliverOutcome,
  type Beginnable,
  type Canceller,
  type Execution,
  type Sink,
} from '../../future/execution';
import { WaitNode } from './wait-node';

/** Called once at the end of a run: with its outcome, or without one for a cancelled run. */
type OnEnd<V> = (outcome?: Settlement<V>) => void;

export class SharedRun<V> implements Sink<V>, Work {
  readonly #node: WaitNode;
  readonly #waiters = new Set<RunWaiter<V>>();
  #execution: Execution | undefined;
  #isOver = false;
  /** The sink of the waiter that unsubscribed last. */
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

  /** The first waiter; chains of tasks lead through it. */
  get parent(): Sink<V> | undefined {
    for (const { sink } of this.#waiters) return sink;
    return undefined;
  }

  /** Whether this sink belongs to something that the run itself waits for. */
  isWaitingFor(sink: Sink<V>): boolean {
    const callerNode = WaitNode.of(sink.frame);
    return callerNode !== undefined && this.#node.waitsFor(callerNode);
  }

  /** Starts the run for its first waiter. */
  begin(call: () => Beginnable<V>, sink: Sink<V>): Execution {
    const first = this.join(sink);
    // A task begins after its caller has finished its step.
    this.#execution = call()[begin](this, this.scheduler);
    return first;
  }

  join(sink: Sink<V>): Execution {
    const waiter = new RunWaiter(this, sink, WaitNode.of(sink.frame));
    this.#waiters.add(waiter);
    waiter.callerNode?.beginWaitingFor(this.#node);
    return waiter;
  }

  succeed(value: V): void {
    this.#end(success(value));
  }

  fail(error: unknown): void {
    this.#end(failure(error));
  }

  /** Reports a failure of the clean-up to the first waiter, or to the one that unsubscribed last. */
  orphaned(error: unknown): void {
    reportOrphan(this.#responsibleSink?.frame, error);
  }

  hold(): () => void {
    return this.#responsibleSink?.frame?.work?.hold() ?? doNothing;
  }

  /** Called when a waiter unsubscribes. The run is cancelled with the last one. */
  onWaiterLeft(waiter: RunWaiter<V>, canceller: Canceller | undefined): void {
    this.#lastSink = waiter.sink;
    const isLast = this.#remove(waiter) && this.#waiters.size === 0;
    if (!isLast || this.#isOver) return canceller?.cancelled();
    this.#isOver = true;
    this.onEnd();
    this.#execution?.cancel(canceller);
  }

  get #responsibleSink(): Sink<V> | undefined {
    return this.parent ?? this.#lastSink;
  }

  #end(outcome: Settlement<V>): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.onEnd(outcome);
    // Waiters get the outcome in the order in which they joined; each of them may make others unsubscribe.
    for (const waiter of this.#waiters) {
      this.#remove(waiter);
      deliverOutcome(waiter.sink, outcome);
    }
  }

  #remove(waiter: RunWaiter<V>): boolean {
    if (!this.#waiters.delete(waiter)) return false;
    waiter.callerNode?.endWaitingFor(this.#node);
    return true;
  }
}

const doNothing = (): void => undefined;

/** A waiter of a run. `callerNode` is the node of the run that it waits on behalf of, if it does. */
class RunWaiter<V> implements Execution {
  constructor(
    private readonly run: SharedRun<V>,
    readonly sink: Sink<V>,
    readonly callerNode: WaitNode | undefined,
  ) {}

  cancel(canceller?: Canceller): void {
    this.run.onWaiterLeft(this, canceller);
  }
}
