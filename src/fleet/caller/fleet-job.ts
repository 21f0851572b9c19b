/** A job of a fleet: a started call with an id, by which any process can attach to it. */
import { Job, type StartNext } from '../../pool/api/job';
import type { Call } from '../../pool/api/call';
import type { StartedCall } from './fleet-run';

/**
 * A started call of a function on a fleet.
 *
 * @example
 * const job = fleet.do({ url: new URL('./work.js', import.meta.url), name: 'resize' }, image);
 * const same = fleet.attach(job.id); // here or in another process
 */
export class FleetJob<T> extends Job<T> {
  /** The id of the call in Redis. */
  readonly id: string;
  readonly #started: StartedCall;

  /** @internal */
  constructor(call: Call<T>, startNext: StartNext, started: StartedCall) {
    super(call, startNext);
    this.#started = started;
    this.id = started.id;
  }

  /** Cancels the call wherever it is: in the queue, or on a worker, whose task gets an aborted signal. */
  override cancel(reason?: unknown): void {
    this.#started.cancelReason = reason;
    super.cancel(reason);
  }
}
