-- MARK: right before a call to the outside: the lease is held, and an agent's words are not below the floor. Rows that
-- are free to be sent again and are no agent's words go without.
-- ARGV: tag, id, owner, fence, lane, row key, attempt, speech epoch or '', override, mail id, payload
-- Returns {'marked', real now} | {'suppressed', 0} | {'gone', 0} | 'lost'.
local tag, id, owner, fence, lane, key, attempt = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7]
if not held(tag, id, owner, fence) then return 'lost' end
local list = tag .. ':q:' .. id .. ':' .. lane
local row, at = find_row(list, key)
local epoch = tonumber(ARGV[8])
local floor = tonumber(redis.call('HGET', tag .. ':c:' .. id, 'fl') or '0')
if epoch and epoch < floor then
  -- Repeated after its answer was lost, it finds no row and has nothing more to say.
  if row then
    drop_row(list, row, at)
    append(tag, id, entry_of(shown_ms(tag, ARGV[9], real_ms()), '', '', ARGV[10], ARGV[11]))
    rouse(tag, id, owner, 0)
  end
  return {'suppressed', 0}
end
if not row then return {'gone', 0} end
local real = whole(real_ms())
local payload = string.match(row, '^[^\n]*\n[^\n]*\n(.*)$')
redis.call('LSET', list, at, key .. '\n' .. real .. '|' .. attempt .. '|' .. owner .. '\n' .. payload)
return {'marked', real}
