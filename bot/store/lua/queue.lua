-- QUEUE: a waiting list, in its order. ARGV: staff tag, key below the tag. Returns {id, doc, number, changed ms ...}
local reply = {}
for _, id in ipairs(redis.call('ZRANGE', ARGV[1] .. ':' .. ARGV[2], 0, -1)) do
  local doc = redis.call('HMGET', ARGV[1] .. ':idx:doc:' .. id, 'd', 'n', 't')
  reply[#reply + 1] = id
  reply[#reply + 1] = doc[1] or ''
  reply[#reply + 1] = doc[2] or ''
  reply[#reply + 1] = doc[3] or ''
end
return reply
