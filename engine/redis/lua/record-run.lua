-- Puts a run's line into the lists for people, and takes it out of the list of its earlier status.
-- KEYS  1 line (hash) · 2–4 lists of all runs, of its namespace, of its workflow (sorted sets: run → creation, ms)
--       5… one list for each status (sorted sets) · last: changes (stream)
-- ARGV  1 run id · 2 time of creation, ms · 3 number of the status, from 1 · 4 line, JSON
-- Reply 1. Repeat: the same.
local line = KEYS[1]
local id, created, status, json = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]

local before = tonumber(redis.call('HGET', line, 'status') or 0)
-- 'queued' comes from the client that started the run, and may arrive after what its owner said since.
if before > 1 and status == 1 then return 1 end
redis.call('HDEL', line, '') -- a full Redis allows this, and after it the rest
if before > 0 and before ~= status then redis.call('ZREM', KEYS[4 + before], id) end
redis.call('HSET', line, 'status', status, 'line', json)
for list = 2, 4 do redis.call('ZADD', KEYS[list], created, id) end
redis.call('ZADD', KEYS[4 + status], created, id)
if before ~= status then redis.call('XADD', KEYS[#KEYS], 'MAXLEN', '~', 10000, '*', 'line', json) end
return 1
