-- Takes a shard's lease when nobody holds it, when it has run out, or when the asker holds it already.
-- KEYS  1 lease (hash)
-- ARGV  1 owner · 2 random part of the token · 3 time to live, ms
-- Reply {token, n, cursor}, or nil when another holds it.
-- Repeat: gives the same owner another token; the earlier one no longer stands.
local lease = KEYS[1]
local owner, random, ttl = ARGV[1], ARGV[2], tonumber(ARGV[3])

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local held = redis.call('HMGET', lease, 'owner', 'token', 'until', 'epoch', 'n', 'cursor')
local free = not held[2] or tonumber(held[3]) <= now
if not free and held[1] ~= owner then return nil end

local epoch = tonumber(held[4] or 0) + 1
local token = string.format('%d-%s', epoch, random)
local n, cursor = held[5] or '0', held[6] or '0-0'
redis.call('HDEL', lease, '') -- a full Redis allows this, and after it the rest
redis.call('HSET', lease, 'owner', owner, 'token', token, 'until', now + ttl, 'epoch', epoch,
  'calm', now, 'renewed', now, 'n', n, 'cursor', cursor)
return {token, n, cursor}
