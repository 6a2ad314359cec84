-- HISTORY: transcript and log, for the owner. ARGV: tag, id, owner, fence. Returns {element ...} or 'lost'.
if not held(ARGV[1], ARGV[2], ARGV[3], ARGV[4]) then return 'lost' end
return redis.call('LRANGE', ARGV[1] .. ':h:' .. ARGV[2], 0, -1)
