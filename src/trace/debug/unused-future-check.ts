/**
 * Warns of a call whose future is never run. A future is cold: without a subscription it does nothing. That a future stays
 * unused is certain when it is collected, or when the process exits.
 */
import type { InstrumentationEvent } from '../../scheduler/instrumentation';
import type { Warnings } from './warnings';
import { capturedSiteOf } from '../events/instrumentation-hub';

interface BuiltFuture {
  readonly name: string;
  /** Formatted at once: an unformatted stack keeps alive what was on it, perhaps the future itself. */
  readonly site: string | undefined;
}

interface ProcessEvents {
  on?(event: 'exit', listener: () => void): void;
  off?(event: 'exit', listener: () => void): void;
}

export class UnusedFutureCheck {
  readonly #warnings: Warnings;
  readonly #built = new WeakMap<object, BuiltFuture>();
  readonly #unused = new Set<BuiltFuture>();
  readonly #registry = new FinalizationRegistry<BuiltFuture>((built) => {
    if (this.#unused.delete(built)) this.#warn(built);
  });
  readonly #onExit = (): void => {
    for (const built of this.#unused) this.#warn(built);
  };

  constructor(warnings: Warnings) {
    this.#warnings = warnings;
    processEvents.on?.('exit', this.#onExit);
  }

  handle(event: InstrumentationEvent): void {
    if (event.type === 'future-created')
      this.#add(event.future, { name: event.name, site: capturedSiteOf(event.future)?.line });
    else if (event.type === 'task-began') this.#markUsed(event.task.call);
    else if (event.type === 'key-requested' || event.type === 'key-cached' || event.type === 'future-consumed')
      this.#markUsed(event.future);
  }

  stop(): void {
    processEvents.off?.('exit', this.#onExit);
    this.#unused.clear();
  }

  #add(future: object, built: BuiltFuture): void {
    this.#built.set(future, built);
    this.#unused.add(built);
    this.#registry.register(future, built, future);
  }

  #markUsed(future: object | undefined): void {
    const built = future && this.#built.get(future);
    if (!built) return;
    this.#registry.unregister(future);
    this.#unused.delete(built);
  }

  #warn({ name, site }: BuiltFuture): void {
    this.#warnings.warn({
      problem: `a call of ${name} returned a future that was never run`,
      advice:
        'A future is cold: yield it in a task, await it, or subscribe to it. Call .start() if only its effect matters.',
      site,
    });
  }
}

/** Browsers have no process. */
const { process: processEvents = {} } = globalThis as { process?: ProcessEvents };
