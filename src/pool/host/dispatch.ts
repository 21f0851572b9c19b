/**
 * Dispatch assigns tasks to threads: waiting tasks go to threads with free credits, and tasks that were sent ahead to a
 * busy thread move to an idle one.
 */
import type { TaskQueue } from './task-queue';
import type { TaskRun } from './task-run';
import type { WorkerThread } from '../thread/worker-thread';

/** A thread of a pool. */
export type RunThread = WorkerThread<TaskRun>;

export function dispatch(queue: TaskQueue<TaskRun>, threads: readonly RunThread[]): void {
  if (queue.size > 0) assign(queue, threads);
  else rebalance(threads);
}

/**
 * Fills the threads with the fewest tasks first, up to a common level. Each thread is flushed before the next is filled:
 * a task that cannot be sent fails at once, and its caller may then cancel tasks behind it.
 */
function assign(queue: TaskQueue<TaskRun>, threads: readonly RunThread[]): void {
  const free = threads.filter(({ freeCredits }) => freeCredits > 0);
  if (free.length > 1) free.sort(byLoad);
  const inFlight = free.reduce((sum, thread) => sum + thread.inFlight, 0);
  const level = Math.ceil((queue.size + inFlight) / Math.max(1, free.length));
  for (const thread of free) {
    for (let count = Math.min(thread.freeCredits, level - thread.inFlight); count > 0; count--) {
      if (thread.isOccupied && queue.first?.hasTransfers) break;
      queue.shift()?.sendTo(thread);
    }
    thread.flush();
  }
}

/** Among threads of equal load, those that have worked come first: they have loaded their modules. */
const byLoad = (one: RunThread, other: RunThread): number =>
  one.inFlight - other.inFlight || Number(other.hasWorked) - Number(one.hasWorked);

function rebalance(threads: readonly RunThread[]): void {
  for (const idle of threads) {
    if (!isFree(idle)) continue;
    const busiest = threads.reduce((one, other) => (other.sentAhead > one.sentAhead ? other : one), idle);
    if (busiest.sentAhead === 0) return;
    for (const run of busiest.takeBackLast(Math.ceil(busiest.sentAhead / 2))) run.sendTo(idle);
  }
}

/** Whether a task that is sent to the thread starts at once: the thread has no task, or only tasks that wait for others. */
const isFree = ({ freeCredits, isOccupied, sentAhead }: RunThread): boolean =>
  freeCredits > 0 && !isOccupied && sentAhead === 0;
