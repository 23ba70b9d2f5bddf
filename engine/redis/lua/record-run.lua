-- Puts runs' lines into the lists for people, and takes them out of the lists of their earlier status.
-- KEYS  1 list of all runs (sorted set: run → creation, ms) · 2… one such list for each status
--       then changes (stream), and for each run: its line (hash), the lists of its namespace and of its workflow (sorted sets),
--       ends of its day (hash)
-- ARGV  1 number of statuses · 2 how long ends are kept, ms; then for each run: run id, time of creation in ms, number of the
--       status, from 1, line as JSON, field of the ends of the day ('': it has not ended)
-- Reply 1. Repeat: the same.
local all, statuses = KEYS[1], tonumber(ARGV[1])

redis.call('ZREM', all, '') -- a full Redis allows this, and after it the rest
local changes = KEYS[2 + statuses]
local key = 3 + statuses
for at = 3, #ARGV, 5 do
  local id, created, status, json = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2]), ARGV[at + 3]
  local ended = ARGV[at + 4]
  local line = KEYS[key]
  local before = tonumber(redis.call('HGET', line, 'status') or 0)
  -- 'queued' comes from the client that started the run, and may arrive after what its owner said since.
  if before <= 1 or status ~= 1 then
    redis.call('HSET', line, 'status', status, 'line', json)
    local placed = before > 0 and tonumber(redis.call('ZSCORE', all, id) or 0) == tonumber(created)
    if not placed then
      redis.call('ZADD', all, created, id)
      redis.call('ZADD', KEYS[key + 1], created, id)
      redis.call('ZADD', KEYS[key + 2], created, id)
    end
    if before > 0 and before ~= status then redis.call('ZREM', KEYS[1 + before], id) end
    if before ~= status then redis.call('XADD', changes, 'MAXLEN', '~', 10000, '*', 'line', json) end
    if before ~= status or not placed then redis.call('ZADD', KEYS[1 + status], created, id) end
    if before ~= status and ended ~= '' then
      if redis.call('HINCRBY', KEYS[key + 3], ended, 1) == 1 then redis.call('PEXPIRE', KEYS[key + 3], ARGV[2]) end
    end
  end
  key = key + 4
end
return 1
