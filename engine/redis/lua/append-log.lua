-- Appends a batch of lines to an attempt's log. Entry ids are `0-<line number>`, without gaps, so that readers can
-- tell how many of the oldest lines were dropped.
-- KEYS  1 log (stream: fields s stream letter, a ms, t text, c bytes of text up to and with this line; the last line of a batch
--         also b)
-- ARGV  1 name of the batch, unique · 2 lines to keep · 3 bytes of text to keep · then for each line: stream letter, ms, text
-- Reply count of lines appended. Repeat at once: 0, since the last entry bears the batch's name.
local log = KEYS[1]
local batch, keep, keep_bytes = ARGV[1], ARGV[2], tonumber(ARGV[3])

local function field(entry, name)
  local fields = entry[2]
  for at = 1, #fields, 2 do
    if fields[at] == name then return fields[at + 1] end
  end
end

local number, bytes = 0, 0
local newest = redis.call('XREVRANGE', log, '+', '-', 'COUNT', 1)[1]
if newest then
  if field(newest, 'b') == batch then return 0 end
  number = tonumber(string.match(newest[1], '%-(%d+)$'))
  -- An older build did not count bytes: what it wrote weighs nothing.
  bytes = tonumber(field(newest, 'c') or '0')
end
local count = (#ARGV - 3) / 3
for line = 1, count do
  local at = 3 * line + 1
  local id = string.format('0-%d', number + line)
  bytes = bytes + #ARGV[at + 2]
  local c = string.format('%d', bytes)
  if line < count then
    redis.call('XADD', log, id, 's', ARGV[at], 'a', ARGV[at + 1], 't', ARGV[at + 2], 'c', c)
  else
    redis.call('XADD', log, id, 's', ARGV[at], 'a', ARGV[at + 1], 't', ARGV[at + 2], 'c', c, 'b', batch)
  end
end
redis.call('XTRIM', log, 'MAXLEN', keep)

-- The oldest lines go until the rest fits; this batch stays whatever its size.
local function is_excess(entry)
  if not entry or tonumber(string.match(entry[1], '%-(%d+)$')) > number then return false end
  return bytes - tonumber(field(entry, 'c') or '0') + #field(entry, 't') > keep_bytes
end
if bytes > keep_bytes then
  local oldest = redis.call('XRANGE', log, '-', '+', 'COUNT', 1)[1]
  while is_excess(oldest) do
    local cut = oldest
    for _, entry in ipairs(redis.call('XRANGE', log, '-', '+', 'COUNT', 250)) do
      if not is_excess(entry) then break end
      cut = entry
    end
    local after = tonumber(string.match(cut[1], '%-(%d+)$')) + 1
    redis.call('XTRIM', log, 'MINID', string.format('0-%d', after))
    oldest = redis.call('XRANGE', log, '-', '+', 'COUNT', 1)[1]
  end
end
return count
