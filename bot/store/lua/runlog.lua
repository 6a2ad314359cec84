-- RUNLOG: the journal of the running turn. ARGV: tag, id, owner, fence, turn. Returns {entries} or 'lost'.
if not held(ARGV[1], ARGV[2], ARGV[3], ARGV[4]) then return 'lost' end
if redis.call('HGET', ARGV[1] .. ':c:' .. ARGV[2], 'tu') ~= ARGV[5] then return {} end
return redis.call('LRANGE', ARGV[1] .. ':run:' .. ARGV[2], 0, -1)
