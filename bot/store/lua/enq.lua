-- ENQ: accept one event durably: dedupe, place -> conversation, number, append, ready and bell or the owner's wake.
-- Sent again by a client that lost the answer, it finds its own id in the dedupe table, changes nothing and answers
-- with the same conversation and seq, as a duplicate.
-- ARGV: tag, named id, channel, mail id, payload, mode, sort key, debounce ms, override, further dedupe keys ...
--   mode 'line': a customer's message, opens a conversation if there is none; 'place': for whatever is open there;
--   'exact': for the conversation that is named.
-- Returns {conversation, seq or '', duplicate, now}; the conversation is '' when there is none.
local tag, named, channel, mail_id, payload = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local mode, sort_key, debounce, override = ARGV[6], ARGV[7], tonumber(ARGV[8]), ARGV[9]
local real = real_ms()
local now = shown_ms(tag, override, real)

-- Two tables, turned daily, so that an id is known for at least 24 h; the one turned to has expired by then.
local TURN_MS = 86400000
local turn = math.floor(real / TURN_MS)
local fresh = tag .. ':d:' .. channel .. ':' .. (turn % 2)
local older = tag .. ':d:' .. channel .. ':' .. ((turn + 1) % 2)
local ids = {mail_id}
for i = 10, #ARGV do ids[#ids + 1] = ARGV[i] end

local function remember(value)
  local pairs_ = {}
  for _, one in ipairs(ids) do
    pairs_[#pairs_ + 1] = one
    pairs_[#pairs_ + 1] = value
  end
  if redis.call('HSET', fresh, unpack(pairs_)) == redis.call('HLEN', fresh) then
    redis.call('PEXPIREAT', fresh, whole((turn + 2) * TURN_MS)) -- it has just come into being
  end
end

local known = nil
for _, list in ipairs({fresh, older}) do
  for _, found in ipairs(redis.call('HMGET', list, unpack(ids))) do known = known or found end
end
if known then
  -- Names of one message are aliases: the ones that are new are remembered too.
  if #ids > 1 then remember(known) end
  local seq, how, of = string.match(known, '^(%d*)([|\n])(.*)$')
  if how == '\n' then of = 'slack.' .. channel .. of elseif of == '' then of = channel end
  return {of, seq, 1, whole(now)}
end

local id = named
local there = redis.call('HMGET', tag .. ':c:' .. named, 'pl', 'o')
if mode ~= 'exact' then
  local place = there[1] or named
  -- `n`: the n-th is open; `-n`: the n-th was the last and is closed; nothing: the first, if it exists.
  local n = tonumber(redis.call('GET', tag .. ':pl:' .. place) or '1')
  local current = place
  if n > 1 then current = place .. '~' .. whole(n) end
  if n > 0 and (mode == 'line' or redis.call('EXISTS', tag .. ':c:' .. current) == 1) then
    id = current
  elseif mode == 'line' then
    n = -n
    repeat
      n = n + 1
      id = place .. '~' .. whole(n)
    until redis.call('EXISTS', tag .. ':c:' .. id) == 0
    redis.call('SET', tag .. ':pl:' .. place, whole(n))
    redis.call('HSET', tag .. ':c:' .. id, 'pl', place)
  end
end
local hash = tag .. ':c:' .. id
local seq = ''
if mode == 'line' then
  seq = whole(redis.call('HINCRBY', hash, 'sq', 1))
elseif redis.call('EXISTS', hash) == 0 then
  return {'', '', 0, whole(now)}
end

remember(accepted_as(seq, id, channel))
append(tag, id, entry_of(now, seq, sort_key, mail_id, payload))
local owner = there[2]
if id ~= named then owner = redis.call('HGET', hash, 'o') end
rouse(tag, id, owner, real + debounce)
return {id, seq, 0, whole(now)}
