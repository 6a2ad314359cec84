-- UNLEASE: the only way to give a lease back: refused while mailbox, outbox or run is not empty.
-- ARGV: tag, id, owner, fence, override, lane, key of a row that is done ...
-- Returns 1 | {now, contents} when refused | 'lost'.
local tag, id = ARGV[1], ARGV[2]
local hash = tag .. ':c:' .. id
local now = redis.call('HMGET', hash, 'o', 'f', 'tu')
-- Without an owner under our own fence: it was given back by the first sending of this call.
if not now[1] and now[2] == ARGV[4] then return 1 end
if now[1] ~= ARGV[3] or now[2] ~= ARGV[4] then return 'lost' end
drop_done(tag, id, 6)
local keys = {tag .. ':m:' .. id}
for i, lane in ipairs(LANES) do keys[i + 1] = tag .. ':q:' .. id .. ':' .. lane end
if now[3] or redis.call('EXISTS', unpack(keys)) > 0 then
  return {whole(peek_ms(tag, ARGV[5], real_ms())), contents(tag, id)}
end
redis.call('HDEL', hash, 'o')
redis.call('ZREM', tag .. ':l', id)
return 1
