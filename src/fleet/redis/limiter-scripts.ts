/**
 * The scripts of limits across a fleet, on the clock of Redis. Permits and waiters are leases: those of a dead process end by
 * themselves. Every waiter that may start is woken at each release, because a wake-up of the first one alone is lost if two
 * permits are released at once.
 */
import { RedisScript } from './redis-script';

const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000`;

/**
 * Asks for a permit. Keys: the permits, the waiters with their tickets, their leases, and the time of the rate. Arguments: the
 * id, the lease in ms, the concurrency, the ms between two starts, and the burst; 0 stands for no bound. Returns 0 if the
 * permit is granted, or else the ms after which to ask again, at most the lease.
 */
export const acquirePermit = new RedisScript<number>(`
${NOW}
local id, lease, concurrency, interval, burst = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
for _, dead in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', now)) do
  redis.call('ZREM', KEYS[2], dead)
  redis.call('ZREM', KEYS[3], dead)
end
if not redis.call('ZSCORE', KEYS[2], id) then
  local last = redis.call('ZRANGE', KEYS[2], -1, -1, 'WITHSCORES')
  redis.call('ZADD', KEYS[2], (last[2] or 0) + 1, id)
end
redis.call('ZADD', KEYS[3], now + lease, id)
local rank = redis.call('ZRANK', KEYS[2], id)
local wait = 0
if concurrency > 0 and redis.call('ZCARD', KEYS[1]) + rank >= concurrency then wait = lease end
if interval > 0 then
  local due = tonumber(redis.call('GET', KEYS[4]) or now)
  if due < now then due = now end
  local start = due + rank * interval - (burst - 1) * interval
  if start > now then wait = math.max(wait, start - now) end
  if wait == 0 then redis.call('SET', KEYS[4], due + interval, 'PX', math.ceil(due + interval - now + lease)) end
end
for i = 2, 3 do redis.call('PEXPIRE', KEYS[i], lease * 2) end
if wait > 0 then return math.ceil(math.min(wait, lease)) end
redis.call('ZREM', KEYS[2], id)
redis.call('ZREM', KEYS[3], id)
redis.call('ZADD', KEYS[1], now + lease, id)
redis.call('PEXPIRE', KEYS[1], lease * 2)
return 0`);

/** Renews the lease of a permit. Key: the permits. Arguments: the id and the lease in ms. Returns 0 if the lease had ended. */
export const renewPermit = new RedisScript<number>(`
${NOW}
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 0 end
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2] * 2)
return 1`);

/** Gives back a permit, or the place of a waiter. Keys: the permits, the waiters, their leases. Arguments: the id, a channel, the key. */
export const releasePermit = new RedisScript<null>(`
for i = 1, 3 do redis.call('ZREM', KEYS[i], ARGV[1]) end
redis.call('PUBLISH', ARGV[2], ARGV[3])
return nil`);
