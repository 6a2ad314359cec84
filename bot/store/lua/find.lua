-- FIND: a page of the list that is named first, newest change first, of those that are in all other lists too.
-- ARGV: staff tag, cursor or '', limit, list, list ... Returns {next cursor or '', id, doc, number, changed ms ...}
local tag, cursor, limit = ARGV[1], ARGV[2], tonumber(ARGV[3])
local SCAN_MAX = 2000
local top = '+inf'
if cursor ~= '' then top = '(' .. cursor end
local reply, seen, found = {''}, 0, 0
while seen < SCAN_MAX do
  local page = redis.call('ZREVRANGEBYSCORE', tag .. ':idx:' .. ARGV[4], top, '-inf', 'WITHSCORES', 'LIMIT', 0, 100)
  for i = 1, #page, 2 do
    if found == limit then return reply end
    local inside = true
    for j = 5, #ARGV do
      inside = inside and redis.call('ZSCORE', tag .. ':idx:' .. ARGV[j], page[i])
    end
    top, seen = '(' .. page[i + 1], seen + 1
    if inside then
      local doc = redis.call('HMGET', tag .. ':idx:doc:' .. page[i], 'd', 'n', 't')
      found = found + 1
      reply[#reply + 1] = page[i]
      reply[#reply + 1] = doc[1] or ''
      reply[#reply + 1] = doc[2] or ''
      reply[#reply + 1] = doc[3] or ''
    end
    reply[1] = page[i + 1]
  end
  if #page < 200 then
    reply[1] = ''
    return reply
  end
end
return reply
