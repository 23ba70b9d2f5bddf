-- Stores or removes one workflow's definition with its line and its subscriptions, if nobody else has changed it meanwhile.
-- KEYS  1 definition (hash: revision, json) · 2 lines (hash) · 3 subscriptions (hash) · 4 count of changes (string)
-- ARGV  1 revision that must be stored ('0': none) · 2 revision to store · 3 definition, JSON ('' removes it) · 4 field of the line
--       5 line, JSON · 6 prefix of the fields of its subscriptions · then each subscription: field, JSON
-- Reply 1 stored; 0 another revision is there. Repeat: 0.
local definition, lines, subscriptions, changes = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local expected, revision, json, field, line, prefix = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]

if (redis.call('HGET', definition, 'revision') or '0') ~= expected then return 0 end
for _, name in ipairs(redis.call('HKEYS', subscriptions)) do
  if string.sub(name, 1, #prefix) == prefix then redis.call('HDEL', subscriptions, name) end
end
redis.call('INCR', changes)
if json == '' then
  redis.call('DEL', definition)
  redis.call('HDEL', lines, field)
  return 1
end
redis.call('HSET', definition, 'revision', revision, 'json', json)
redis.call('HSET', lines, field, line)
for at = 7, #ARGV, 2 do redis.call('HSET', subscriptions, ARGV[at], ARGV[at + 1]) end
return 1
