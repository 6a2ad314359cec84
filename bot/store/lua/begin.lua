-- BEGIN: a tool with an effect may start; `begun` is in the run journal before anything happens outside.
-- An entry is `b<call id>\n<nonce>`; the same nonce is the same attempt asking again.
-- ARGV: tag, id, owner, fence, turn, speech epoch, call id, nonce. Returns 'begun' | 'again' | 'refused' | 'lost'.
local tag, id = ARGV[1], ARGV[2]
if not held(tag, id, ARGV[3], ARGV[4]) then return 'lost' end
local now = redis.call('HMGET', tag .. ':c:' .. id, 'tu', 'fl')
if now[1] ~= ARGV[5] or tonumber(ARGV[6]) < tonumber(now[2] or '0') then return 'refused' end
local list = tag .. ':run:' .. id
local start = 'b' .. ARGV[7] .. '\n'
for _, entry in ipairs(redis.call('LRANGE', list, 0, -1)) do
  if string.sub(entry, 1, #start) == start then
    if entry == start .. ARGV[8] then return 'begun' end
    return 'again'
  end
end
redis.call('RPUSH', list, start .. ARGV[8])
return 'begun'
