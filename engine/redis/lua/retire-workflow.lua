-- Removes a workflow as it was started last, once nothing has referred to it for a while; notes when that began to be so.
-- KEYS  1 workflow (hash)
-- ARGV  1 ms for which nothing must have referred to it · 2 '1': only look
-- Reply 1 removed, or it would be; 0 it stays. Repeat: 0.
local workflow = KEYS[1]
local keep, isLook = tonumber(ARGV[1]), ARGV[2] == '1'

if redis.call('EXISTS', workflow) == 0 then return 0 end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local since = redis.call('HGET', workflow, 'unused_since')
if since and now - tonumber(since) >= keep then
  if not isLook then redis.call('UNLINK', workflow) end
  return 1
end
if not since and not isLook then redis.call('HSET', workflow, 'unused_since', string.format('%.0f', now)) end
return 0
