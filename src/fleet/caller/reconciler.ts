/**
 * The reconciler asks Redis for the state of calls that have been silent: a reply may have been lost with its stream, and a job
 * with the data of a server. A job that is lost is added again; its id makes a second one impossible.
 */
import type { Redis } from 'ioredis';
import { readCallStates } from '../redis/outcome-scripts';
import { parseOutcome, type OutcomeRecord } from '../wire/call-record';
import { StalledCallError, UnknownCallError } from '../wire/fleet-errors';
import { splitCallId, type FleetKeys } from '../wire/fleet-keys';
import type { CallRegistry, TrackedCall } from './call-registry';

/** ms of silence after which a call is asked for. */
const SILENCE_MS = 2_000;
/** Calls of one request. */
const MAX_CALLS = 500;

export interface ReconcilerListener {
  /** Called with a call whose job is lost. */
  sendAgain(call: TrackedCall): void;
  /** Called with an outcome whose reply is lost. */
  settle(id: string, outcome: OutcomeRecord): void;
}

export class Reconciler {
  #isRunning = false;

  constructor(
    private readonly client: Redis,
    private readonly keys: FleetKeys,
    private readonly registry: CallRegistry,
    private readonly listener: ReconcilerListener,
  ) {}

  /** Asks for all silent calls. Does nothing while an earlier round runs. */
  async reconcile(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      const before = Date.now() - SILENCE_MS;
      const silent = this.registry.calls().filter((call) => isSilent(call, before));
      for (let start = 0; start < silent.length; start += MAX_CALLS)
        await this.#ask(silent.slice(start, start + MAX_CALLS));
    } finally {
      this.#isRunning = false;
    }
  }

  async #ask(calls: readonly TrackedCall[]): Promise<void> {
    const parts = calls.map(({ id }) => splitCallId(id));
    const keys = parts.flatMap(([bucket], index) => [
      this.keys.outcomes(bucket),
      this.keys.job(calls[index]?.id ?? ''),
    ]);
    const states = await readCallStates.run(
      this.client,
      keys,
      parts.map(([, field]) => field),
    );
    const now = Date.now();
    calls.forEach((call, index) => {
      for (const run of call.runs) run.knownAt = now;
      this.#take(call, states[index] ?? '');
    });
  }

  #take(call: TrackedCall, state: string): void {
    const outcome = parseOutcome(/^(failed|pending|unknown)/.test(state) ? undefined : state);
    const wasUnknown = call.wasUnknown;
    call.wasUnknown = state === 'unknown';
    if (outcome) this.listener.settle(call.id, outcome);
    else if (state.startsWith('failed'))
      fail(call, (task) => new StalledCallError(task, Number(state.slice('failed '.length))));
    else if (call.wasUnknown && call.record) this.listener.sendAgain(call);
    // The job of an attached call may be about to be added.
    else if (call.wasUnknown && wasUnknown && call.kind === 'attached') fail(call, () => new UnknownCallError(call.id));
  }
}

/** A call of this process that waits for its arguments to be stored is not silent. */
const isSilent = ({ runs, kind, record }: TrackedCall, before: number): boolean =>
  (kind === 'attached' || record !== undefined) && [...runs].every(({ knownAt }) => knownAt < before);

function fail(call: TrackedCall, errorFor: (task: string) => Error): void {
  for (const run of [...call.runs]) run.fail(errorFor(run.name));
}
