-- READ: a conversation at one instant, for readers. ARGV: tag, id, override.
-- Returns {now, version, state, place, elements of transcript and log, mails, last commit's nonce and link} or nothing.
local tag, id = ARGV[1], ARGV[2]
local hash = redis.call('HMGET', tag .. ':c:' .. id, 'v', 'st', 'pl', 'ov', 'lc')
if redis.call('EXISTS', tag .. ':c:' .. id) == 0 then return false end
local mails = redis.call('LRANGE', tag .. ':m:' .. id, 0, -1)
if hash[4] then
  for _, entry in ipairs(redis.call('LRANGE', tag .. ':mo:' .. id, 0, -1)) do mails[#mails + 1] = entry end
end
return {
  whole(peek_ms(tag, ARGV[3], real_ms())), hash[1] or '0', hash[2] or '', hash[3] or '',
  redis.call('LRANGE', tag .. ':h:' .. id, 0, -1), mails, hash[5] or '',
}
