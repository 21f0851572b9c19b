/** A job of a fleet: a started call with an id, by which any process can attach to it. */
import type { Call } from '../../pool/api/call';
import { Job, type StartNext } from '../../pool/api/job';

/**
 * A started call of a function on a fleet. `cancel(reason)` cancels it wherever it is: in the queue, or on a worker, whose
 * task finds the reason in its signal.
 *
 * @example
 * const job = fleet.do({ url: new URL('./work.js', import.meta.url), name: 'resize' }, image);
 * const same = fleet.attach(job.id); // here or in another process
 */
export class FleetJob<T> extends Job<T> {
  /** @internal */
  constructor(
    call: Call<T>,
    startNext: StartNext,
    /** The id of the call in Redis. */
    readonly id: string,
  ) {
    super(call, startNext);
  }
}
