/** Sample events of traces. */
import type { TraceEvent } from 'sluice/trace';

/** Two tasks that share a flush of `nameOf`: one of them began within the other. */
export const sharedFlush: readonly TraceEvent[] = [
  { type: 'task-begin', id: 1, name: 'page', at: 10, calledAt: 'at page.ts:1' },
  { type: 'task-begin', id: 2, name: 'author', at: 11, parent: 1 },
  { type: 'batch-open', id: 3, batch: 'nameOf', scheduler: 'main', at: 12 },
  { type: 'batch-ask', id: 3, key: '7', isNew: true, task: 2, at: 12, calledAt: 'at author.ts:2' },
  { type: 'task-wait', id: 2, for: 'nameOf(7)', at: 12 },
  { type: 'batch-ask', id: 3, key: '7', isNew: false, task: 1, at: 13 },
  { type: 'batch-ask', id: 3, key: '8', isNew: true, task: 1, at: 13 },
  { type: 'task-wait', id: 1, for: '2 futures', at: 14 },
  { type: 'batch-flush', id: 3, batch: 'nameOf', keys: ['7', '8'], reason: 'quiescent', tasks: [2, 1], at: 15 },
  { type: 'batch-land', id: 3, outcome: 'succeeded', at: 25 },
  { type: 'task-resume', id: 2, at: 26 },
  { type: 'task-end', id: 2, outcome: 'succeeded', at: 27 },
  { type: 'task-resume', id: 1, at: 28 },
  { type: 'task-end', id: 1, outcome: 'failed', error: 'Error: no such page', at: 30 },
];

/** A call that waits for its thread, and the thread. */
export const pooledCall: readonly TraceEvent[] = [
  { type: 'thread-spawn', pool: 'images', thread: 1, at: 100 },
  { type: 'call-queue', id: 21, name: 'resize', pool: 'images', at: 101 },
  { type: 'call-send', id: 21, thread: 1, at: 104 },
  { type: 'call-end', id: 21, outcome: 'succeeded', at: 110 },
  { type: 'thread-exit', pool: 'images', thread: 1, detail: 'killed', at: 120 },
];

/** A scope that is cancelled with one task in it. */
export const cancelledScope: readonly TraceEvent[] = [
  { type: 'scope-open', id: 31, name: 'request', at: 200 },
  { type: 'work-begin', id: 32, name: 'load', scope: 31, at: 201 },
  { type: 'scope-cancel', id: 31, reason: 'the client has gone', at: 205 },
  { type: 'work-end', id: 32, outcome: 'cancelled', at: 206 },
  { type: 'scope-close', id: 31, outcome: 'cancelled', at: 207 },
];

/** `count` tasks that all wait for one flight. */
export function* crowd(count: number): Generator<TraceEvent> {
  const tasks = Array.from({ length: count }, (_, index) => index + 1);
  const id = count + 1;
  for (const task of tasks) yield { type: 'task-begin', id: task, name: 'visit', at: task };
  yield { type: 'batch-open', id, batch: 'nameOf', scheduler: 'main', at: id };
  for (const task of tasks) yield { type: 'batch-ask', id, key: String(task), isNew: true, task, at: id };
  yield { type: 'batch-flush', id, batch: 'nameOf', keys: tasks.map(String), reason: 'quiescent', tasks, at: id + 1 };
  yield { type: 'batch-land', id, outcome: 'succeeded', at: id + 2 };
  for (const task of tasks) yield { type: 'task-end', id: task, outcome: 'succeeded', at: id + 2 + task };
}
