-- Announces a member (orchestrator or worker) for a while, and forgets those whose time is over.
-- KEYS  1 leases (sorted set: id → end, ms) · 2 infos (hash: id → JSON)
-- ARGV  1 id · 2 time to live, ms · 3 info, JSON
-- Reply 1. Repeat: prolongs again.
local leases, infos = KEYS[1], KEYS[2]
local id, ttl, info = ARGV[1], tonumber(ARGV[2]), ARGV[3]

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local gone = redis.call('ZRANGEBYSCORE', leases, '-inf', now, 'LIMIT', 0, 1000)
redis.call('HDEL', infos, '', unpack(gone)) -- a full Redis allows this, and after it the rest
if #gone > 0 then redis.call('ZREM', leases, unpack(gone)) end
redis.call('ZADD', leases, now + ttl, id)
redis.call('HSET', infos, id, info)
return 1
