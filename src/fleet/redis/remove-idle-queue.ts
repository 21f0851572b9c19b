/** The last member of a build removes what BullMQ keeps of an idle queue. A queue with jobs stays: they wait for a worker. */
import { RedisScript } from './redis-script';
import type { Redis } from 'ioredis';
import type { FleetKeys } from '../wire/fleet-keys';

/** Keys: the lists and sets with jobs first, and then the rest. Argument: the number of the former. */
const removeIfIdle = new RedisScript<number>(`
for i = 1, tonumber(ARGV[1]) do
  if redis.call('EXISTS', KEYS[i]) == 1 then return 0 end
end
for i = tonumber(ARGV[1]) + 1, #KEYS do redis.call('UNLINK', KEYS[i]) end
return 1`);

const WITH_JOBS = ['wait', 'paused', 'active', 'delayed', 'prioritized', 'waiting-children', 'failed', 'completed'];
const WITHOUT_JOBS = ['events', 'id', 'meta', 'marker', 'stalled', 'stalled-check', 'limiter', 'pc'];

export async function removeIdleQueue(client: Redis, keys: FleetKeys): Promise<void> {
  const all = [...WITH_JOBS, ...WITHOUT_JOBS].map((name) => keys.job(name));
  await removeIfIdle.run(client, all, [WITH_JOBS.length]);
}
