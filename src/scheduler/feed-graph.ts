/**
 * The feed graph of a scheduler tells which batch functions feed which: a task that got its value from the first requests a
 * key of the second next. Edges are declared, or learned while the program runs. Only tasks are learned from, because the
 * continuation of an `async` function has no link to what it awaited.
 *
 * Nothing is known of a function before its first values: until then it may feed any function that is not known to feed it.
 * A learned edge is forgotten after some flights of its feeder that led to no such request. The graph keeps no batch
 * function alive, since it knows the functions through weak references only.
 */
import type { Frame } from './frame';
import type { Waiter } from './waiter';

/** A batch function, as the graph knows it. */
export interface FeedingFunction {
  /** The functions that this one is declared to feed. */
  readonly feeds: readonly FeedingFunction[] | undefined;
}

interface FeedingBatch {
  readonly ofFunction: FeedingFunction;
  /** The flight, after the flush. */
  readonly flight: Waiter | undefined;
}

interface Requester extends Waiter {
  readonly frame: Frame | undefined;
}

/** The number of flights of a feeder after which an edge is forgotten if none of them confirmed it. */
const MAX_UNCONFIRMED = 10;

/** The number of waiters that are visited in one chain, so that a load in very deep recursion stays cheap. */
const MAX_VISITED = 100;

export class FeedGraph {
  readonly #nodes = new WeakMap<FeedingFunction, FeedNode>();
  readonly #flights = new WeakMap<Waiter, FeedNode>();
  /** The functions whose values a task, or a task below it, has received since its last request. */
  readonly #sources = new WeakMap<Waiter, Sources>();
  readonly #requestedByResolvers = new WeakSet<FeedingBatch>();
  /** Batches with a key that a task waits for, which may go on to request others. */
  readonly #requestedByTasks = new WeakSet<FeedingBatch>();
  /** Changes with the edges. */
  #version = 0;

  /**
   * Learns from a request: the functions that fed the task feed this one.
   *
   * @param batch the batch of the key, unless the value is cached
   */
  addRequest(fed: FeedingFunction, requester: Requester, batch: FeedingBatch | undefined): void {
    if (batch && requester.frame?.isOfResolver) this.#requestedByResolvers.add(batch);
    if (batch && !this.#requestedByTasks.has(batch) && hasTask(requester)) this.#requestedByTasks.add(batch);
    for (const feeder of this.#sourcesOf(requester)) this.#connect(feeder, this.#nodeOf(fed));
  }

  /** Records that the waiter, and the tasks that it works for, receive a value of this function. */
  addDelivery(feeder: FeedingFunction, receiver: Waiter): void {
    const node = this.#nodeOf(feeder);
    node.isKnown = true;
    for (const waiter of chainOf(receiver)) {
      // A flight has no value before its resolver has ended.
      if (waiter.role === 'flight') return;
      if (!waiter.role) continue;
      const sources = this.#sources.get(waiter);
      if (!sources || sources.areUsed) this.#sources.set(waiter, { nodes: new Set([node]), areUsed: false });
      else if (sources.nodes.has(node))
        return; // and so have the tasks above
      else sources.nodes.add(node);
    }
  }

  /** Records a flight, and forgets the edges of its function that were not confirmed for too long. */
  addFlight({ ofFunction, flight }: FeedingBatch): void {
    const node = this.#nodeOf(ofFunction);
    if (flight) this.#flights.set(flight, node);
    node.flightCount++;
    for (const [fed, confirmedAt] of node.edges) {
      if (node.flightCount - confirmedAt <= MAX_UNCONFIRMED) continue;
      node.edges.delete(fed);
      this.#version++;
    }
  }

  /** Whether results of one batch may lead, directly or through other functions, to requests of keys for the other one. */
  mayFeed(feeder: FeedingBatch, fed: FeedingBatch): boolean {
    const [from, to] = [this.#nodeOf(feeder.ofFunction), this.#nodeOf(fed.ofFunction)];
    if (this.#fedBy(from).has(to)) return true;
    return !from.isKnown && from !== to && this.#requestedByTasks.has(feeder) && !this.#fedBy(to).has(from);
  }

  /** Whether a resolver has requested a key of the batch. Its flight cannot end before the flush of the batch. */
  isRequestedByResolver(batch: FeedingBatch): boolean {
    return this.#requestedByResolvers.has(batch);
  }

  #nodeOf(batchFunction: FeedingFunction): FeedNode {
    const known = this.#nodes.get(batchFunction);
    if (known) return known;
    const node = new FeedNode();
    this.#nodes.set(batchFunction, node);
    // A declared edge is never forgotten.
    for (const fed of batchFunction.feeds ?? []) node.edges.set(this.#nodeOf(fed), Infinity);
    node.isKnown = batchFunction.feeds !== undefined;
    this.#version++;
    return node;
  }

  /** What led to a request: the last values of the task, or of the task that started it; else the flight of its resolver. */
  #sourcesOf(requester: Waiter): Iterable<FeedNode> {
    for (const waiter of chainOf(requester)) {
      const resolving = this.#flights.get(waiter);
      if (resolving) return [resolving];
      const sources = waiter.role && this.#sources.get(waiter);
      if (!sources) continue;
      sources.areUsed = true;
      return sources.nodes;
    }
    return [];
  }

  #connect(feeder: FeedNode, fed: FeedNode): void {
    const confirmedAt = feeder.edges.get(fed);
    if (confirmedAt === Infinity) return;
    feeder.edges.set(fed, feeder.flightCount);
    if (confirmedAt === undefined) this.#version++;
  }

  /** All nodes that a node feeds, directly or through others. A node in a cycle is one of those that it feeds. */
  #fedBy(feeder: FeedNode): ReadonlySet<FeedNode> {
    if (feeder.fed.version === this.#version) return feeder.fed.nodes;
    const nodes = new Set(feeder.edges.keys());
    for (const node of nodes) for (const next of node.edges.keys()) nodes.add(next);
    feeder.fed = { version: this.#version, nodes };
    return nodes;
  }
}

/** A batch function in the graph. */
class FeedNode {
  /** The directly fed nodes, with the flight count of this node at the last confirmation. */
  readonly edges = new Map<FeedNode, number>();
  flightCount = 0;
  /** Whether values of the function have been delivered, or what it feeds is declared. */
  isKnown = false;
  /** The directly and indirectly fed nodes, in a version of the graph. */
  fed: { readonly version: number; readonly nodes: ReadonlySet<FeedNode> } = { version: -1, nodes: new Set() };
}

interface Sources {
  readonly nodes: Set<FeedNode>;
  /** Whether a request has followed. The next value then replaces the sources. */
  areUsed: boolean;
}

function hasTask(waiter: Waiter): boolean {
  for (const { role } of chainOf(waiter)) if (role === 'task' || role === 'stream') return true;
  return false;
}

/** The waiter and those above it. */
function* chainOf(from: Waiter): Generator<Waiter> {
  let waiter: Waiter | undefined = from;
  for (let visited = 0; waiter && visited < MAX_VISITED; visited++) {
    yield waiter;
    waiter = waiter.parent;
  }
}
