-- QUIET: is there nothing to do on this shard now? ARGV: tag, override. Returns 1 or 0.
local tag = ARGV[1]
if redis.call('EXISTS', tag .. ':r', tag .. ':l') > 0 then return 0 end
local now = peek_ms(tag, ARGV[2], real_ms())
if redis.call('ZCOUNT', tag .. ':tm', '-inf', whole(now)) > 0 then return 0 end
return 1
