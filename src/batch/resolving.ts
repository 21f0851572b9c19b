/**
 * The flight whose resolver is on the call stack. A future that the resolver makes is loaded on behalf of that flight,
 * also if it is awaited later by a promise, which does not show its waiter.
 */
import type { Sink } from '../future/execution';
import { runningTask } from '../scheduler/ambient';
import type { Frame } from '../scheduler/frame';
import { isAwaited, nearestWithRole, type Waiter } from '../scheduler/waiter';
import type { Flush, Resolver } from './resolver';

let current: Waiter | undefined;

/** Runs the resolver of a flight. */
export function runResolver<K, V>(
  flight: Waiter & { readonly passedKeys: readonly K[] },
  resolve: Resolver<K, V>,
  flush: Flush<K, V>,
): unknown {
  const outer = current;
  current = flight;
  try {
    return resolve(flight.passedKeys, flush);
  } finally {
    current = outer;
  }
}

/** The flight of the running resolver. A task that a `block` in the resolver runs does not belong to the flight. */
export const resolvingFlight = (): Waiter | undefined => (current && !runningTask() ? current : undefined);

/** The sink itself if it leads to a named waiter; otherwise a sink that leads to the flight. */
export const onBehalfOfFlight = <V>(flight: Waiter, sink: Sink<V>): Sink<V> =>
  nearestWithRole(sink) ? sink : new FlightSink(flight, sink);

class FlightSink<V> implements Sink<V> {
  readonly isAwaited: boolean;

  constructor(
    readonly parent: Waiter,
    private readonly sink: Sink<V>,
  ) {
    this.isAwaited = isAwaited(sink);
  }

  get name(): string | undefined {
    return this.sink.name;
  }

  get frame(): Frame | undefined {
    return this.sink.frame;
  }

  succeed(value: V): void {
    this.sink.succeed(value);
  }

  fail(error: unknown): void {
    this.sink.fail(error);
  }
}
