-- A mark that stays the same for as long as idle times of keys can be relied on: Redis notes no use of a key while a child of it saves.
-- KEYS  1 any key of the node that is asked
-- ARGV  none
-- Reply the mark; '' while a child is at work. Repeat: the same.
local _ = KEYS[1]

local function field(section, name) return string.match(redis.call('INFO', section), '\n' .. name .. ':([^\r\n]*)') end

for _, child in ipairs({'rdb_bgsave_in_progress', 'aof_rewrite_in_progress', 'module_fork_in_progress'}) do
  if field('persistence', child) == '1' then return '' end
end
return field('server', 'run_id') .. ' ' .. (field('stats', 'total_forks') or '')
