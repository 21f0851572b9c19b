/**
 * The members of a queue, callers and workers, renew a lease in Redis and so learn of each other. Leases end by the clock of
 * Redis, so the clocks of machines may differ.
 */
import type { Redis } from 'ioredis';
import { RedisScript } from './redis-script';

/** A member that has not renewed its lease for this number of heartbeats is dead. */
const LEASE_IN_HEARTBEATS = 3;

export interface FleetMember {
  readonly role: 'caller' | 'worker';
  readonly build: string;
  readonly id: string;
  /** Number of calls that a worker runs at a time. */
  readonly slots: number;
}

const textOf = ({ role, build, id, slots }: FleetMember): string => [role, build, id, slots].join(' ');

function memberOf(text: string): FleetMember {
  const [role, build = '', id = '', slots] = text.split(' ');
  return { role: role === 'worker' ? 'worker' : 'caller', build, id, slots: Number(slots) };
}

/** Key: the members. Arguments: the lease in ms, and the member, or an empty text to read only. Returns all live members. */
const renewLease = new RedisScript<string[]>(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if ARGV[2] ~= '' then
  redis.call('ZADD', KEYS[1], now + ARGV[1], ARGV[2])
  redis.call('PEXPIRE', KEYS[1], 2 * ARGV[1])
end
return redis.call('ZRANGE', KEYS[1], 0, -1)`);

export class Membership {
  /** The members at the last heartbeat, this one included. */
  members: readonly FleetMember[] = [];
  readonly #text: string;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(
    private readonly client: Redis,
    private readonly key: string,
    private readonly member: FleetMember,
    private readonly heartbeatMs: number,
  ) {
    this.#text = textOf(member);
  }

  /** The lease of a member in ms. */
  get leaseMs(): number {
    return this.heartbeatMs * LEASE_IN_HEARTBEATS;
  }

  /** The workers of the build of this member. */
  get workers(): readonly FleetMember[] {
    return this.members.filter(({ role, build }) => role === 'worker' && build === this.member.build);
  }

  /** @param onBeat called after each heartbeat that has reached Redis */
  start(onBeat: () => void): void {
    const beat = async (): Promise<void> => {
      try {
        const texts = await renewLease.run(this.client, [this.key], [this.leaseMs, this.#text]);
        if (this.#isOver) return;
        this.members = texts.map(memberOf);
        onBeat();
      } catch {
        // The next heartbeat tries again.
      }
      if (!this.#isOver) this.#timer = setTimeout(() => void beat(), this.heartbeatMs).unref();
    };
    void beat();
  }

  stop(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  /** Ends the lease. Returns the members that are left. */
  async leave(): Promise<readonly FleetMember[]> {
    this.stop();
    await this.client.zrem(this.key, this.#text);
    return (await renewLease.run(this.client, [this.key], [this.leaseMs, ''])).map(memberOf);
  }
}
