-- FREE: what was taken under an earlier epoch; a slot taken again since stays.
-- ARGV: staff tag, person, conversation, before epoch
local hash, field = ARGV[1] .. ':p:' .. ARGV[2], 's:' .. ARGV[3]
local taken = redis.call('HGET', hash, field)
if taken and tonumber(taken) < tonumber(ARGV[4]) then redis.call('HDEL', hash, field) end
return 1
