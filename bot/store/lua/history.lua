-- HISTORY: the whole transcript ('h') or log ('j'), for the owner. ARGV: tag, id, owner, fence, which.
-- Returns {entries} or 'lost'.
if not held(ARGV[1], ARGV[2], ARGV[3], ARGV[4]) then return 'lost' end
return redis.call('LRANGE', ARGV[1] .. ':' .. ARGV[5] .. ':' .. ARGV[2], 0, -1)
