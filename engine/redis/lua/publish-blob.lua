-- Gives a blob that was written in pieces its final name, and makes it stay.
-- KEYS  1 part (string that expires) · 2 blob (string)
-- ARGV  none
-- Reply 1 published, now or before; 0 when neither is there (the part expired). Repeat: 1.
local part, blob = KEYS[1], KEYS[2]

if redis.call('EXISTS', part) == 1 then
  redis.call('PERSIST', part)
  redis.call('RENAME', part, blob)
  return 1
end
return redis.call('EXISTS', blob)
