-- PUBLISH: bring every list that a conversation is in up to date, then tell the feed, so that whoever is woken by the
-- feed finds the lists as they should be. An older version changes no list. Of the events each comes with the version
-- that wrote it, and one that is not above the last one told (`e`) was told before: a conversation's rows are performed
-- in order, so that one number is enough.
-- Every change draws the next number of `idx:seq`, which orders the lists by newest change and is their cursor.
-- ARGV: staff tag, id, version, document, number wanted '1' or '', override, queue team or '', queue score,
--   number of lists, lists (names below `idx:`) ..., written by version, type, data of an event ...
-- Returns the short number or ''.
local tag, id, version = ARGV[1], ARGV[2], tonumber(ARGV[3])
local doc = tag .. ':idx:doc:' .. id
local real = real_ms()
local last_list = 9 + tonumber(ARGV[9])
local stored = redis.call('HMGET', doc, 'v', 'k', 'n', 'q', 'e')
local number = stored[3]

local function index()
  if not number and ARGV[5] ~= '' then
    number = whole(redis.call('INCR', tag .. ':num'))
    redis.call('HSET', doc, 'n', number)
    redis.call('HSET', tag .. ':idx:numbers', number, id)
  end

  local seq = whole(redis.call('INCR', tag .. ':idx:seq'))
  local wanted, names = {}, {}
  for i = 10, last_list do
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

  local now = ARGV[6] ~= '' and ARGV[6] or whole(real)
  redis.call('HSET', doc, 'v', whole(version), 'd', ARGV[4], 'k', table.concat(names, '\n'), 't', now)
end

if not stored[1] or tonumber(stored[1]) < version then index() end

local told = tonumber(stored[5] or '0')
local newest = told
for i = last_list + 1, #ARGV, 3 do
  local written = tonumber(ARGV[i])
  if written > told then
    feed(tag, real, ARGV[i + 1], ARGV[i + 2])
    newest = math.max(newest, written)
  end
end
if newest > told then
  redis.call('HSET', doc, 'e', whole(newest))
  redis.call('PUBLISH', tag .. ':feed', '')
end
return number or ''
