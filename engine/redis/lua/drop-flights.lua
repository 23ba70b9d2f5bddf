-- Drops flights of runs that go on no more, if they stand as they were seen.
-- KEYS  1 flight (hash) · 2 live (set of run ids)
-- ARGV  for each: flight, value seen, run
-- Reply how many were dropped. Repeat: 0.
local flight, live = KEYS[1], KEYS[2]

local dropped = 0
for at = 1, #ARGV, 3 do
  local name, seen, run = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  local goesOn = redis.call('SISMEMBER', live, run) == 1
  if not goesOn and redis.call('HGET', flight, name) == seen then dropped = dropped + redis.call('HDEL', flight, name) end
end
return dropped
