-- REVIVE: a dead letter goes back where it came from, and is a dead letter no more. Sent again, it finds no letter.
-- ARGV: tag, conversation, letter, override, lane or '' for mail, mail id or row key, payload, seq
-- Returns 1, or 0 when there is no such letter any more.
local tag, id, letter, lane = ARGV[1], ARGV[2], ARGV[3], ARGV[5]
if redis.call('XDEL', tag .. ':x', letter) == 0 then return 0 end
local real = real_ms()
if lane == '' then
  append(tag, id, entry_of(shown_ms(tag, ARGV[4], real), ARGV[8], '', ARGV[6], ARGV[7]))
else
  local list = tag .. ':q:' .. id .. ':' .. lane
  if not find_row(list, ARGV[6]) then redis.call('RPUSH', list, ARGV[6] .. '\n|0|\n' .. ARGV[7]) end
end
rouse(tag, id, redis.call('HGET', tag .. ':c:' .. id, 'o'), real)
return 1
