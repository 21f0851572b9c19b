/**
 * The outcome writer stores outcomes and sends them to their callers: those of one turn together, as one step of Redis. A job
 * ends only after its outcomes are stored, so a worker without Redis keeps them and tries again.
 */
import type { Redis } from 'ioredis';
import { storeOutcomes } from '../redis/outcome-scripts';
import { splitCallId, type FleetKeys } from '../wire/fleet-keys';

const RETRY_MS = 250;
/** Outcomes of one script: Lua passes the fields of a command on its stack. */
const MAX_OUTCOMES = 500;

interface PendingOutcome {
  readonly id: string;
  readonly text: string;
  readonly resolve: () => void;
}

export class OutcomeWriter {
  readonly #pending = new Map<string, PendingOutcome[]>();
  #isOver = false;

  constructor(
    private readonly client: Redis,
    private readonly keys: FleetKeys,
    private readonly outcomeTtl: number,
  ) {}

  /** Resolves when the outcome is stored, or another one was stored before. */
  write(caller: string, id: string, text: string): Promise<void> {
    if (this.#pending.size === 0) queueMicrotask(() => this.#flush());
    return new Promise((resolve) => {
      const outcomes = this.#pending.get(caller) ?? [];
      this.#pending.set(caller, outcomes);
      outcomes.push({ id, text, resolve });
    });
  }

  /** Gives up what cannot be stored: another worker runs the jobs again. */
  stop(): void {
    this.#isOver = true;
  }

  #flush(): void {
    for (const [caller, outcomes] of this.#pending)
      for (let start = 0; start < outcomes.length; start += MAX_OUTCOMES)
        void this.#store(caller, outcomes.slice(start, start + MAX_OUTCOMES));
    this.#pending.clear();
  }

  async #store(caller: string, outcomes: readonly PendingOutcome[]): Promise<void> {
    const buckets = new Map<string, string[]>();
    for (const { id, text } of outcomes) {
      const [bucket, field] = splitCallId(id);
      const fields = buckets.get(bucket) ?? [];
      buckets.set(bucket, fields);
      fields.push(field, id, text);
    }
    const keys = [this.keys.replies(caller), ...[...buckets.keys()].map((bucket) => this.keys.outcomes(bucket))];
    const args = [...buckets.values()].flatMap((fields) => [fields.length / 3, ...fields]);
    while (!this.#isOver) {
      try {
        await storeOutcomes.run(this.client, keys, [this.outcomeTtl, this.keys.replyPrefix, ...args]);
        break;
      } catch {
        // Redis is full, or the connection was lost.
        await new Promise((retry) => setTimeout(retry, RETRY_MS));
      }
    }
    for (const { resolve } of outcomes) resolve();
  }
}
