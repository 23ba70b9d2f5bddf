-- Timers that are due by Redis' own clock, soonest first, and the time of the next one after them.
-- KEYS  1 timers (sorted set: timer → due time, ms)
-- ARGV  1 limit
-- Reply {now in ms, time of the next timer that is not due or '', then for each due timer: timer, due time in ms}
local timers = KEYS[1]
local limit = ARGV[1]

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local due = redis.call('ZRANGEBYSCORE', timers, '-inf', now, 'WITHSCORES', 'LIMIT', 0, limit)
local nextOne = redis.call('ZRANGEBYSCORE', timers, '(' .. string.format('%.0f', now), '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
local reply = {now, nextOne[2] or ''}
for at = 1, #due do reply[at + 2] = due[at] end
return reply
