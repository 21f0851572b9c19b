/**
 * The floor, the least that batching by generators can cost: a task is a bare generator, a batch is two arrays and one Map,
 * and a flush costs the promise of its read. A library with the same promises cannot be much faster.
 *
 * Not included: errors, cancellation, RxJS, futures that can be piped or awaited, contexts, schedulers, caches, flush policies,
 * windows, limits, partitions and traces.
 */

/**
 * @typedef {{ suspend(task: Task): void }} Load the value that a task yields
 * @typedef {Generator<Load, unknown, any>} TaskBody
 */

/** Returns a function that loads one key by `yield`. @param {(keys: any[]) => Promise<readonly unknown[]>} read */
export function batch(read) {
  let open = new OpenBatch(read);
  return (/** @type {unknown} */ key) => new KeyLoad(key, batchFor);

  function batchFor() {
    if (open.isFlushed) open = new OpenBatch(read);
    return open;
  }
}

/** Runs all tasks at once. @param {readonly TaskBody[]} bodies @returns {Promise<unknown[]>} their results, in order */
export const all = (bodies) =>
  new Promise((resolve) => {
    const group = { results: new Array(bodies.length), running: bodies.length, resolve };
    bodies.forEach((body, index) => new Task(body, group, index).resume(undefined));
  });

class Task {
  constructor(body, group, index) {
    this.body = body;
    this.group = group;
    this.index = index;
  }

  resume(/** @type {unknown} */ value) {
    const { done, value: next } = this.body.next(value);
    if (!done) return next.suspend(this);
    this.group.results[this.index] = next;
    if (--this.group.running === 0) this.group.resolve(this.group.results);
  }
}

class KeyLoad {
  constructor(key, batchFor) {
    this.key = key;
    this.batchFor = batchFor;
  }

  suspend(/** @type {Task} */ task) {
    this.batchFor().add(this.key, task);
  }
}

class OpenBatch {
  isFlushed = false;
  keys = [];
  /** The task that waits for each key, or a list of tasks. */
  waiters = [];
  indexes = new Map();

  constructor(read) {
    this.read = read;
  }

  add(/** @type {unknown} */ key, /** @type {Task} */ task) {
    const index = this.indexes.get(key);
    if (index === undefined) {
      // Node runs ticks after the microtask queue has drained.
      if (this.keys.length === 0) process.nextTick(flush, this);
      this.indexes.set(key, this.keys.length);
      this.keys.push(key);
      this.waiters.push(task);
    } else {
      const waiter = this.waiters[index];
      if (waiter instanceof Task) this.waiters[index] = [waiter, task];
      else waiter.push(task);
    }
  }
}

async function flush(/** @type {OpenBatch} */ batch) {
  batch.isFlushed = true;
  const { waiters } = batch;
  const values = await batch.read(batch.keys);
  for (let index = 0; index < waiters.length; index++) {
    const waiter = waiters[index];
    if (waiter instanceof Task) waiter.resume(values[index]);
    else for (const task of waiter) task.resume(values[index]);
  }
}
