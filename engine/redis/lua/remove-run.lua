-- Removes keys of a run, unless the run is live: it may have been taken up again.
-- KEYS  1 live (set of run ids) · 2 removing (set of run ids) · 3… keys to remove
-- ARGV  1 run id · 2 'begin': the run is being removed from now on, 'go on', or 'end': all of it is gone
-- Reply 1 removed; 0 the run is live, nothing was touched. Repeat: the same.
local live, removing = KEYS[1], KEYS[2]
local id, step = ARGV[1], ARGV[2]

if redis.call('SISMEMBER', live, id) == 1 then
  redis.call('SREM', removing, id)
  return 0
end
for at = 3, #KEYS do redis.call('UNLINK', KEYS[at]) end
if step == 'begin' then redis.call('SADD', removing, id) end
if step == 'end' then redis.call('SREM', removing, id) end
return 1
