-- Appends a batch of lines to an attempt's log. Entry ids are `0-<line number>`, without gaps, so that readers can
-- tell how many of the oldest lines were dropped.
-- KEYS  1 log (stream: fields s stream letter, a ms, t text; the last line of a batch also b)
-- ARGV  1 name of the batch, unique · 2 lines to keep · then for each line: stream letter, ms, text
-- Reply count of lines appended. Repeat at once: 0, since the last entry bears the batch's name.
local log = KEYS[1]
local batch, keep = ARGV[1], ARGV[2]

local number = 0
local newest = redis.call('XREVRANGE', log, '+', '-', 'COUNT', 1)[1]
if newest then
  if newest[2][8] == batch then return 0 end
  number = tonumber(string.match(newest[1], '%-(%d+)$'))
end
local count = (#ARGV - 2) / 3
for line = 1, count do
  local at = 3 * line
  local id = string.format('0-%d', number + line)
  if line < count then
    redis.call('XADD', log, id, 's', ARGV[at], 'a', ARGV[at + 1], 't', ARGV[at + 2])
  else
    redis.call('XADD', log, id, 's', ARGV[at], 'a', ARGV[at + 1], 't', ARGV[at + 2], 'b', batch)
  end
end
redis.call('XTRIM', log, 'MAXLEN', keep)
return count
