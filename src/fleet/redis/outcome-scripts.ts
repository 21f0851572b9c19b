/**
 * The scripts on the outcomes of calls. The first outcome of a call wins: later ones are not stored, and what is sent to
 * callers is always the stored one. A bucket has one field for each of its calls, `receivers` with further callers that are
 * notified, and `args` with the hash of the arguments of a call with an idempotency key.
 */
import { BATCHED } from '../wire/call-record';
import { RedisScript } from './redis-script';

/** Whether a field holds an outcome: it holds nothing before, or the job of the batch in which the call waits. */
const HAS_OUTCOME = `local function has(field) return field and string.sub(field, 1, 1) ~= '${BATCHED}' end`;

/** Sends fields to the reply streams of the receivers of a bucket. A stream that its caller has removed stays away. */
const NOTIFY = `
local function notify(receivers, prefix, fields)
  if not receivers then return end
  for caller in string.gmatch(receivers, '%S+') do
    redis.call('XADD', prefix .. caller, 'NOMKSTREAM', '*', unpack(fields))
  end
end`;

/**
 * Stores outcomes and sends them to the caller. Keys: the reply stream, and a bucket for each group. Arguments: the time to
 * live in ms, the prefix of reply streams, and for each group its size and then `field, id, outcome` of each call.
 */
export const storeOutcomes = new RedisScript<null>(`
${HAS_OUTCOME}
${NOTIFY}
local ttl, prefix, at, all = ARGV[1], ARGV[2], 3, {}
for b = 2, #KEYS do
  local count = tonumber(ARGV[at])
  local fields, set, notice = {}, {}, {}
  for i = 0, count - 1 do fields[i + 1] = ARGV[at + 1 + 3 * i] end
  fields[count + 1] = 'receivers'
  local held = redis.call('HMGET', KEYS[b], unpack(fields))
  for i = 0, count - 1 do
    local outcome = held[i + 1]
    if not has(outcome) then
      outcome = ARGV[at + 3 + 3 * i]
      set[#set + 1] = fields[i + 1]
      set[#set + 1] = outcome
    end
    notice[#notice + 1] = ARGV[at + 2 + 3 * i]
    notice[#notice + 1] = outcome
  end
  if #set > 0 then redis.call('HSET', KEYS[b], unpack(set)) end
  redis.call('PEXPIRE', KEYS[b], ttl)
  notify(held[count + 1], prefix, notice)
  for i = 1, #notice do all[#all + 1] = notice[i] end
  at = at + 1 + 3 * count
end
redis.call('XADD', KEYS[1], 'NOMKSTREAM', '*', unpack(all))
return nil`);

/**
 * Cancels a call that has no outcome: cancelled is its outcome then, which also keeps later runs from starting. Key: the
 * bucket. Arguments: the time to live, the prefix of reply streams, the control channel, the message for it, the field, the
 * id, the outcome, and the caller, empty if it is the only one. A caller that shares the call with others only leaves it.
 * Returns whether the call was cancelled.
 */
export const cancelCall = new RedisScript<number>(`
${HAS_OUTCOME}
${NOTIFY}
local receivers = redis.call('HGET', KEYS[1], 'receivers')
if receivers then
  local others = {}
  for caller in string.gmatch(receivers, '%S+') do
    if caller ~= ARGV[8] then others[#others + 1] = caller end
  end
  redis.call('HSET', KEYS[1], 'receivers', table.concat(others, ' '))
  if #others > 0 and ARGV[8] ~= '' then return 0 end
end
if has(redis.call('HGET', KEYS[1], ARGV[5])) then return 0 end
redis.call('HSET', KEYS[1], ARGV[5], ARGV[7])
redis.call('PEXPIRE', KEYS[1], ARGV[1])
notify(receivers, ARGV[2], { ARGV[6], ARGV[7] })
redis.call('PUBLISH', ARGV[3], ARGV[4])
return 1`);

/**
 * Joins a call by its idempotency key. Key: the bucket. Arguments: the time to live, the hash of the arguments, the caller.
 * A failed or cancelled outcome is forgotten, so that the call runs again. Returns `conflict`, `run`, or the outcome.
 */
export const joinKeyedCall = new RedisScript<string>(`
local args, outcome, receivers = unpack(redis.call('HMGET', KEYS[1], 'args', '0', 'receivers'))
local kind = outcome and string.sub(outcome, 1, 1)
local isKept = kind == 'v' or kind == 's'
if args and args ~= ARGV[2] and (isKept or (not outcome and receivers and receivers ~= '')) then return 'conflict' end
if isKept then return outcome end
if outcome then
  redis.call('HDEL', KEYS[1], '0')
  receivers = nil
end
redis.call('HSET', KEYS[1], 'args', ARGV[2], 'receivers', (receivers and receivers .. ' ' or '') .. ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 'run'`);

/**
 * Makes a caller a receiver of the outcome of a call. Key: the bucket. Arguments: the time to live, the field, the caller.
 * Returns the outcome, if there is one.
 */
export const attachToCall = new RedisScript<string | null>(`
${HAS_OUTCOME}
local outcome, receivers = unpack(redis.call('HMGET', KEYS[1], ARGV[2], 'receivers'))
if has(outcome) then return outcome end
redis.call('HSET', KEYS[1], 'receivers', (receivers and receivers .. ' ' or '') .. ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return nil`);

/**
 * Asks for the state of calls. Keys: the bucket and the job of each call. Argument for each call: its field. Returns for each
 * call its outcome, `failed` and the number of runs if the engine has given up its job, `pending`, or `unknown`.
 */
export const readCallStates = new RedisScript<string[]>(`
${HAS_OUTCOME}
local states = {}
for i = 1, #ARGV do
  local job = KEYS[2 * i]
  local field = redis.call('HGET', KEYS[2 * i - 1], ARGV[i])
  if has(field) then states[i] = field
  else
    if field then job = string.match(job, '^(.*:)') .. string.sub(field, 2) end
    local finished, reason = unpack(redis.call('HMGET', job, 'finishedOn', 'failedReason'))
    if finished and reason then states[i] = 'failed ' .. (redis.call('HGET', job, 'ats') or 1)
    elseif redis.call('EXISTS', job) == 1 then states[i] = 'pending'
    else states[i] = 'unknown' end
  end
end
return states`);

/**
 * Makes the reply stream of a caller, or renews its lease. Key: the stream. Argument: the lease in ms. Without its stream, a
 * caller gets no replies, so that none are left behind it.
 */
export const renewReplies = new RedisScript<null>(`
if redis.call('EXISTS', KEYS[1]) == 0 then
  redis.call('XADD', KEYS[1], 'MAXLEN', 0, '*', 'made', '1')
end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return nil`);
