/** The queue of a pool: by priority and age, first in, first out. */
import { TaskQueue, type QueuedTask } from '../../src/pool/host/task-queue';

interface Task extends QueuedTask {
  readonly name: string;
}

const task = (name: string, priority = 0, queuedAt = 0): Task => ({
  name,
  priority,
  queuedAt,
  isUrgent: false,
  isQueued: false,
  queuedBefore: undefined,
  queuedAfter: undefined,
});

function queueOf(...tasks: readonly Task[]): TaskQueue<Task> {
  const queue = new TaskQueue<Task>();
  for (const each of tasks) queue.push(each);
  return queue;
}

function namesOf(queue: TaskQueue<Task>): string[] {
  const names: string[] = [];
  for (let next = queue.shift(); next; next = queue.shift()) names.push(next.name);
  return names;
}

describe('the task queue', () => {
  it('is first in, first out for tasks of one priority', () => {
    expect(namesOf(queueOf(task('a'), task('b'), task('c')))).toEqual(['a', 'b', 'c']);
    expect(namesOf(queueOf(task('a', 2), task('b', 2)))).toEqual(['a', 'b']);
  });

  it('takes tasks of a higher priority first', () => {
    expect(namesOf(queueOf(task('low', -1), task('ordinary'), task('high', 5)))).toEqual(['high', 'ordinary', 'low']);
  });

  it('counts each second of a wait as one step of priority', () => {
    const later = [task('1 s later', 2, 1_000), task('2 s later', 2, 2_000), task('3 s later', 2, 3_000)];
    expect(namesOf(queueOf(task('old'), ...later))).toEqual(['1 s later', '2 s later', 'old', '3 s later']);
  });

  it('takes tasks that are put back before all others', () => {
    const queue = queueOf(task('high', 9), task('ordinary'));
    queue.unshift(task('second', -5));
    queue.unshift(task('first'));
    expect(namesOf(queue)).toEqual(['first', 'second', 'high', 'ordinary']);
  });

  it('removes tasks from any position, once', () => {
    const tasks = [task('a'), task('b', 1), task('c', 1), task('d')];
    const queue = queueOf(...tasks);
    for (const each of [tasks[1], tasks[1], tasks[3]]) if (each) queue.remove(each);
    expect([...queue].map(({ name }) => name)).toEqual(['a', 'c']);
    expect(queue.size).toBe(2);
    expect(namesOf(queue)).toEqual(['c', 'a']);
  });

  it('orders as many priorities as tasks, in any order of their arrival and removal', () => {
    const tasks = Array.from({ length: 2_000 }, (_, n) => task(String(n), ((n * 7_919) % 2_003) - 1_000, n % 50));
    const queue = queueOf(...tasks);
    for (const each of tasks) if (each.priority % 3 === 0) queue.remove(each);
    const kept = tasks.filter(({ priority }) => priority % 3 !== 0);
    expect(queue.size).toBe(kept.length);
    const sorted = kept.sort((one, other) => one.queuedAt - other.queuedAt - 1_000 * (one.priority - other.priority));
    expect(namesOf(queue)).toEqual(sorted.map(({ name }) => name));
    expect(queue.size).toBe(0);
  });

  it('takes time in proportion to the number of tasks, also if each has a priority of its own', () => {
    const count = 50_000;
    const queue = queueOf(...Array.from({ length: count }, (_, n) => task('', n + 1)));
    const compared = { count: 0 };
    for (let left = count; left > 0; left--) {
      const first = queue.shift();
      if (first?.priority === left) compared.count++;
    }
    expect(compared.count).toBe(count);
  });

  it('gives up the oldest task of the lowest priority', () => {
    const queue = queueOf(task('a'), task('b', -1), task('c', -1), task('d', 3));
    expect([queue.shiftLeast(), queue.shiftLeast(), queue.shiftLeast()].map((each) => each?.name)).toEqual([
      'b',
      'c',
      'a',
    ]);
    queue.unshift(task('urgent'));
    expect([queue.shiftLeast(), queue.shiftLeast(), queue.shiftLeast()].map((each) => each?.name)).toEqual([
      'd',
      'urgent',
      undefined,
    ]);
  });
});
