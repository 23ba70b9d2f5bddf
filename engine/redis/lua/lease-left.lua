-- How long a shard's lease keeps the asker from taking it.
-- KEYS  1 lease (hash)
-- ARGV  1 owner
-- Reply ms; 0: it may be taken now
local lease = KEYS[1]
local owner = ARGV[1]

local held = redis.call('HMGET', lease, 'owner', 'token', 'until')
if not held[2] or held[1] == owner then return 0 end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
return math.max(0, tonumber(held[3]) - now)
