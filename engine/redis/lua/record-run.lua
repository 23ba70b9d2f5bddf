-- Puts runs' lines into the lists for people, and takes them out of the lists of their earlier status.
-- KEYS  1 list of all runs (sorted set: run → creation, ms) · 2 such a list of those that wait for somebody · 3… one for each
--       status; then changes (stream), and for each run: its line (hash), the lists of its namespace and of its workflow (sorted
--       sets), ends of its day (hash)
-- ARGV  1 number of statuses · 2 how long ends are kept, ms; then for each run: run id, time of creation in ms, number of the
--       status, from 1, line as JSON, field of the ends of the day ('': it has not ended), nodes that wait for somebody
-- Reply 1. Repeat: the same.
local all, waiting, statuses = KEYS[1], KEYS[2], tonumber(ARGV[1])

redis.call('ZREM', all, '') -- a full Redis allows this, and after it the rest
local changes = KEYS[3 + statuses]
local key = 4 + statuses
for at = 3, #ARGV, 6 do
  local id, created, status, json = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2]), ARGV[at + 3]
  local ended, awaiting = ARGV[at + 4], tonumber(ARGV[at + 5])
  local line = KEYS[key]
  local known = redis.call('HMGET', line, 'status', 'awaiting')
  local before, awaited = tonumber(known[1] or 0), tonumber(known[2] or 0)
  -- 'queued' comes from the client that started the run, and may arrive after what its owner said since.
  if before <= 1 or status ~= 1 then
    redis.call('HSET', line, 'status', status, 'line', json)
    if awaiting ~= awaited then redis.call('HSET', line, 'awaiting', awaiting) end
    local placed = before > 0 and tonumber(redis.call('ZSCORE', all, id) or 0) == tonumber(created)
    if not placed then
      redis.call('ZADD', all, created, id)
      redis.call('ZADD', KEYS[key + 1], created, id)
      redis.call('ZADD', KEYS[key + 2], created, id)
    end
    if before > 0 and before ~= status then redis.call('ZREM', KEYS[2 + before], id) end
    if before ~= status or awaiting ~= awaited then
      redis.call('XADD', changes, 'MAXLEN', '~', 10000, '*', 'line', json)
    end
    if before ~= status or not placed then redis.call('ZADD', KEYS[2 + status], created, id) end
    if awaiting > 0 and (awaited == 0 or not placed) then redis.call('ZADD', waiting, created, id) end
    if awaiting == 0 and awaited > 0 then redis.call('ZREM', waiting, id) end
    if before ~= status and ended ~= '' then
      if redis.call('HINCRBY', KEYS[key + 3], ended, 1) == 1 then redis.call('PEXPIRE', KEYS[key + 3], ARGV[2]) end
    end
  end
  key = key + 4
end
return 1
