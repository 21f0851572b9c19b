/**
 * Which shared runs wait for which: so that none is made to wait for itself, be it through many others. All that runs
 * for a run has its frame around it, through sub-tasks and waits; that tells who asks.
 *
 * Ranks keep that cheap: whoever waits for a run ranks below it, so a run that ranks above another never waits for it.
 */
import type { BatchScheduler } from '../../scheduler/batch-scheduler';
import { Frame, type Work } from '../../scheduler/frame';

export class WaitNode {
  /** What is on around all that runs for it: nothing, but that it is known. */
  readonly frame: Frame;
  /** Those that wait for it, and how often. */
  readonly #waiting = new Map<WaitNode, number>();
  /** Those it waits for, and how often. */
  readonly #awaited = new Map<WaitNode, number>();
  #rank = 0;

  /** `work` is told of what goes wrong where nobody waits. */
  constructor(scheduler: BatchScheduler, work?: Work) {
    this.frame = new RunFrame(this, scheduler, work);
  }

  /** That of the run for which whoever has this frame runs. */
  static of(frame: Frame | undefined): WaitNode | undefined {
    for (let around = frame; around; around = around.outer) if (around instanceof RunFrame) return around.node;
    return undefined;
  }

  /** Whether it waits for `other`, or is the same: then that must not wait for it. */
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

  /** And so all that it waits for; of which there is no circle. */
  #rankAbove(rank: number): void {
    const due: (readonly [node: WaitNode, rank: number])[] = [[this, rank]];
    for (let next = due.pop(); next; next = due.pop()) {
      const [node, below] = next;
      if (node.#rank > below) continue;
      node.#rank = below + 1;
      for (const awaited of node.#awaited.keys()) due.push([awaited, node.#rank]);
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
