/**
 * Who waits for what, as a tree: from whoever asked first down to the keys and promises that are not here yet. It is read
 * from what is waited for, upwards, so nothing has to be kept for it. The idea is asynq's `debug.dump`.
 */
import { describe, describeBatch, invalidOption } from '../../core/describe';
import { allSchedulers } from '../../scheduler/all-schedulers';
import { ambientScheduler, runningTask } from '../../scheduler/ambient';
import type { BatchScheduler } from '../../scheduler/batch-scheduler';
import { instrumentation } from '../../scheduler/instrumentation';
import { named, type Waiter } from '../../scheduler/waiter';
import { TextTree } from './text-tree';
import { ageOf } from './debugging';

/**
 * Prints who waits for what, and gives the text back. With `debug()` on, it also says for how long, and where each was
 * asked for.
 *
 * ```
 * scheduler "batchScheduler"
 * └─ task page
 *    ├─ task authorOf
 *    │  └─ batch "userById", key 7: open, asked for 12 ms ago, with 2 key(s)
 *    └─ an Observable or promise that task "page" waits for
 * ```
 *
 * @throws TypeError if it is given something that can't print.
 * @example
 * process.on('SIGUSR2', () => dumpTasks(console.error));
 */
export function dumpTasks(print: (text: string) => void = console.log): string {
  if (typeof print !== 'function')
    throw invalidOption('dumpTasks: its argument', 'a function that prints a text', print);
  const trees = allSchedulers().flatMap((scheduler) => treeOf(scheduler) ?? []);
  const text = trees.length > 0 ? trees.join('\n') : 'Nothing waits.';
  print(text);
  return text;
}

function treeOf(scheduler: BatchScheduler): string | undefined {
  const tree = new Tree(`scheduler "${scheduler.name}"`);
  const running = ambientScheduler() === scheduler ? runningTask() : undefined;
  if (running) tree.branchOf(running);
  const ready = new Set<TextTree>();
  for (const runnable of scheduler.runQueue.waiting) if (isWaiter(runnable)) ready.add(tree.branchOf(runnable));
  for (const [batch, state] of scheduler.state.openBatches.all()) {
    const ms = String(Math.round(scheduler.now() - batch.openedAt));
    for (const { key, waiter } of batch.askers()) {
      const what = `${describeBatch(batch.name)}, key ${describe(key)}${askedFor(waiter)}`;
      tree.branchOf(waiter).add(`${what}: ${state}, asked for ${ms} ms ago, with ${String(batch.size)} key(s)`);
    }
  }
  for (const waited of scheduler.state.externalWaits) {
    for (const { waiter, what } of waited.waited?.() ?? [{ waiter: undefined, what: waited.describe() }]) {
      // Of a flight, its keys have said that it is in the air.
      if (waiter?.role !== 'flight' || waiter.describe?.() !== what) tree.branchOf(waiter).add(what);
    }
  }
  // Whoever is on the stack beneath what he has begun waits for that.
  for (const branch of ready) if (branch.isBare) branch.title += ', may go on';
  return tree.root.isBare ? undefined : tree.root.toString();
}

const isWaiter = (runnable: object): runnable is Waiter => 'role' in runnable;

class Tree {
  readonly root: TextTree;
  readonly #branches = new Map<Waiter, TextTree>();

  constructor(title: string) {
    this.root = new TextTree(title);
  }

  /** That of whoever waits, at its place beneath its callers. */
  branchOf(waiter: Waiter | undefined): TextTree {
    const path = new Set<Waiter>();
    let known: TextTree | undefined;
    // Two that wait for each other have no outermost.
    for (let step = named(waiter); step && !known && !path.has(step); step = callerOf(step)) {
      known = this.#branches.get(step);
      if (!known) path.add(step);
    }
    let branch = known ?? this.root;
    for (const step of [...path].reverse()) {
      branch = branch.add(titleOf(step));
      this.#branches.set(step, branch);
    }
    return branch;
  }
}

const callerOf = (step: Waiter): Waiter | undefined => named(step.above) ?? instrumentation.current?.callerOf(step);

function titleOf(step: Waiter): string {
  const title = step.describe?.() ?? `${step.role ?? ''} ${step.name ?? ''}`;
  return `${title}${step === runningTask() ? ', running' : ''}${ageOf(step)}${askedFor(step.call)}`;
}

function askedFor(future: object | undefined): string {
  const site = instrumentation.current?.siteOf(future);
  return site === undefined ? '' : `, asked for ${site}`;
}
