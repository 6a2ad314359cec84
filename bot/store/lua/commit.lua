-- COMMIT: everything that one decided event writes, or nothing. Checks owner, fence, version; pops the mail.
-- Retry-safe: `lc` remembers the nonce of the last commit, whose repetition only answers.
-- ARGV: tag, id, owner, fence, version, nonce, override, mail id or '', closes or '', state or '', floor,
--   turn of the run or '', unanswered since, '' or '=' as before, timers, outcome or '', reply to or '', mails known
--   after the pop, dead letter or '', its error, what transcript and log get or '', lines of the transcript then or '',
--   number of rows, newest link of the log, lane, row ..., lane, key of a row that is done ...
-- Returns {now, mails in all, new mails} or 'lost' | 'mail_waiting' | 'not_head'.
local tag, id, owner, fence, version, nonce = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local mail_id, closes, state, turn, since, timers = ARGV[8], ARGV[9], ARGV[10], ARGV[12], ARGV[13], ARGV[14]
local outcome, reply_to, known, dead = ARGV[15], ARGV[16], tonumber(ARGV[17]), ARGV[18]
local element, lines, n_rows = ARGV[20], ARGV[21], tonumber(ARGV[22])
local hash, box = tag .. ':c:' .. id, tag .. ':m:' .. id
local now = shown_ms(tag, ARGV[7], real_ms())

local function answer()
  local total = redis.call('LLEN', box)
  local new = {}
  -- A full mailbox is not sent again with every commit: only what the owner has not seen, when it runs low.
  if total > known and known < BATCH / 4 then new = redis.call('LRANGE', box, known, known + BATCH - 1) end
  return {whole(now), total, new}
end

local stored = redis.call('HMGET', hash, 'o', 'f', 'v', 'lc', 'tm', 'tu', 'pl', 'ov')
if stored[1] ~= owner or stored[2] ~= fence then return 'lost' end
local at = stored[3] or '0'
if string.sub(stored[4] or '', 1, #nonce + 1) == nonce .. '|' and tonumber(at) == tonumber(version) + 1 then return answer() end
if at ~= version then return 'lost' end

local head = redis.call('LINDEX', box, 0)
if mail_id ~= '' and (not head or mail_id_of(head) ~= mail_id) then return 'not_head' end
if closes ~= '' then
  local waiting = redis.call('LLEN', box)
  if mail_id ~= '' then waiting = waiting - 1 end
  if waiting > 0 then return 'mail_waiting' end
end

local history = tag .. ':h:' .. id
-- What a turn did is kept in the log once it is over, in front of the event that ended it.
local turn_before, run = stored[6] or '', tag .. ':run:' .. id
if state ~= '' and turn ~= turn_before then
  for _, entry in ipairs(redis.call('LRANGE', run, 0, -1)) do
    redis.call('RPUSH', history, 'r' .. turn_before .. '\n' .. entry)
  end
  redis.call('DEL', run)
end
if element ~= '' then redis.call('RPUSH', history, element) end
local next_arg = 24
local rows_end = next_arg + 2 * n_rows
while next_arg < rows_end do
  local lane, rows = ARGV[next_arg], {}
  repeat
    rows[#rows + 1] = ARGV[next_arg + 1]
    next_arg = next_arg + 2
  until next_arg >= rows_end or ARGV[next_arg] ~= lane
  redis.call('RPUSH', tag .. ':q:' .. id .. ':' .. lane, unpack(rows))
end
drop_done(tag, id, rows_end)

local facts = {'v', whole(tonumber(version) + 1), 'lc', nonce .. '|' .. ARGV[23]}
local function keep(name, value)
  facts[#facts + 1] = name
  facts[#facts + 1] = value
end
if lines ~= '' then keep('n', lines) end
if state ~= '' then
  keep('st', state)
  keep('fl', ARGV[11])
  if turn ~= turn_before then
    if turn == '' then redis.call('HDEL', hash, 'tu') else keep('tu', turn) end
  end
  if since == '' then
    redis.call('ZREM', tag .. ':u', id)
  elseif since ~= '=' then
    redis.call('ZADD', tag .. ':u', since, id)
  end
  local old = stored[5] or ''
  if timers ~= old then
    for member in string.gmatch(old, '[^\n]-@([^\n]+)') do redis.call('ZREM', tag .. ':tm', id .. '|' .. member) end
    for due, member in string.gmatch(timers, '(%d+)@([^\n]+)') do
      redis.call('ZADD', tag .. ':tm', due, id .. '|' .. member)
    end
    if timers == '' then redis.call('HDEL', hash, 'tm') else keep('tm', timers) end
  end
end
redis.call('HSET', hash, unpack(facts))
if closes ~= '' then
  local place = stored[7] or id
  local n = tonumber(redis.call('GET', tag .. ':pl:' .. place) or '1')
  local current = place
  if n > 1 then current = place .. '~' .. whole(n) end
  if current == id then redis.call('SET', tag .. ':pl:' .. place, whole(-n)) end
end
if dead ~= '' then
  redis.call('XADD', tag .. ':x', '*', 'of', id, 'what', 'mail', 'record', dead, 'error', ARGV[19])
end
if mail_id ~= '' then
  redis.call('LPOP', box)
  if stored[8] then refill(tag, id) end
  if outcome ~= '' then
    redis.call('SET', tag .. ':res:' .. id .. ':' .. mail_id, outcome, 'PX', 86400000)
    if reply_to ~= '' then redis.call('PUBLISH', '{out}:' .. reply_to, id .. '|' .. mail_id) end
  end
end
return answer()
