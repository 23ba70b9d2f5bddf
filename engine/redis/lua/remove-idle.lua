-- Removes keys that nobody has used for a while, all of them or none, and the entry of their run in the set of those that go on.
-- KEYS  1 run (string): a header, which must not be there · 2 live (set of run ids) · 3… keys to remove
-- ARGV  1 run id · 2 seconds that each key must have been idle for · 3 mark of idle-mark.lua, from before they were looked for
-- Reply 1 removed; 0 the run is there, or a key was used since, or Redis saved since: nothing was touched. Repeat: the same.
local run, live = KEYS[1], KEYS[2]
local id, idle, mark = ARGV[1], tonumber(ARGV[2]), ARGV[3]

local function field(section, name) return string.match(redis.call('INFO', section), '\n' .. name .. ':([^\r\n]*)') end
if mark ~= field('server', 'run_id') .. ' ' .. (field('stats', 'total_forks') or '') then return 0 end
if redis.call('EXISTS', run) == 1 then return 0 end
for at = 3, #KEYS do
  -- Redis does not know when it evicts by frequency.
  local since = redis.pcall('OBJECT', 'IDLETIME', KEYS[at])
  if since and (type(since) ~= 'number' or since < idle) then return 0 end
end
redis.call('SREM', live, id)
for at = 3, #KEYS do redis.call('UNLINK', KEYS[at]) end
return 1
