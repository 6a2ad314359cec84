-- COMMIT: everything that one decided event writes, or nothing. Checks owner, fence, version; pops the mail.
-- Retry-safe: `lc` remembers the nonce of the last commit, whose repetition only answers.
-- ARGV: tag, id, owner, fence, version, nonce, override, mail id or '', closes or '', state or '', epoch, floor,
--   turn of the run or '', unanswered since or '', timers, outcome or '', reply to or '', mails known after the pop,
--   dead letter or '', its error, number of lines, of journal entries, of rows, lines ..., entries ..., lane, row ...,
--   lane, key of a row that is done ...
-- Returns {now, mails in all, new mails} or 'lost' | 'mail_waiting' | 'not_head'.
local tag, id, owner, fence, version, nonce = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local mail_id, closes, state, turn, since, timers = ARGV[8], ARGV[9], ARGV[10], ARGV[13], ARGV[14], ARGV[15]
local outcome, reply_to, known, dead = ARGV[16], ARGV[17], tonumber(ARGV[18]), ARGV[19]
local n_lines, n_journal, n_rows = tonumber(ARGV[21]), tonumber(ARGV[22]), tonumber(ARGV[23])
local hash, box = tag .. ':c:' .. id, tag .. ':m:' .. id
local now = shown_ms(tag, ARGV[7], real_ms())

local function answer()
  local total = redis.call('LLEN', box)
  local new = {}
  -- A full mailbox is not sent again with every commit: only what the owner has not seen, when it runs low.
  if total > known and known < BATCH / 4 then new = redis.call('LRANGE', box, known, known + BATCH - 1) end
  return {whole(now), total, new}
end

local stored = redis.call('HMGET', hash, 'o', 'f', 'v', 'lc', 'tm', 'tu', 'pl')
if stored[1] ~= owner or stored[2] ~= fence then return 'lost' end
local at = stored[3] or '0'
if stored[4] == nonce and tonumber(at) == tonumber(version) + 1 then return answer() end
if at ~= version then return 'lost' end

local head = redis.call('LINDEX', box, 0)
if mail_id ~= '' and (not head or mail_id_of(head) ~= mail_id) then return 'not_head' end
if closes ~= '' then
  local waiting = redis.call('LLEN', box)
  if mail_id ~= '' then waiting = waiting - 1 end
  if waiting > 0 then return 'mail_waiting' end
end

local function push(list, first, count)
  for i = first, first + count - 1 do redis.call('RPUSH', list, ARGV[i]) end
  return first + count
end
local next_arg = push(tag .. ':h:' .. id, 24, n_lines)
next_arg = push(tag .. ':j:' .. id, next_arg, n_journal)
for i = next_arg, next_arg + 2 * n_rows - 1, 2 do
  redis.call('RPUSH', tag .. ':q:' .. id .. ':' .. ARGV[i], ARGV[i + 1])
end
drop_done(tag, id, next_arg + 2 * n_rows)

redis.call('HSET', hash, 'v', whole(tonumber(version) + 1), 'lc', nonce)
if state ~= '' then
  redis.call('HSET', hash, 'st', state, 'ep', ARGV[11], 'fl', ARGV[12])
  if turn ~= (stored[6] or '') then
    redis.call('DEL', tag .. ':run:' .. id)
    if turn == '' then redis.call('HDEL', hash, 'tu') else redis.call('HSET', hash, 'tu', turn) end
  end
  if since == '' then redis.call('ZREM', tag .. ':u', id) else redis.call('ZADD', tag .. ':u', since, id) end
  local old = stored[5] or ''
  if timers ~= old then
    for member in string.gmatch(old, '[^\n]-@([^\n]+)') do redis.call('ZREM', tag .. ':tm', id .. '|' .. member) end
    for due, member in string.gmatch(timers, '(%d+)@([^\n]+)') do
      redis.call('ZADD', tag .. ':tm', due, id .. '|' .. member)
    end
    if timers == '' then redis.call('HDEL', hash, 'tm') else redis.call('HSET', hash, 'tm', timers) end
  end
end
if closes ~= '' then
  local place = stored[7] or id
  local n = tonumber(redis.call('GET', tag .. ':pl:' .. place) or '1')
  local current = place
  if n > 1 then current = place .. '~' .. whole(n) end
  if current == id then redis.call('SET', tag .. ':pl:' .. place, whole(-n)) end
end
if dead ~= '' then
  redis.call('XADD', tag .. ':x', '*', 'of', id, 'what', 'mail', 'record', dead, 'error', ARGV[20])
end
if mail_id ~= '' then
  redis.call('LPOP', box)
  refill(tag, id)
  if outcome ~= '' then
    redis.call('SET', tag .. ':res:' .. id .. ':' .. mail_id, outcome, 'PX', 86400000)
    if reply_to ~= '' then redis.call('PUBLISH', '{out}:' .. reply_to, id .. '|' .. mail_id) end
  end
end
return answer()
