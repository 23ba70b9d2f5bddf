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
  local value = redis.call('HGET', flight, name)
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
  if behind ~= '' then
    local nextState, nextDelivery, nextDeaths, nextHolder = read(behind)
    if wanted == 's' then
      if nextState == 's' then
        claimed = tonumber(nextDelivery) + 1
        redis.call('HSET', flight, behind, string.format('c|%d|%s|%s', claimed, nextDeaths, session))
        went[session] = true
      elseif nextState == 'c' and nextHolder == session then
        claimed = tonumber(nextDelivery)
      end
    elseif reply == 1 and state == 'c' and nextState == 'j' then
      redis.call('HSET', flight, behind, 'c|1|0|' .. session)
      went[session] = true
      claimed = 1
      goesOn = '"next":{"flight":' .. cjson.encode(behind) .. ',"session":' .. cjson.encode(session) .. '},'
    elseif reply ~= 1 and nextState == 'c' and nextHolder == session and nextDelivery == '1' then
      claimed = 1
    end
  end

  if reply == 1 then
    messages[#messages + 1] = '{"type":"settled",' .. goesOn .. message
  elseif reply == 3 then
    messages[#messages + 1] = '{"type":"late",' .. message
  end
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
for session in pairs(went) do redis.call('ZADD', beats, replies[1], session) end
return replies
