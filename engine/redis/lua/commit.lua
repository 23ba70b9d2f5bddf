-- Stores one commit of a shard's owner, all or nothing: checks first, then writes what it is told, without thinking.
-- KEYS  1 lease (hash) · 2 inbox (stream) · 3 flight (hash) · 4… keys of the writes
-- ARGV  1 token · 2 n, number of this commit · 3 cursor, or '' to leave it · 4 oldest inbox id to keep
--       5 a packed list: count of runs that must be there, then the index of each one's key in KEYS; count of expected flights, then for each: flight, value seen ('' for absent);
--         then for each write: index of its key in KEYS, command, count of arguments, arguments
-- Reply 'ok' | 'fenced' | 'diverged' | {'conflict', flight, value ('' for absent), …} naming those that differ
-- Repeat: 'ok' without writing, since n is stored.
local lease, inbox, flight = KEYS[1], KEYS[2], KEYS[3]
local token, n, cursor, keep = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]
local list = cmsgpack.unpack(ARGV[5])
local required = tonumber(list[1])
local at, expected = required + 3, tonumber(list[required + 2])

local held = redis.call('HMGET', lease, 'token', 'n')
if held[1] ~= token then return 'fenced' end
local stored = tonumber(held[2])
if stored == n then return 'ok' end
if stored + 1 ~= n then return 'diverged' end

for i = 2, required + 1 do
  if redis.call('EXISTS', KEYS[tonumber(list[i])]) == 0 then return 'diverged' end
end

local conflict = {'conflict'}
for _ = 1, expected do
  local value = redis.call('HGET', flight, list[at]) or ''
  if value ~= list[at + 1] then
    conflict[#conflict + 1] = list[at]
    conflict[#conflict + 1] = value
  end
  at = at + 2
end
if #conflict > 1 then return conflict end

redis.call('XTRIM', inbox, 'MINID', '=', keep) -- first, since a full Redis allows it, and after it the rest
if cursor == '' then
  redis.call('HSET', lease, 'n', n)
else
  redis.call('HSET', lease, 'n', n, 'cursor', cursor)
end
local total = #list
while at <= total do
  local last = at + 2 + tonumber(list[at + 2])
  redis.call(list[at + 1], KEYS[tonumber(list[at])], unpack(list, at + 3, last))
  at = last + 1
end
return 'ok'
