-- Notes when a token was used, if it is still there.
-- KEYS  1 tokens (hash: id → JSON) · 2 times of last use (hash: id → ms)
-- ARGV  1 id · 2 time, ms
-- Reply 1 noted; 0 there is no such token. Repeat: the same.
local tokens, uses = KEYS[1], KEYS[2]
local id, at = ARGV[1], ARGV[2]

if redis.call('HEXISTS', tokens, id) == 0 then return 0 end
redis.call('HSET', uses, id, at)
return 1
