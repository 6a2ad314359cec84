-- PUBLISH: bring every list that some conversations are in up to date, then tell the feed, so that whoever is woken by
-- the feed finds the lists as they should be. An older version changes no list. Of the events each comes with the
-- version that wrote it, and one that is not above the last one told (`e`) was told before: a conversation's rows are
-- performed in order, so that one number is enough.
-- Every change draws the next number of `idx:seq`, which orders the lists by newest change and is their cursor.
-- ARGV: staff tag, override, of each conversation: id, version, document, number wanted '1' or '', queue team or '',
--   queue score, number of lists, of events, lists (names below `idx:`) ..., written by version, type, data of an
--   event ...
-- Returns the short number or '' of each.
local tag, override = ARGV[1], ARGV[2]
local real = real_ms()
local told_any = false

local function index(id, at, doc, stored, first_list, last_list)
  local number = stored[3]
  if not number and ARGV[at + 3] ~= '' then
    number = whole(redis.call('INCR', tag .. ':num'))
    redis.call('HSET', doc, 'n', number)
    redis.call('HSET', tag .. ':idx:numbers', number, id)
  end

  local seq = whole(redis.call('INCR', tag .. ':idx:seq'))
  local wanted, names = {}, {}
  for i = first_list, last_list do
    wanted[ARGV[i]] = true
    names[#names + 1] = ARGV[i]
    redis.call('ZADD', tag .. ':idx:' .. ARGV[i], seq, id)
  end
  for name in string.gmatch(stored[2] or '', '[^\n]+') do
    if not wanted[name] then redis.call('ZREM', tag .. ':idx:' .. name, id) end
  end

  local team, score = ARGV[at + 4], ARGV[at + 5]
  if stored[4] and stored[4] ~= team then redis.call('ZREM', tag .. ':q:' .. stored[4], id) end
  if team ~= '' then
    redis.call('ZADD', tag .. ':q:' .. team, score, id)
    redis.call('ZADD', tag .. ':idx:queue', score, id)
    redis.call('HSET', doc, 'q', team)
  elseif stored[4] then
    redis.call('ZREM', tag .. ':idx:queue', id)
    redis.call('HDEL', doc, 'q')
  end

  local now = override ~= '' and override or whole(real)
  redis.call('HSET', doc, 'v', ARGV[at + 1], 'd', ARGV[at + 2], 'k', table.concat(names, '\n'), 't', now)
  return number
end

local function tell(doc, told, first, last)
  local newest = told
  for i = first, last, 3 do
    local written = tonumber(ARGV[i])
    if written > told then
      feed(tag, real, ARGV[i + 1], ARGV[i + 2])
      newest = math.max(newest, written)
    end
  end
  if newest > told then
    redis.call('HSET', doc, 'e', whole(newest))
    told_any = true
  end
end

local numbers = {}
local at = 3
while at <= #ARGV do
  local id, version = ARGV[at], tonumber(ARGV[at + 1])
  local doc = tag .. ':idx:doc:' .. id
  local first_list = at + 8
  local first_event = first_list + tonumber(ARGV[at + 6])
  local next_at = first_event + 3 * tonumber(ARGV[at + 7])
  local stored = redis.call('HMGET', doc, 'v', 'k', 'n', 'q', 'e')
  local number = stored[3]
  if not stored[1] or tonumber(stored[1]) < version then
    number = index(id, at, doc, stored, first_list, first_event - 1)
  end
  tell(doc, tonumber(stored[5] or '0'), first_event, next_at - 1)
  numbers[#numbers + 1] = number or ''
  at = next_at
end
if told_any then redis.call('PUBLISH', tag .. ':feed', '') end
return numbers
