/** The default store of large payloads: keys of their own in Redis. */
import type { Redis } from 'ioredis';
import type { FleetKeys } from '../wire/fleet-keys';
import type { PayloadStore } from '../wire/payloads';

export class RedisPayloadStore implements PayloadStore {
  constructor(
    private readonly client: Redis,
    private readonly keys: FleetKeys,
  ) {}

  async put(name: string, bytes: Uint8Array, ttl: number): Promise<void> {
    await this.client.set(this.keys.payload(name), Buffer.from(bytes), 'PX', Math.ceil(ttl));
  }

  async get(name: string): Promise<Uint8Array | undefined> {
    return (await this.client.getBuffer(this.keys.payload(name))) ?? undefined;
  }

  async delete(name: string): Promise<void> {
    await this.client.unlink(this.keys.payload(name));
  }
}
