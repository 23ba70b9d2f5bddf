-- Replaces one encrypted secret, if it is still as the caller saw it.
-- KEYS  1 secrets (hash)
-- ARGV  1 field · 2 JSON as seen · 3 new JSON
-- Reply 1 replaced, now or before; 0 it has changed or is gone. Repeat: 1.
local secrets = KEYS[1]
local field, seen, fresh = ARGV[1], ARGV[2], ARGV[3]

local stored = redis.call('HGET', secrets, field)
if stored == fresh then return 1 end
if stored ~= seen then return 0 end
redis.call('HSET', secrets, field, fresh)
return 1
