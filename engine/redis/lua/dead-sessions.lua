-- Which of these sessions are dead: neither their last beat nor the shard's calm time is recent.
-- KEYS  1 lease (hash) · 2 beats (sorted set: session → ms)
-- ARGV  1 silence after which a session is dead, ms · 2… sessions
-- Reply list of the dead ones
local lease, beats = KEYS[1], KEYS[2]
local silence = tonumber(ARGV[1])

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local calm = tonumber(redis.call('HGET', lease, 'calm') or 0)
local dead = {}
for at = 2, #ARGV do
  local beat = tonumber(redis.call('ZSCORE', beats, ARGV[at]) or 0)
  if now - math.max(beat, calm) > silence then dead[#dead + 1] = ARGV[at] end
end
return dead
