-- TAKE: a person's slot for a conversation; by hand also above capacity. Twice is once.
-- The slot keeps the newest epoch it was taken under.
-- ARGV: staff tag, person, conversation, epoch
local hash, field = ARGV[1] .. ':p:' .. ARGV[2], 's:' .. ARGV[3]
redis.call('SADD', ARGV[1] .. ':people', ARGV[2])
if tonumber(redis.call('HGET', hash, field) or '-1') < tonumber(ARGV[4]) then redis.call('HSET', hash, field, ARGV[4]) end
return 1
