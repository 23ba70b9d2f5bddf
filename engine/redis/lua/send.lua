-- Appends messages to a shard's inbox. Also in a full Redis, so that a run can still be cancelled.
-- KEYS  1 inbox (stream)
-- ARGV  messages, JSON
-- Reply for each message: its id. Repeat: appends again; messages are idempotent by contract.
local inbox = KEYS[1]

local ids = {}
redis.call('XTRIM', inbox, 'MINID', '=', '0-0') -- removes nothing; a full Redis allows it, and after it the rest
for at = 1, #ARGV do ids[at] = redis.call('XADD', inbox, '*', 'm', ARGV[at]) end
return ids
