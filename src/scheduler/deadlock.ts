/**
 * A deadlock is a cycle of flights in which each resolver waits for a key of the next flight (or of its own). Cycles are
 * searched when no task can continue, and only after a request for a key that may have closed a cycle.
 */
import { describe, describeBatch, describeKeys } from '../core/describe';
import { DeadlockError } from '../core/errors';
import type { ExternalWait } from './contract';
import type { Flushable, KeyWaiter } from './open-batches';
import type { Waiter } from './waiter';

/** The resolver of a flight waits for a key of a batch. */
interface KeyWait {
  /** The flight of the resolver. */
  readonly flight: Waiter;
  readonly keyWaiter: KeyWaiter;
  readonly batch: Flushable;
}

/** The batches and external waits of one scheduler and of all schedulers linked to it by waits for batches. */
interface LinkedWork {
  /** The batches of one scheduler after another, those in flight in the order of their flush. */
  readonly batches: readonly Flushable[];
  readonly externalWaits: readonly ExternalWait[];
}

/** Requests that may have closed a cycle are kept here until the check shows that they have not. */
export class DeadlockCheck {
  readonly #newSuspects: Waiter[] = [];
  readonly #suspectFlights = new Set<Waiter>();

  get isEmpty(): boolean {
    return this.#newSuspects.length + this.#suspectFlights.size === 0;
  }

  /** Adds the waiter for a key that is in flight, or whose batch cannot be flushed before another flight has ended. */
  add(waiter: Waiter): void {
    this.#newSuspects.push(waiter);
  }

  /**
   * Drops the suspects that have closed no cycle, on the assumption that only a later request can close one.
   *
   * @param findBatches Called only if a suspect runs for a flight: most waiters do not.
   */
  dropCleared(findBatches: () => readonly Flushable[]): void {
    const flightOf = createFlightLookup();
    for (const waiter of this.#newSuspects.splice(0)) {
      const flight = flightOf(waiter);
      if (flight) this.#suspectFlights.add(flight);
    }
    if (this.#suspectFlights.size === 0) return;
    const batches = findBatches();
    const flights = flightsOf(batches);
    for (const flight of this.#suspectFlights) {
      if (!waitsForItself(flight, { flights, batches, flightOf })) this.#suspectFlights.delete(flight);
    }
  }

  /** Fails one waiter of a cycle that cannot end any more. Returns false if no such cycle exists. */
  breakCycle(findWork: () => LinkedWork): boolean {
    this.dropCleared(() => findWork().batches);
    if (this.#suspectFlights.size === 0) return false;
    const { batches, externalWaits } = findWork();
    const flightOf = createFlightLookup();
    const flights = flightsOf(batches);
    const waits = waitsByFlight(batches, flightOf);
    const canContinue = flightsThatCanContinue({ flights, waits, externalWaits, flightOf });
    const stuck = [...this.#suspectFlights].find((flight) => canContinue?.has(flight) === false);
    if (!stuck) return false;
    const cycle = youngestLast(cycleFrom(stuck, flights, waits), [...flights.keys()]);
    const closing = cycle.at(-1);
    if (!closing) return false;
    const error = new DeadlockError(cycle.map((wait) => describeWait(wait, flights)));
    return closing.batch.reject(closing.keyWaiter, error);
  }
}

type FlightLookup = (from: Waiter) => Waiter | undefined;

/**
 * Creates a function that finds the flight for which a waiter runs. Results are cached, because many waiters may share one
 * long chain of tasks. A chain that leads back to itself belongs to no flight.
 */
function createFlightLookup(): FlightLookup {
  const cache = new Map<Waiter, Waiter | undefined>();
  return (from) => {
    const passed: Waiter[] = [];
    let waiter: Waiter | undefined = from;
    while (waiter && waiter.role !== 'flight' && !cache.has(waiter)) {
      passed.push(waiter);
      cache.set(waiter, undefined);
      waiter = waiter.parent;
    }
    const flight = waiter && waiter.role !== 'flight' ? cache.get(waiter) : waiter;
    for (const one of passed) cache.set(one, flight);
    return flight;
  };
}

function flightsOf(batches: readonly Flushable[]): Map<Waiter, Flushable> {
  const flights = new Map<Waiter, Flushable>();
  for (const batch of batches) if (batch.flight) flights.set(batch.flight, batch);
  return flights;
}

interface WaitGraph {
  readonly flights: ReadonlyMap<Waiter, Flushable>;
  readonly batches: readonly Flushable[];
  readonly flightOf: FlightLookup;
}

/** Whether a flight waits for its own end, directly or through other flights. */
function waitsForItself(flight: Waiter, { flights, batches, flightOf }: WaitGraph): boolean {
  const waiting = new Set<Waiter>();
  const reached = [flight];
  for (let next = reached.pop(); next; next = reached.pop()) {
    const reachedBatch = flights.get(next);
    for (const batch of batches) {
      if (!reachedBatch || !(batch === reachedBatch || batch.isBlockedBy(reachedBatch))) continue;
      for (const { waiter } of batch.keyWaiters()) {
        const waitingFlight = flightOf(waiter);
        if (waitingFlight === flight) return true;
        if (!waitingFlight || waiting.has(waitingFlight)) continue;
        waiting.add(waitingFlight);
        reached.push(waitingFlight);
      }
    }
  }
  return false;
}

function waitsByFlight(batches: readonly Flushable[], flightOf: FlightLookup): Map<Waiter, KeyWait[]> {
  const waits = new Map<Waiter, KeyWait[]>();
  for (const batch of batches) {
    for (const keyWaiter of batch.keyWaiters()) {
      const flight = flightOf(keyWaiter.waiter);
      if (!flight) continue;
      const known = waits.get(flight);
      if (known) known.push({ flight, keyWaiter, batch });
      else waits.set(flight, [{ flight, keyWaiter, batch }]);
    }
  }
  return waits;
}

interface AllWaits {
  readonly flights: ReadonlyMap<Waiter, Flushable>;
  readonly waits: ReadonlyMap<Waiter, readonly KeyWait[]>;
  readonly externalWaits: readonly ExternalWait[];
  readonly flightOf: FlightLookup;
}

/** The flights that can still end; undefined where an external wait does not say for which waiter it runs. */
function flightsThatCanContinue({ flights, waits, externalWaits, flightOf }: AllWaits): Set<Waiter> | undefined {
  const canContinue = new Set<Waiter>();
  for (const externalWait of externalWaits) {
    if (externalWait.isBatchWait) continue;
    const descriptions = externalWait.waitDescriptions?.();
    if (!descriptions) return undefined;
    for (const { waiter } of descriptions) {
      if (!waiter) return undefined;
      const flight = flightOf(waiter);
      const batch = flight === waiter && flights.get(waiter);
      const isOwn = batch && waits.get(waiter)?.some(({ keyWaiter }) => batch.waitsFor(keyWaiter.waiter)) === true;
      if (flight && !isOwn) canContinue.add(flight);
    }
  }
  for (const flight of flights.keys()) if (!waits.has(flight)) canContinue.add(flight);
  const canEnd = ({ batch }: KeyWait): boolean =>
    batch.flight
      ? canContinue.has(batch.flight)
      : batch.hasFreeSlot ||
        [...flights].some(([flight, inFlight]) => batch.isBlockedBy(inFlight) && canContinue.has(flight));
  for (let before = -1; before < canContinue.size;) {
    before = canContinue.size;
    for (const [flight, own] of waits) if (!canContinue.has(flight) && own.some(canEnd)) canContinue.add(flight);
  }
  return canContinue;
}

/** Follows the waits from one flight until a flight occurs a second time. */
function cycleFrom(
  start: Waiter,
  flights: ReadonlyMap<Waiter, Flushable>,
  waits: ReadonlyMap<Waiter, readonly KeyWait[]>,
): readonly KeyWait[] {
  const path = new Map<Waiter, KeyWait>();
  let flight: Waiter | undefined = start;
  while (flight && !path.has(flight)) {
    const wait: KeyWait | undefined = waits.get(flight)?.[0];
    if (!wait) return [];
    path.set(flight, wait);
    const { batch }: KeyWait = wait;
    flight = batch.flight ?? [...flights].find(([, inFlight]) => batch.isBlockedBy(inFlight))?.[0];
  }
  const steps = [...path];
  return steps.slice(steps.findIndex(([one]) => one === flight)).map(([, wait]) => wait);
}

/**
 * Rotates the cycle so that the wait of the youngest flight is the last. That wait is the one to fail: its failure passes
 * through all flights of the cycle, while the failure of an older flight would only give its slot to the younger ones.
 */
function youngestLast(cycle: readonly KeyWait[], oldestFirst: readonly Waiter[]): readonly KeyWait[] {
  const ages = cycle.map(({ flight }) => oldestFirst.indexOf(flight));
  const youngest = ages.indexOf(Math.max(...ages));
  return [...cycle.slice(youngest + 1), ...cycle.slice(0, youngest + 1)];
}

function describeWait({ flight, keyWaiter, batch }: KeyWait, flights: ReadonlyMap<Waiter, Flushable>): string {
  const waiting = flights.get(flight);
  const keys = waiting ? describeKeys([...new Set(Array.from(waiting.keyWaiters(), ({ key }) => key))]) : '';
  const blocked = batch.flight ? '' : ', which cannot be flushed because of its concurrency';
  return `${describeBatch(waiting?.name ?? '')}, asked for ${keys}, waits for key ${describe(keyWaiter.key)} of ${describeBatch(batch.name)}${blocked}`;
}
