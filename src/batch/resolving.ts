/**
 * The flight whose resolver is on the stack. A future that a resolver makes there is asked for on behalf of that flight,
 * also where it is awaited later, by a promise that tells nothing of who waits.
 */
import type { Sink } from '../future/execution';
import { runningTask } from '../scheduler/ambient';
import type { Frame } from '../scheduler/frame';
import { isAwaited, named, type Waiter } from '../scheduler/waiter';

let resolving: Waiter | undefined;

/** Does `work`, which is the resolver of this flight. */
export function whileResolving<R>(flight: Waiter, work: () => R): R {
  const outer = resolving;
  resolving = flight;
  try {
    return work();
  } finally {
    resolving = outer;
  }
}

/** The flight of the resolver that runs here; a task that a `block` in it moves on is none of it. */
export const resolvingFlight = (): Waiter | undefined => (resolving && !runningTask() ? resolving : undefined);

/** A sink that leads to that flight, if it leads to nothing by itself. */
export const onBehalfOf = <V>(flight: Waiter, sink: Sink<V>): Sink<V> =>
  named(sink) ? sink : new OnBehalf(flight, sink);

class OnBehalf<V> implements Sink<V> {
  readonly isAwaited: boolean;

  constructor(
    readonly above: Waiter,
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
