/**
 * Flights that wait for each other: the resolver of each asks for a key that only comes when another one of them, or the
 * same, has ended. They are looked for when nothing else can go on, and only after an ask that may have closed a cycle.
 */
import { describe, describeBatch, describeKeys } from '../core/describe';
import { DeadlockError } from '../core/errors';
import type { ExternalWait } from './scheduler-state';
import type { Asker, Flushable } from './open-batches';
import type { Waiter } from './waiter';

/** A resolver waits for a key of a batch. */
interface Ask {
  /** The one whose resolver it is. */
  readonly flight: Waiter;
  readonly asker: Asker;
  readonly batch: Flushable;
}

/** Everything that may matter: of one scheduler, and of those that ask it or are asked by it. */
interface Surroundings {
  /** The batches of one scheduler after another; those in flight in the order of their take-off. */
  readonly batches: readonly Flushable[];
  readonly elsewhere: readonly ExternalWait[];
}

/** Asks that may have closed a cycle, until it is known that they have not. */
export class DeadlockCheck {
  readonly #asks: Waiter[] = [];
  readonly #flights = new Set<Waiter>();

  get isEmpty(): boolean {
    return this.#asks.length + this.#flights.size === 0;
  }

  /** An ask for what is in flight, or what may not go before another flight has ended. */
  add(asker: Waiter): void {
    this.#asks.push(asker);
  }

  /** Drops the asks that have closed no cycle: it is taken that only a later ask may close one. */
  sift(batches: readonly Flushable[]): void {
    const behind = flightsBehind();
    for (const asker of this.#asks.splice(0)) {
      const flight = behind(asker);
      if (flight) this.#flights.add(flight);
    }
    if (this.#flights.size === 0) return;
    const flights = flightsOf(batches);
    for (const flight of this.#flights) {
      if (!waitsForItself(flight, { flights, batches, behind })) this.#flights.delete(flight);
    }
  }

  /** Fails one ask of a cycle that nothing can end any more; false if there is none. */
  breakCycle({ batches, elsewhere }: Surroundings): boolean {
    this.sift(batches);
    if (this.#flights.size === 0) return false;
    const behind = flightsBehind();
    const flights = flightsOf(batches);
    const asks = asksByFlight(batches, behind);
    const hopeful = hopefulFlights({ flights, asks, elsewhere, behind });
    const stuck = [...this.#flights].find((flight) => hopeful?.has(flight) === false);
    if (!stuck) return false;
    const cycle = fromOldest(cycleFrom(stuck, flights, asks), [...flights.keys()]);
    const closing = cycle.at(-1);
    if (!closing) return false;
    const error = new DeadlockError(cycle.map((ask) => describeAsk(ask, flights)));
    return closing.batch.reject(closing.asker, error);
  }
}

type Behind = (from: Waiter) => Waiter | undefined;

/**
 * Finds the flight on whose behalf is asked. Each way up is gone once, since many may wait in one long chain of tasks; a
 * chain that leads back to itself leads to no flight.
 */
function flightsBehind(): Behind {
  const known = new Map<Waiter, Waiter | undefined>();
  return (from) => {
    const passed: Waiter[] = [];
    let waiter: Waiter | undefined = from;
    while (waiter && waiter.role !== 'flight' && !known.has(waiter)) {
      passed.push(waiter);
      known.set(waiter, undefined);
      waiter = waiter.above;
    }
    const flight = waiter && waiter.role !== 'flight' ? known.get(waiter) : waiter;
    for (const one of passed) known.set(one, flight);
    return flight;
  };
}

function flightsOf(batches: readonly Flushable[]): Map<Waiter, Flushable> {
  const flights = new Map<Waiter, Flushable>();
  for (const batch of batches) if (batch.flight) flights.set(batch.flight, batch);
  return flights;
}

interface Sifted {
  readonly flights: ReadonlyMap<Waiter, Flushable>;
  readonly batches: readonly Flushable[];
  readonly behind: Behind;
}

/** Whether a flight is among those that wait for it, at whatever distance. */
function waitsForItself(flight: Waiter, { flights, batches, behind }: Sifted): boolean {
  const waiting = new Set<Waiter>();
  const reached = [flight];
  for (let next = reached.pop(); next; next = reached.pop()) {
    const flown = flights.get(next);
    for (const batch of batches) {
      if (!flown || !(batch === flown || batch.isBlockedBy(flown))) continue;
      for (const { waiter } of batch.askers()) {
        const asking = behind(waiter);
        if (asking === flight) return true;
        if (!asking || waiting.has(asking)) continue;
        waiting.add(asking);
        reached.push(asking);
      }
    }
  }
  return false;
}

function asksByFlight(batches: readonly Flushable[], behind: Behind): Map<Waiter, Ask[]> {
  const asks = new Map<Waiter, Ask[]>();
  for (const batch of batches) {
    for (const asker of batch.askers()) {
      const flight = behind(asker.waiter);
      if (!flight) continue;
      const known = asks.get(flight);
      if (known) known.push({ flight, asker, batch });
      else asks.set(flight, [{ flight, asker, batch }]);
    }
  }
  return asks;
}

interface Waits {
  readonly flights: ReadonlyMap<Waiter, Flushable>;
  readonly asks: ReadonlyMap<Waiter, readonly Ask[]>;
  readonly elsewhere: readonly ExternalWait[];
  readonly behind: Behind;
}

/** Flights that something can still move on; undefined where that cannot be told. */
function hopefulFlights({ flights, asks, elsewhere, behind }: Waits): Set<Waiter> | undefined {
  const hopeful = new Set<Waiter>();
  for (const wait of elsewhere) {
    if (wait.isAsk) continue;
    const waited = wait.waited?.();
    if (!waited) return undefined;
    for (const { waiter } of waited) {
      if (!waiter) return undefined;
      const flight = behind(waiter);
      const flown = flight === waiter && flights.get(waiter);
      const isOwn = flown && asks.get(waiter)?.some(({ asker }) => flown.waitsFor(asker.waiter)) === true;
      if (flight && !isOwn) hopeful.add(flight);
    }
  }
  for (const flight of flights.keys()) if (!asks.has(flight)) hopeful.add(flight);
  const hasHope = ({ batch }: Ask): boolean =>
    batch.flight
      ? hopeful.has(batch.flight)
      : batch.canBeForced || [...flights].some(([flight, flown]) => batch.isBlockedBy(flown) && hopeful.has(flight));
  for (let before = -1; before < hopeful.size;) {
    before = hopeful.size;
    for (const [flight, asked] of asks) if (!hopeful.has(flight) && asked.some(hasHope)) hopeful.add(flight);
  }
  return hopeful;
}

/** From one flight to what it waits for, until one comes up again. */
function cycleFrom(
  start: Waiter,
  flights: ReadonlyMap<Waiter, Flushable>,
  asks: ReadonlyMap<Waiter, readonly Ask[]>,
): readonly Ask[] {
  const path = new Map<Waiter, Ask>();
  let flight: Waiter | undefined = start;
  while (flight && !path.has(flight)) {
    const ask: Ask | undefined = asks.get(flight)?.[0];
    if (!ask) return [];
    path.set(flight, ask);
    const { batch }: Ask = ask;
    flight = batch.flight ?? [...flights].find(([, flown]) => batch.isBlockedBy(flown))?.[0];
  }
  const steps = [...path];
  return steps.slice(steps.findIndex(([one]) => one === flight)).map(([, ask]) => ask);
}

/**
 * The ask of the youngest flight comes last. That one fails: its failure goes the whole way up, while a flight further up
 * would leave a slot to those below.
 */
function fromOldest(cycle: readonly Ask[], byAge: readonly Waiter[]): readonly Ask[] {
  const ages = cycle.map(({ flight }) => byAge.indexOf(flight));
  const youngest = ages.indexOf(Math.max(...ages));
  return [...cycle.slice(youngest + 1), ...cycle.slice(0, youngest + 1)];
}

function describeAsk({ flight, asker, batch }: Ask, flights: ReadonlyMap<Waiter, Flushable>): string {
  const flown = flights.get(flight);
  const keys = flown ? describeKeys([...new Set(Array.from(flown.askers(), ({ key }) => key))]) : '';
  const blocked = batch.flight ? '' : ', for which its concurrency leaves no room';
  return `${describeBatch(flown?.name ?? '')}, asked for ${keys}, waits for key ${describe(asker.key)} of ${describeBatch(batch.name)}${blocked}`;
}
