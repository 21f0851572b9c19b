/** The commands of one caller to Redis about its calls. */
import type { Redis } from 'ioredis';
import { attachToCall, cancelCall, joinKeyedCall, renewReplies } from '../redis/outcome-scripts';
import { outcomeText, type ControlMessage } from '../wire/call-record';
import { splitCallId, type FleetKeys } from '../wire/fleet-keys';
import { inlinePayload } from '../wire/payloads';
import { encodeValue } from '../wire/value-codec';

/** Keys of one command. */
const MAX_KEYS = 1_000;

export class CallCommands {
  constructor(
    private readonly client: Redis,
    private readonly keys: FleetKeys,
    private readonly caller: string,
    private readonly outcomeTtl: number,
  ) {}

  /**
   * Cancels a call that has no outcome, and tells the worker that runs it. Resolves to whether there was such a call.
   *
   * @param isShared whether the call goes on for other callers with the same idempotency key
   */
  async cancel(id: string, reason: unknown, isShared: boolean): Promise<boolean> {
    const [bucket, field] = splitCallId(id);
    const payload = inlinePayload(encodedReason(reason));
    const message: ControlMessage = { type: 'cancel', id, reason: payload };
    const outcome = outcomeText({ kind: 'cancelled', payload, ms: 0 });
    const { replyPrefix, control } = this.keys;
    const others = isShared ? this.caller : '';
    const args = [this.outcomeTtl, replyPrefix, control, JSON.stringify(message), field, id, outcome, others];
    return (await cancelCall.run(this.client, [this.keys.outcomes(bucket)], args)) === 1;
  }

  /** Joins a call by its idempotency key. Resolves to `conflict`, `run`, or the outcome. */
  join(id: string, hashOfArguments: string): Promise<string> {
    const [bucket] = splitCallId(id);
    return joinKeyedCall.run(
      this.client,
      [this.keys.outcomes(bucket)],
      [this.outcomeTtl, hashOfArguments, this.caller],
    );
  }

  /** Makes this caller a receiver of an outcome. Resolves to the outcome, if there is one. */
  attach(id: string): Promise<string | null> {
    const [bucket, field] = splitCallId(id);
    return attachToCall.run(this.client, [this.keys.outcomes(bucket)], [this.outcomeTtl, field, this.caller]);
  }

  /** Grants items to the worker of a stream. The key is the truth; the message only makes it quick. */
  async grant(id: string, total: number, leaseMs: number): Promise<void> {
    const message: ControlMessage = { type: 'credit', id, total };
    await Promise.all([
      this.renewCredit(id, total, leaseMs),
      this.client.publish(this.keys.control, JSON.stringify(message)),
    ]);
  }

  /** Tells the worker of a stream that this caller is alive. */
  async renewCredit(id: string, total: number, leaseMs: number): Promise<void> {
    await this.client.set(this.keys.credit(id), total, 'PX', leaseMs);
  }

  async removeCredit(id: string): Promise<void> {
    await this.client.unlink(this.keys.credit(id));
  }

  /** Makes the stream of replies, and keeps it. */
  async renewReplies(leaseMs: number): Promise<void> {
    await renewReplies.run(this.client, [this.keys.replies(this.caller)], [leaseMs]);
  }

  async removeReplies(): Promise<void> {
    await this.client.unlink(this.keys.replies(this.caller));
  }

  async removeOutcomes(buckets: readonly string[]): Promise<void> {
    for (let start = 0; start < buckets.length; start += MAX_KEYS)
      await this.client.unlink(...buckets.slice(start, start + MAX_KEYS).map((bucket) => this.keys.outcomes(bucket)));
  }
}

/** The reason as it can be sent: a text where the reason itself cannot. */
function encodedReason(reason: unknown): Buffer {
  try {
    return encodeValue('', 'reason', reason);
  } catch {
    return encodeValue('', 'reason', String(reason));
  }
}
