-- Takes outcomes: marks the flight done and appends the message in one step, if this delivery holds the claim.
-- Anyone else's outcome is appended as late.
-- KEYS  1 flight (hash) · 2 inbox (stream)
-- ARGV  for each item: flight, delivery, session, message as JSON without its opening brace and without `type`
-- Reply for each item: 1 accepted, 2 already, 3 late
-- Repeat: 2 while the flight is there; once its owner took it away, 3 (a late message more, which changes nothing).
local flight, inbox = KEYS[1], KEYS[2]

local replies, messages = {}, {}
redis.call('HDEL', flight, '') -- a full Redis allows this, and after it the rest
for at = 1, #ARGV, 4 do
  local name, delivery, session, message = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  local value = redis.call('HGET', flight, name)
  local state, held, deaths, holder
  if value then state, held, deaths, holder = string.match(value, '^(%a)|(%d+)|(%d+)|(.*)$') end
  local mine = held == delivery and holder == session

  if mine and state == 'd' then
    replies[#replies + 1] = 2
  elseif mine and (state == 'c' or state == 'x') then
    redis.call('HSET', flight, name, 'd|' .. delivery .. '|' .. deaths .. '|' .. session)
    messages[#messages + 1] = '{"type":"settled",' .. message
    replies[#replies + 1] = 1
  else
    messages[#messages + 1] = '{"type":"late",' .. message
    replies[#replies + 1] = 3
  end
end
-- One entry for all of them: it is read, and takes effect, as a whole.
if #messages > 0 then redis.call('XADD', inbox, '*', 'm', '[' .. table.concat(messages, ',') .. ']') end
return replies
