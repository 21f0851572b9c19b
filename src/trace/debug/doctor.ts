/** The doctor runs while debugging is on, and warns of code that defeats batching: once for each call site. */
import type { InstrumentationEvent } from '../../scheduler/instrumentation';
import { Warnings } from './warnings';
import { RecreatedBatchCheck } from './recreated-batch-check';
import { SequentialLoadCheck } from './sequential-load-check';
import { UnusedFutureCheck } from './unused-future-check';
import { checkResultOrder } from './result-order-check';
import { TaskBodyCheck } from './task-body-check';

export class Doctor {
  readonly #warnings = new Warnings();
  readonly #unusedFutures = new UnusedFutureCheck(this.#warnings);
  readonly #sequentialLoads = new SequentialLoadCheck(this.#warnings);
  readonly #recreatedBatches = new RecreatedBatchCheck(this.#warnings);
  readonly #taskBodies = new TaskBodyCheck(this.#warnings);

  handle(event: InstrumentationEvent): void {
    this.#unusedFutures.handle(event);
    this.#sequentialLoads.handle(event);
    this.#taskBodies.handle(event);
    if (event.type === 'batch-function-created') this.#recreatedBatches.handle(event.name, event.by);
    if (event.type === 'batch-resolved') checkResultOrder(event, this.#warnings);
  }

  stop(): void {
    this.#unusedFutures.stop();
  }
}
