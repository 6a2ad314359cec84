-- HISTORY: the whole transcript ('h'), log ('j') or both, for the owner. ARGV: tag, id, owner, fence, which ...
-- Returns {entries of each} or 'lost'.
if not held(ARGV[1], ARGV[2], ARGV[3], ARGV[4]) then return 'lost' end
local lists = {}
for i = 5, #ARGV do lists[#lists + 1] = redis.call('LRANGE', ARGV[1] .. ':' .. ARGV[i] .. ':' .. ARGV[2], 0, -1) end
return lists
