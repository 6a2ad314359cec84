-- INDEX: bring every list that a conversation is in up to date; an older version changes nothing.
-- Every change draws the next number of `idx:seq`, which orders the lists by newest change and is their cursor.
-- ARGV: staff tag, id, version, document, number wanted '1' or '', override, queue team or '', queue score,
--   lists (names below `idx:`) ...  Returns the short number or ''.
local tag, id, version = ARGV[1], ARGV[2], tonumber(ARGV[3])
local doc = tag .. ':idx:doc:' .. id
local stored = redis.call('HMGET', doc, 'v', 'k', 'n', 'q')
if stored[1] and tonumber(stored[1]) >= version then return stored[3] or '' end

local number = stored[3]
if not number and ARGV[5] ~= '' then
  number = whole(redis.call('INCR', tag .. ':num'))
  redis.call('HSET', doc, 'n', number)
  redis.call('HSET', tag .. ':idx:numbers', number, id)
end

local seq = whole(redis.call('INCR', tag .. ':idx:seq'))
local wanted, names = {}, {}
for i = 9, #ARGV do
  wanted[ARGV[i]] = true
  names[#names + 1] = ARGV[i]
  redis.call('ZADD', tag .. ':idx:' .. ARGV[i], seq, id)
end
for name in string.gmatch(stored[2] or '', '[^\n]+') do
  if not wanted[name] then redis.call('ZREM', tag .. ':idx:' .. name, id) end
end

local team = ARGV[7]
if stored[4] and stored[4] ~= team then redis.call('ZREM', tag .. ':q:' .. stored[4], id) end
if team ~= '' then
  redis.call('ZADD', tag .. ':q:' .. team, ARGV[8], id)
  redis.call('ZADD', tag .. ':idx:queue', ARGV[8], id)
  redis.call('HSET', doc, 'q', team)
elseif stored[4] then
  redis.call('ZREM', tag .. ':idx:queue', id)
  redis.call('HDEL', doc, 'q')
end

local now = ARGV[6] ~= '' and ARGV[6] or whole(real_ms())
redis.call('HSET', doc, 'v', whole(version), 'd', ARGV[4], 'k', table.concat(names, '\n'), 't', now)
return number or ''
