-- Hands a claim back unworked: the flight is sent again, and no death is counted. One told to stop stays as it is.
-- KEYS  1 flight (hash)
-- ARGV  1 flight · 2 delivery · 3 session
-- Reply 1 handed back, 0 not held. Repeat: 0.
local flight = KEYS[1]
local name, delivery, session = ARGV[1], ARGV[2], ARGV[3]

local value = redis.call('HGET', flight, name)
if not value then return 0 end
local state, held, deaths, holder = string.match(value, '^(%a)|(%d+)|(%d+)|(.*)$')
if state ~= 'c' or held ~= delivery or holder ~= session then return 0 end
redis.call('HDEL', flight, '') -- a full Redis allows this, and after it the rest
redis.call('HSET', flight, name, 's|' .. delivery .. '|' .. deaths .. '|')
return 1
