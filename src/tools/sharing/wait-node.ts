/**
 * A graph of the shared runs that wait for each other. It prevents a run from waiting for itself, also through many other
 * runs. Everything that runs for a shared run has the frame of that run around it, through sub-tasks and waits; the frame
 * identifies the caller.
 *
 * Ranks keep the check cheap: a run ranks below every run that it waits for, so a run never waits for one of lower rank.
 */
import type { BatchScheduler } from '../../scheduler/batch-scheduler';
import { Frame, type Work } from '../../scheduler/frame';

export class WaitNode {
  /** The frame around everything that runs for the run of this node. It adds no context; it only identifies the run. */
  readonly frame: Frame;
  /** Nodes that wait for this one, with the number of their waits. */
  readonly #waiting = new Map<WaitNode, number>();
  /** Nodes that this one waits for, with the number of its waits. */
  readonly #awaited = new Map<WaitNode, number>();
  #rank = 0;

  /** @param work - Receives the errors that have no waiter. */
  constructor(scheduler: BatchScheduler, work?: Work) {
    this.frame = new RunFrame(this, scheduler, work);
  }

  /** The node of the run that code with this frame runs for. */
  static of(frame: Frame | undefined): WaitNode | undefined {
    for (let around = frame; around; around = around.outer) if (around instanceof RunFrame) return around.node;
    return undefined;
  }

  /** Whether this node waits for `other` or is the same node; `other` must then not wait for this one. */
  waitsFor(other: WaitNode): boolean {
    const found = new Set([other]);
    for (const node of found) {
      if (node === this) return true;
      if (node.#rank > this.#rank) for (const above of node.#waiting.keys()) found.add(above);
    }
    return false;
  }

  beginWaitingFor(other: WaitNode): void {
    count(this.#awaited, other, 1);
    count(other.#waiting, this, 1);
    other.#rankAbove(this.#rank);
  }

  endWaitingFor(other: WaitNode): void {
    count(this.#awaited, other, -1);
    count(other.#waiting, this, -1);
  }

  /** Raises this node above `rank`, and so every node that it waits for. The graph has no cycles. */
  #rankAbove(rank: number): void {
    const pending: (readonly [node: WaitNode, rank: number])[] = [[this, rank]];
    for (let next = pending.pop(); next; next = pending.pop()) {
      const [node, below] = next;
      if (node.#rank > below) continue;
      node.#rank = below + 1;
      for (const awaited of node.#awaited.keys()) pending.push([awaited, node.#rank]);
    }
  }
}

class RunFrame extends Frame {
  constructor(
    readonly node: WaitNode,
    scheduler: BatchScheduler,
    work: Work | undefined,
  ) {
    super(scheduler.frame, { work });
  }

  override get base(): Frame {
    return this;
  }
}

function count(counts: Map<WaitNode, number>, node: WaitNode, change: 1 | -1): void {
  const times = (counts.get(node) ?? 0) + change;
  if (times > 0) counts.set(node, times);
  else counts.delete(node);
}
