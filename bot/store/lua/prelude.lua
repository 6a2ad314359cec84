-- Stands in front of every script. All keys of a script begin with its tag and so lie in one slot; KEYS[1] names it.
-- (RIPE, which writes nothing, asks all shards.)
-- Two clocks: leases, ready times and dedupe use Redis TIME; what decisions see may be overridden by a test clock.

local LANES = {'customer', 'desk', 'staffing', 'ticket', 'webhook', 'index'}
local MAILBOX_MAX = 1000
local BATCH = 200
local WAKE_TTL_S = 60

local function real_ms()
  local t = redis.call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end

local function whole(number)
  return string.format('%.0f', number)
end

-- The time of decisions never goes back on a shard, whatever the machine's clock does.
local function peek_ms(tag, override, real)
  local now = real
  if override ~= '' then now = tonumber(override) end
  return math.max(now, tonumber(redis.call('GET', tag .. ':now') or '0'))
end

-- The same, remembered. Only scripts that write something anyway remember it: an idle store writes nothing.
local function shown_ms(tag, override, real)
  local now = real
  if override ~= '' then now = tonumber(override) end
  local before = redis.call('SET', tag .. ':now', whole(now), 'GET')
  if not before or tonumber(before) <= now then return now end
  redis.call('SET', tag .. ':now', before)
  return tonumber(before)
end

-- What timers are compared with: a clock that was ahead for a moment has moved the time of decisions, but not theirs.
local function timers_ms(tag, override, real)
  if override == '' then return real end
  return peek_ms(tag, override, real)
end

-- A bell carries no data and at most one token: whoever pops it looks for itself, so a lost token loses nothing. On a
-- cluster nobody can wait on lists of many slots, so there it is published too; `:shard` says that this is one.
local function ring(tag)
  local list = tag .. ':bell'
  if redis.call('LLEN', list) > 0 then return end
  redis.call('RPUSH', list, '1')
  if redis.call('EXISTS', tag .. ':shard') == 1 then redis.call('PUBLISH', 'bell', list) end
end

local function wake(tag, owner)
  local list = tag .. ':wake:' .. owner
  if redis.call('EXISTS', tag .. ':shard') == 1 then
    redis.call('PUBLISH', 'wake:' .. owner, list)
  elseif redis.call('LLEN', list) == 0 then
    redis.call('RPUSH', list, '1')
    redis.call('EXPIRE', list, WAKE_TTL_S)
  end
end

-- Mail has come: ring for the owner, or make the conversation ready for anybody.
local function rouse(tag, id, owner, not_before)
  if owner then
    wake(tag, owner)
  else
    redis.call('ZADD', tag .. ':r', 'LT', whole(not_before), id)
    ring(tag)
  end
end

-- An entry is `<at>|<seq>|<tries>|<sort key>|<mail id>\n<payload>`.
local function entry_of(at, seq, sort_key, mail_id, payload)
  return whole(at) .. '|' .. seq .. '|0|' .. sort_key .. '|' .. mail_id .. '\n' .. payload
end

local function mail_id_of(entry)
  return string.match(entry, '^%d*|%d*|%d*|%d*|([^\n]*)\n')
end

-- What a name of an accepted event became: `<seq>|<conversation>`, empty where that is the channel itself, or, where it
-- begins as all of that Slack channel do, `<seq>\n<the rest>`: no id holds a line break.
local function accepted_as(seq, id, channel)
  if id == channel then return seq .. '|' end
  local begin = 'slack.' .. channel
  if string.sub(id, 1, #begin) == begin then return seq .. '\n' .. string.sub(id, #begin + 1) end
  return seq .. '|' .. id
end

-- Above MAILBOX_MAX entries go to an overflow list, and the flag `ov` stays until that list is empty again.
local function append(tag, id, entry)
  local hash, box = tag .. ':c:' .. id, tag .. ':m:' .. id
  local spills = redis.call('HEXISTS', hash, 'ov') == 1
  if not spills and redis.call('RPUSH', box, entry) > MAILBOX_MAX then
    redis.call('RPOP', box)
    redis.call('HSET', hash, 'ov', '1')
    spills = true
  end
  if spills then redis.call('RPUSH', tag .. ':mo:' .. id, entry) end
end

local function refill(tag, id)
  local hash, box, spilled = tag .. ':c:' .. id, tag .. ':m:' .. id, tag .. ':mo:' .. id
  if redis.call('HEXISTS', hash, 'ov') == 0 then return end
  while redis.call('LLEN', box) < MAILBOX_MAX do
    if not redis.call('LMOVE', spilled, box, 'LEFT', 'RIGHT') then
      redis.call('HDEL', hash, 'ov')
      return
    end
  end
end

-- The fence: only whoever holds the newest lease may write.
local function held(tag, id, owner, fence)
  local now = redis.call('HMGET', tag .. ':c:' .. id, 'o', 'f')
  return now[1] == owner and now[2] == fence
end

-- A row is `<key>\n<marked ms>|<attempts>|<marked by>\n<payload>`. Returns it and whether it is the head.
local function find_row(list, key)
  local start = key .. '\n'
  local head = redis.call('LINDEX', list, 0)
  if not head then return nil end
  if string.sub(head, 1, #start) == start then return head, 0 end
  local rows = redis.call('LRANGE', list, 1, -1)
  for i, row in ipairs(rows) do
    if string.sub(row, 1, #start) == start then return row, i end
  end
  return nil
end

local function drop_row(list, row, at)
  if at == 0 then redis.call('LPOP', list) else redis.call('LREM', list, 1, row) end
end

-- Rows that may be performed again leave late, with what the owner writes next. ARGV from `first` on: lane, key ...,
-- each lane's together and in order: they are nearly always its head, and leave with one cut.
local function drop_done(tag, id, first)
  while first <= #ARGV do
    local lane, last = ARGV[first], first
    while ARGV[last + 2] == lane do last = last + 2 end
    local list = tag .. ':q:' .. id .. ':' .. lane
    local heads, others = 0, {}
    for n, row in ipairs(redis.call('LPOP', list, (last - first) / 2 + 1) or {}) do
      local start = ARGV[first + 2 * n - 1] .. '\n'
      if heads == n - 1 and string.sub(row, 1, #start) == start then heads = n else table.insert(others, 1, row) end
    end
    if #others > 0 then redis.call('LPUSH', list, unpack(others)) end
    for i = first + 2 * heads, last, 2 do
      local row, at = find_row(list, ARGV[i + 1])
      if row then drop_row(list, row, at) end
    end
    first = last + 2
  end
end

-- One entry of the feed. A reader whose cursor lies before what was cut off must be told so: the cut is remembered.
local FEED_KEPT_MS = 86400000
local FEED_KEPT = 1000000 -- a day of a busy workspace is more than a server should hold
local function feed(tag, real, kind, data)
  local stream = tag .. ':feed'
  local oldest = whole(real - FEED_KEPT_MS) .. '-0'
  if redis.call('XTRIM', stream, 'MINID', oldest) > 0 then redis.call('SET', tag .. ':feed:cut', oldest) end
  redis.call('XADD', stream, '*', 'type', kind, 'data', data)
  if redis.call('XLEN', stream) > FEED_KEPT and redis.call('XTRIM', stream, 'MAXLEN', '~', FEED_KEPT) > 0 then
    -- The place right before the first that is left.
    local at, n = string.match(redis.call('XRANGE', stream, '-', '+', 'COUNT', 1)[1][1], '^(%d+)-(%d+)$')
    local cut = whole(at - 1) .. '-18446744073709551615'
    if n ~= '0' then cut = at .. '-' .. whole(n - 1) end
    redis.call('SET', tag .. ':feed:cut', cut)
  end
end

-- What a lease shows: {version, state, place, lines, mails, mails in all, {lane, rows, lane, rows ...},
-- nonce of the last commit and, after a bar, the newest link of the log, elements of transcript and log}.
local function contents(tag, id)
  local hash = redis.call('HMGET', tag .. ':c:' .. id, 'v', 'st', 'pl', 'n', 'lc')
  local box = tag .. ':m:' .. id
  local lanes, keys = {}, {}
  for i, lane in ipairs(LANES) do keys[i] = tag .. ':q:' .. id .. ':' .. lane end
  if redis.call('EXISTS', unpack(keys)) > 0 then
    for i, lane in ipairs(LANES) do
      local rows = redis.call('LRANGE', keys[i], 0, -1)
      if #rows > 0 then
        lanes[#lanes + 1] = lane
        lanes[#lanes + 1] = rows
      end
    end
  end
  local mails = redis.call('LRANGE', box, 0, BATCH - 1)
  local in_all = #mails
  if in_all == BATCH then in_all = redis.call('LLEN', box) end
  return {
    hash[1] or '0', hash[2] or '', hash[3] or '', hash[4] or '0', mails, in_all, lanes, hash[5] or '',
    redis.call('LLEN', tag .. ':h:' .. id),
  }
end
