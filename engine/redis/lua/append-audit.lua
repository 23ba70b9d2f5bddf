-- Appends a record to the chain, if the head is as it was seen, and lets go of the oldest beyond the cap.
-- KEYS  1 records (stream: 0-<n> → json, hash) · 2 ends (hash: n, hash, anchor_n, anchor_hash)
-- ARGV  1 n seen (0: none) · 2 hash seen · 3 n of the record · 4 its JSON · 5 its hash · 6 records to keep
-- Reply {1} appended; {0, n, hash} another head is there. Repeat: {0, …} with the repeated record as head.
local records, ends = KEYS[1], KEYS[2]
local seen_n, seen_hash, n, json, hash, keep = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], tonumber(ARGV[6])

local head = redis.call('HMGET', ends, 'n', 'hash')
if not head[1] then
  -- Somebody took the ends away: changes go on to be recorded, and verifying tells.
  local last = redis.call('XREVRANGE', records, '+', '-', 'COUNT', 1)[1]
  head = last and { string.sub(last[1], 3), last[2][4] } or { '0', string.rep('0', 64) }
end
if head[1] ~= seen_n or head[2] ~= seen_hash then return { 0, head[1], head[2] } end
redis.call('XADD', records, '0-' .. n, 'json', json, 'hash', hash)
redis.call('HSET', ends, 'n', n, 'hash', hash)

-- At most 100 each time: a smaller cap takes effect bit by bit.
local excess = math.min(100, redis.call('XLEN', records) - keep)
if excess > 0 then
  local old = redis.call('XRANGE', records, '-', '+', 'COUNT', excess)
  local last = old[#old]
  for _, entry in ipairs(old) do redis.call('XDEL', records, entry[1]) end
  redis.call('HSET', ends, 'anchor_n', string.sub(last[1], 3), 'anchor_hash', last[2][4])
end
return { 1 }
