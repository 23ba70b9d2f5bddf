-- Prolongs a lease whose token stands, however late. After a gap the sessions' calm time starts anew.
-- KEYS  1 lease (hash) · 2 beats (sorted set: session → ms)
-- ARGV  1 token · 2 time to live, ms · 3 gap that restarts the calm time, ms · 4 age at which beats are forgotten, ms
-- Reply number of the last stored commit, or -1 when the lease is lost. Repeat: prolongs again.
local lease, beats = KEYS[1], KEYS[2]
local token, ttl, gap, forget = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])

local held = redis.call('HMGET', lease, 'token', 'renewed', 'n')
if held[1] ~= token then return -1 end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
-- Also the first write, which a full Redis allows. A forgotten session counts as never seen: dead, as it was.
redis.call('ZREMRANGEBYSCORE', beats, '-inf', now - forget)
if now - tonumber(held[2]) > gap then redis.call('HSET', lease, 'calm', now) end
redis.call('HSET', lease, 'until', now + ttl, 'renewed', now)
return tonumber(held[3])
