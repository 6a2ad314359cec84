-- REWRITE: transcript and log of an earlier schema in today's form, if nothing was written since they were read.
-- ARGV: tag, id, version, lines and entries that were read, lines in all, the one element.
-- Returns 1, or 0: read them again.
local tag, id = ARGV[1], ARGV[2]
local hash, list, log = tag .. ':c:' .. id, tag .. ':h:' .. id, tag .. ':j:' .. id
if (redis.call('HGET', hash, 'v') or '') ~= ARGV[3] then return 0 end
if redis.call('LLEN', list) ~= tonumber(ARGV[4]) or redis.call('LLEN', log) ~= tonumber(ARGV[5]) then return 0 end
redis.call('DEL', list, log)
redis.call('RPUSH', list, ARGV[7])
redis.call('HDEL', hash, 'hz')
redis.call('HSET', hash, 'n', ARGV[6])
return 1
