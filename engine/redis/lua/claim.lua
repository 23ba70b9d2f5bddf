-- Takes flights for sessions: those that are sent, and those whose session is dead (then one death more).
-- KEYS  1 flight (hash) · 2 beats (sorted set: session → ms) · 3 lease (hash)
-- ARGV  1 silence after which a session is dead, ms · 2 silence of the owner during which nobody is dead, ms
--       then for each item: flight, session
-- Reply {now in ms, then for each item: delivery when granted, 0 when busy, -1 when gone}
-- Repeat: the same session is granted the same delivery again.
local flight, beats, lease = KEYS[1], KEYS[2], KEYS[3]
local silence, gap = tonumber(ARGV[1]), tonumber(ARGV[2])

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local owner = redis.call('HMGET', lease, 'calm', 'renewed')
local calm = tonumber(owner[1] or 0)
-- Without a word from the owner Redis was away perhaps, and nobody could beat.
local judging = now - tonumber(owner[2] or 0) <= gap
local replies = {now}
local beaten = nil
redis.call('HDEL', flight, '') -- a full Redis allows this, and after it the rest

for at = 3, #ARGV, 2 do
  local name, session = ARGV[at], ARGV[at + 1]
  if session ~= beaten then
    redis.call('ZADD', beats, now, session)
    beaten = session
  end
  local value = redis.call('HGET', flight, name)
  local state, delivery, deaths, holder
  if value then state, delivery, deaths, holder = string.match(value, '^(%a)|(%d+)|(%d+)|(.*)$') end

  local reply = -1
  local take = state == 's'
  if state == 'c' or state == 'x' then
    if holder == session then
      reply = tonumber(delivery)
    else
      local beat = tonumber(redis.call('ZSCORE', beats, holder) or 0)
      local dead = judging and now - math.max(beat, calm) > silence
      take = dead and state == 'c'
      if take then deaths = deaths + 1 end
      if not dead then reply = 0 end
    end
  end
  if take then
    reply = tonumber(delivery) + 1
    redis.call('HSET', flight, name, string.format('c|%d|%d|%s', reply, deaths, session))
  end
  replies[#replies + 1] = reply
end
return replies
