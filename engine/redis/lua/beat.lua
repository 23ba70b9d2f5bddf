-- Says that a session lives, and names those of its claims that it should stop.
-- KEYS  1 flight (hash) · 2 beats (sorted set: session → ms)
-- ARGV  1 session · then for each claim: flight, delivery
-- Reply list of flights that this delivery no longer holds, or holds and is told to stop. Repeat: the same, newer.
local flight, beats = KEYS[1], KEYS[2]
local session = ARGV[1]

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HDEL', flight, '') -- a full Redis allows this, and after it the rest
redis.call('ZADD', beats, now, session)

local stop = {}
for at = 2, #ARGV, 2 do
  local value = redis.call('HGET', flight, ARGV[at])
  local state, delivery, holder
  if value then state, delivery, holder = string.match(value, '^(%a)|(%d+)|%d+|(.*)$') end
  local mine = delivery == ARGV[at + 1] and holder == session
  if not (mine and (state == 'c' or state == 'd')) then stop[#stop + 1] = ARGV[at] end
end
return stop
