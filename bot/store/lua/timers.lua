-- TIMERS: due timers enter their mailboxes. A timer that is gone or moved meanwhile is left alone.
-- ARGV: tag, override, then member, due, id, mail id, payload each. Returns how many.
local tag = ARGV[1]
local real = real_ms()
local now = shown_ms(tag, ARGV[2], real)
local count = 0
for i = 3, #ARGV, 5 do
  local due = redis.call('ZSCORE', tag .. ':tm', ARGV[i])
  if due and tonumber(due) == tonumber(ARGV[i + 1]) then
    local id = ARGV[i + 2]
    redis.call('ZREM', tag .. ':tm', ARGV[i])
    append(tag, id, entry_of(now, '', '', ARGV[i + 3], ARGV[i + 4]))
    rouse(tag, id, redis.call('HGET', tag .. ':c:' .. id, 'o'), real)
    count = count + 1
  end
end
return count
