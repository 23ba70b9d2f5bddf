-- Takes outcomes: marks the flight done and appends the message in one step, if this delivery holds the claim.
-- Anyone else's outcome is appended as late. In this step, too, is claimed what the worker goes on with: a flight joined behind an
-- accepted one that nobody told to stop, or one that is sent, whatever becomes of the outcome.
-- KEYS  1 flight (hash) · 2 inbox (stream) · 3 beats (sorted set: session → ms)
-- ARGV  for each item: flight, delivery, session, message as JSON without its opening brace and without `type`,
--       state that the flight to go on with is to be in (j or s) or '', that flight or ''
-- Reply {time of the claims, ms; for each item: 1 accepted, 2 already, 3 late; delivery of the other if it was claimed, else 0}
-- Repeat: 2 while the flight is there, later 3 (a late message more, which changes nothing); what was claimed, again.
local flight, inbox, beats = KEYS[1], KEYS[2], KEYS[3]

local function read(name)
  local value = name ~= '' and redis.call('HGET', flight, name)
  if value then return string.match(value, '^(%a)|(%d+)|(%d+)|(.*)$') end
end

local replies, messages, went = {0}, {}, {}
redis.call('HDEL', flight, '') -- a full Redis allows this, and after it the rest
for at = 1, #ARGV, 6 do
  local name, delivery, session, message = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  local wanted, behind = ARGV[at + 4], ARGV[at + 5]
  local state, held, deaths, holder = read(name)
  local mine = held == delivery and holder == session
  local reply, claimed = 3, 0
  if mine and state == 'd' then
    reply = 2
  elseif mine and (state == 'c' or state == 'x') then
    redis.call('HSET', flight, name, 'd|' .. delivery .. '|' .. deaths .. '|' .. session)
    reply = 1
  end

  local goesOn = ''
  local nextState, nextDelivery, nextDeaths, nextHolder = read(behind)
  if wanted == 's' and nextState == 's' then
    claimed = tonumber(nextDelivery) + 1
    redis.call('HSET', flight, behind, string.format('c|%d|%s|%s', claimed, nextDeaths, session))
  elseif wanted == 'j' and nextState == 'j' and reply == 1 and state == 'c' then
    claimed = 1
    redis.call('HSET', flight, behind, 'c|1|0|' .. session)
    goesOn = '"next":{"flight":' .. cjson.encode(behind) .. ',"session":' .. cjson.encode(session) .. '},'
  elseif nextState == 'c' and nextHolder == session and (wanted == 's' or (reply ~= 1 and nextDelivery == '1')) then
    claimed = tonumber(nextDelivery)
  end
  went[session] = went[session] or claimed > 0

  local kind = (reply == 1 and '{"type":"settled",' .. goesOn) or (reply == 3 and '{"type":"late",')
  if kind then messages[#messages + 1] = kind .. message end
  replies[#replies + 1] = reply
  replies[#replies + 1] = claimed
end

-- One entry for all of them: it is read, and takes effect, as a whole. Its time is that of the claims.
if #messages > 0 then
  local id = redis.call('XADD', inbox, '*', 'm', '[' .. table.concat(messages, ',') .. ']')
  replies[1] = tonumber(string.match(id, '^%d+'))
else
  local time = redis.call('TIME')
  replies[1] = time[1] * 1000 + math.floor(time[2] / 1000)
end
for session, isAlive in pairs(went) do if isAlive then redis.call('ZADD', beats, replies[1], session) end end
return replies
