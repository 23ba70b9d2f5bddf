-- Gives a lease back, so that another may take it at once.
-- KEYS  1 lease (hash)
-- ARGV  1 token
-- Reply 1 given back, 0 not held (any more). Repeat: 0.
local lease = KEYS[1]
local token = ARGV[1]

if redis.call('HGET', lease, 'token') ~= token then return 0 end
redis.call('HDEL', lease, 'token')
redis.call('HSET', lease, 'until', 0)
return 1
