-- NOTE: what a platform must find again about a conversation. Whoever has lost the lease must not write over what the new
-- owner has written since.
-- ARGV: tag, id, owner, fence, name, value. Returns 1 or 'lost'.
local tag, id = ARGV[1], ARGV[2]
if not held(tag, id, ARGV[3], ARGV[4]) then return 'lost' end
redis.call('HSET', tag .. ':k:' .. id, ARGV[5], ARGV[6])
return 1
