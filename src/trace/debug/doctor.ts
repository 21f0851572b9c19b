/**
 * The doctor looks on while debugging is on, and warns of what defeats batching: once for each place, with the place.
 */
import type { InstrumentationEvent } from '../../scheduler/instrumentation';
import { Warnings } from './warnings';
import { RecreatedBatchCheck } from './recreated-batch-check';
import { SequentialLoadCheck } from './sequential-load-check';
import { UnusedFutureCheck } from './unused-future-check';
import { adviseOnOrder } from './result-order-check';
import { TaskBodyCheck } from './task-body-check';

export class Doctor {
  readonly #advice = new Warnings();
  readonly #neverRun = new UnusedFutureCheck(this.#advice);
  readonly #loops = new SequentialLoadCheck(this.#advice);
  readonly #functions = new RecreatedBatchCheck(this.#advice);
  readonly #bodies = new TaskBodyCheck(this.#advice);

  note(note: InstrumentationEvent): void {
    this.#neverRun.note(note);
    this.#loops.note(note);
    this.#bodies.note(note);
    if (note.type === 'made') this.#functions.made(note.name, note.by);
    if (note.type === 'resolved') adviseOnOrder(note, this.#advice);
  }

  leave(): void {
    this.#neverRun.leave();
  }
}
