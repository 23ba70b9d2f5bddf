-- Says how many runs a shard takes in. The token must stand; otherwise nothing happens.
-- KEYS  1 lease (hash)
-- ARGV  1 token · 2 runs that may be live, 0 for no limit · 3 time from now for which none is taken, ms
-- Reply 1 said; 0 the lease is lost. Repeat: says it again.
local lease = KEYS[1]
local token, maxLive, closedMs = ARGV[1], ARGV[2], tonumber(ARGV[3])

if redis.call('HGET', lease, 'token') ~= token then return 0 end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HDEL', lease, '') -- a full Redis allows this, and after it the rest
redis.call('HSET', lease, 'max_live', maxLive, 'closed_until', closedMs > 0 and now + closedMs or 0)
return 1
