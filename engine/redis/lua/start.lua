-- Accepts a run: stores plan and header and tells the shard, unless the run is there already. Refused by a full Redis.
-- KEYS  1 run (string, header JSON) · 2 plan (string, JSON) · 3 live (set of run ids) · 4 inbox (stream) · 5 lease (hash)
-- ARGV  1 run id · 2 header as JSON without its opening brace and without `createdAt` · 3 message, JSON
--       4 plan as JSON, or '' when the caller thinks that it is stored already · 5 '1': also when the shard is full
--       6 bytes of a header that travels with the message, so that the owner need not read it, at most
-- Reply {'started', ''} | {'exists', header as stored} | {'plan', ''} when the plan has to be sent along
--       | {'full', 'runs' or 'memory'}
-- Repeat: 'exists'.
local run, plan, live, inbox, lease = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local id, header, message, planJson, always, most = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], tonumber(ARGV[6])

local stored = redis.call('GET', run)
if stored then return {'exists', stored} end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if always ~= '1' then
  local intake = redis.call('HMGET', lease, 'max_live', 'closed_until')
  local max = tonumber(intake[1] or 0)
  if tonumber(intake[2] or 0) > now then return {'full', 'memory'} end
  if max > 0 and redis.call('SCARD', live) >= max then return {'full', 'runs'} end
end
-- Touched, so that it is not taken for one that nobody needs: remove-idle.lua
if planJson == '' and redis.call('TOUCH', plan) == 0 then return {'plan', ''} end

header = string.format('{"createdAt":%.0f,', now) .. header
redis.call('SET', run, header)
if #header <= most then message = string.sub(message, 1, -2) .. ',"header":' .. header .. '}' end
if planJson ~= '' then redis.call('SETNX', plan, planJson) end
redis.call('SADD', live, id)
redis.call('XADD', inbox, '*', 'm', message)
return {'started', ''}
