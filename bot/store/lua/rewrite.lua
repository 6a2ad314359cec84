-- REWRITE: a transcript in another form, if nothing was written since it was read.
-- ARGV: tag, id, version, entries that were read, lines in all, entries ... Returns 1, or 0: read it again.
local tag, id = ARGV[1], ARGV[2]
local hash, list = tag .. ':c:' .. id, tag .. ':h:' .. id
if redis.call('HGET', hash, 'v') ~= ARGV[3] or redis.call('LLEN', list) ~= tonumber(ARGV[4]) then return 0 end
redis.call('DEL', list)
for i = 6, #ARGV do redis.call('RPUSH', list, ARGV[i]) end
if #ARGV - 5 < tonumber(ARGV[5]) then redis.call('HSET', hash, 'hz', whole(tonumber(ARGV[5]) - (#ARGV - 5))) end
return 1
