-- The members whose announcement stands.
-- KEYS  1 leases (sorted set: id → end, ms) · 2 infos (hash: id → JSON)
-- ARGV  none
-- Reply list of infos, at most 5,000
local leases, infos = KEYS[1], KEYS[2]

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local ids = redis.call('ZRANGEBYSCORE', leases, '(' .. string.format('%.0f', now), '+inf', 'LIMIT', 0, 5000)
if #ids == 0 then return {} end
return redis.call('HMGET', infos, unpack(ids))
