-- DUE: the timers that are due. ARGV: tag, override, limit. Returns {member, due, member, due ...}
local now = timers_ms(ARGV[1], ARGV[2], real_ms())
return redis.call('ZRANGEBYSCORE', ARGV[1] .. ':tm', '-inf', whole(now), 'WITHSCORES', 'LIMIT', 0, ARGV[3])
