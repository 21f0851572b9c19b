/**
 * The task dump shows which task waits for what, as a tree from the outermost task down to pending keys and promises. It is
 * read from the pending keys upwards, so nothing is recorded for it. After asynq's `debug.dump`.
 */
import { describe, describeBatch } from '../../core/describe';
import { checkFunction } from '../../core/option-values';
import { ambientScheduler, runningTask } from '../../scheduler/ambient';
import { allSchedulers, type BatchScheduler } from '../../scheduler/batch-scheduler';
import { instrumentation } from '../../scheduler/instrumentation';
import { nearestWithRole, type Waiter } from '../../scheduler/waiter';
import { TextTree } from './text-tree';
import { ageOf } from './debugging';

/**
 * Prints which task waits for what, and returns the text. With `debug()` on, the text has the age and the call site of each
 * task as well. After asynq's `debug.dump`.
 *
 * ```
 * scheduler "batchScheduler"
 * └─ task page
 *    ├─ task authorOf
 *    │  └─ batch "userById", key 7: open, asked for 12 ms ago, with 2 key(s)
 *    └─ an Observable or promise that task "page" waits for
 * ```
 *
 * @param print receives the text
 * @throws TypeError if `print` is not a function.
 * @example
 * process.on('SIGUSR2', () => dumpTasks(console.error));
 */
export function dumpTasks(print: (text: string) => void = console.log): string {
  checkFunction('dumpTasks: its argument', print, 'a function that takes a text');
  const trees = allSchedulers().flatMap((scheduler) => treeOf(scheduler) ?? []);
  const text = trees.length > 0 ? trees.join('\n') : 'Nothing waits.';
  print(text);
  return text;
}

function treeOf(scheduler: BatchScheduler): string | undefined {
  const tree = new WaiterTree(`scheduler "${scheduler.name}"`);
  const running = ambientScheduler() === scheduler ? runningTask() : undefined;
  if (running) tree.nodeOf(running);
  const readyNodes = new Set<TextTree>();
  for (const runnable of scheduler.runQueue.runnables) if (isWaiter(runnable)) readyNodes.add(tree.nodeOf(runnable));
  for (const batch of scheduler.state.openBatches.all()) {
    const ms = String(Math.round(scheduler.now() - batch.openedAt));
    for (const { key, waiter } of batch.keyWaiters()) {
      const title = `${describeBatch(batch.name)}, key ${describe(key)}${askedForAt(waiter)}`;
      tree
        .nodeOf(waiter)
        .add(`${title}: ${batch.phase ?? 'closed'}, asked for ${ms} ms ago, with ${String(batch.size)} key(s)`);
    }
  }
  for (const wait of scheduler.state.externalWaits) {
    for (const { waiter, what } of wait.waitDescriptions?.() ?? [{ waiter: undefined, what: wait.describe() }]) {
      // A flight is listed already, by its keys.
      if (waiter?.role !== 'flight' || waiter.describe?.() !== what) tree.nodeOf(waiter).add(what);
    }
  }
  // A ready task with children waits for these, and its own turn comes after them.
  for (const node of readyNodes) if (node.isLeaf) node.title += ', ready to run';
  return tree.root.isLeaf ? undefined : tree.root.toString();
}

const isWaiter = (runnable: object): runnable is Waiter => 'role' in runnable;

class WaiterTree {
  readonly root: TextTree;
  readonly #nodes = new Map<Waiter, TextTree>();

  constructor(title: string) {
    this.root = new TextTree(title);
  }

  /** The node of a waiter beneath the nodes of its callers, which are added if missing. */
  nodeOf(waiter: Waiter | undefined): TextTree {
    const path = new Set<Waiter>();
    let known: TextTree | undefined;
    // Tasks that wait for each other form a cycle.
    for (let step = nearestWithRole(waiter); step && !known && !path.has(step); step = callerOf(step)) {
      known = this.#nodes.get(step);
      if (!known) path.add(step);
    }
    let node = known ?? this.root;
    for (const waiter of [...path].reverse()) {
      node = node.add(titleOf(waiter));
      this.#nodes.set(waiter, node);
    }
    return node;
  }
}

const callerOf = (waiter: Waiter): Waiter | undefined =>
  nearestWithRole(waiter.parent) ?? instrumentation.current?.callerOf(waiter);

function titleOf(waiter: Waiter): string {
  const title = waiter.describe?.() ?? `${waiter.role ?? ''} ${waiter.name ?? ''}`;
  return `${title}${waiter === runningTask() ? ', running' : ''}${ageOf(waiter)}${askedForAt(waiter.call)}`;
}

function askedForAt(future: object | undefined): string {
  const site = instrumentation.current?.siteOf(future);
  return site === undefined ? '' : `, asked for ${site}`;
}
