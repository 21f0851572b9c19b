/**
 * Tasks and keys that were asked for and never run: a future is cold, and one that nobody subscribes to, awaits or yields
 * does nothing. That is known for sure when it is collected, or when the process ends.
 */
import type { InstrumentationEvent } from '../../scheduler/instrumentation';
import type { Warnings } from './warnings';
import { siteWhere } from '../events/instrumentation-hub';

interface Built {
  readonly name: string;
  /** Read at once: until then V8 keeps with it all that stood on the stack, perhaps the future itself. */
  readonly site: string | undefined;
}

interface Process {
  on?(event: 'exit', listener: () => void): void;
  off?(event: 'exit', listener: () => void): void;
}

export class UnusedFutureCheck {
  readonly #advice: Warnings;
  readonly #built = new WeakMap<object, Built>();
  readonly #idle = new Set<Built>();
  readonly #collected = new FinalizationRegistry<Built>((built) => {
    if (this.#idle.delete(built)) this.#tell(built);
  });
  readonly #atExit = (): void => {
    for (const built of this.#idle) this.#tell(built);
  };

  constructor(advice: Warnings) {
    this.#advice = advice;
    processHere.on?.('exit', this.#atExit);
  }

  note(note: InstrumentationEvent): void {
    if (note.type === 'built') this.#add(note.future, { name: note.name, site: siteWhere(note.future)?.line });
    else if (note.type === 'task-began') this.#ran(note.task.call);
    else if (note.type === 'asked' || note.type === 'recalled' || note.type === 'taken') this.#ran(note.future);
  }

  leave(): void {
    processHere.off?.('exit', this.#atExit);
    this.#idle.clear();
  }

  #add(future: object, built: Built): void {
    this.#built.set(future, built);
    this.#idle.add(built);
    this.#collected.register(future, built, future);
  }

  #ran(future: object | undefined): void {
    const built = future && this.#built.get(future);
    if (!built) return;
    this.#collected.unregister(future);
    this.#idle.delete(built);
  }

  #tell({ name, site }: Built): void {
    this.#advice.warn({
      what: `a call of ${name} gave a future that was never run`,
      how: 'A future is cold: yield it in a task, await it, or subscribe to it. For its effect alone: .start().',
      site,
    });
  }
}

const { process: processHere = {} } = globalThis as { process?: Process };
