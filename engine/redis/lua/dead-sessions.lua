-- Which of these sessions are dead: neither their last beat nor the shard's calm time is recent, and the owner renews.
-- KEYS  1 lease (hash) · 2 beats (sorted set: session → ms)
-- ARGV  1 silence after which a session is dead, ms · 2 silence of the owner during which nobody is dead, ms · 3… sessions
-- Reply list of the dead ones
local lease, beats = KEYS[1], KEYS[2]
local silence, gap = tonumber(ARGV[1]), tonumber(ARGV[2])

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local owner = redis.call('HMGET', lease, 'calm', 'renewed')
local calm = tonumber(owner[1] or 0)
local dead = {}
if now - tonumber(owner[2] or 0) > gap then return dead end
for at = 3, #ARGV do
  local beat = tonumber(redis.call('ZSCORE', beats, ARGV[at]) or 0)
  if now - math.max(beat, calm) > silence then dead[#dead + 1] = ARGV[at] end
end
return dead
