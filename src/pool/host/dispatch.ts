/** Who gets what: waiting requests go to threads with room, and what waits behind a long task goes to one that idles. */
import type { TaskQueue } from './task-queue';
import type { TaskRun } from './task-run';
import type { WorkerThread } from '../thread/worker-thread';

type RequestThread = WorkerThread<TaskRun>;

export function dispatch(backlog: TaskQueue<TaskRun>, threads: readonly RequestThread[]): void {
  if (backlog.size > 0) assign(backlog, threads);
  else share(threads);
}

/**
 * To those with the least first, up to one level: so that none has much while another has nothing. Each thread gets its
 * own before the next is given any: what cannot be sent fails at once, and its caller may cancel what is behind it.
 */
function assign(backlog: TaskQueue<TaskRun>, threads: readonly RequestThread[]): void {
  const free = threads.filter(({ freeCredits: room }) => room > 0);
  if (free.length > 1) free.sort(byNeed);
  const inFlight = free.reduce((sum, thread) => sum + thread.inFlight, 0);
  const level = Math.ceil((backlog.size + inFlight) / Math.max(1, free.length));
  for (const thread of free) {
    for (let count = Math.min(thread.freeCredits, level - thread.inFlight); count > 0; count--) {
      if (backlog.first?.isMoving && thread.isOccupied) break;
      backlog.shift()?.sendTo(thread);
    }
    thread.flush();
  }
}

/** Of those that have as little, first who has worked most: it has loaded what is needed. */
const byNeed = (one: RequestThread, other: RequestThread): number =>
  one.inFlight - other.inFlight || Number(other.hasWorked) - Number(one.hasWorked);

/** Nothing waits in the queue, but what was sent ahead to one thread may begin at once on another. */
function share(threads: readonly RequestThread[]): void {
  for (const idle of threads) {
    if (!isFree(idle)) continue;
    const busiest = threads.reduce((one, other) => (other.ahead > one.ahead ? other : one), idle);
    if (busiest.ahead === 0) return;
    for (const request of busiest.slots.takeBackLast(Math.ceil(busiest.ahead / 2))) request.sendTo(idle);
  }
}

/** What it is sent begins at once: it has nothing, or only what waits for others. */
const isFree = ({ freeCredits: room, isOccupied, ahead }: RequestThread): boolean =>
  room > 0 && !isOccupied && ahead === 0;
