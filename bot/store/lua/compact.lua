-- COMPACT: transcript and log of a conversation become one element; what comes later stands behind it. Nothing is
-- trimmed. ARGV: tag, id, owner, fence, elements that were read, the one.
-- A list that is another than the one that was read stays (or this is the second sending). Returns 1 or 'lost'.
local tag, id, read = ARGV[1], ARGV[2], tonumber(ARGV[5])
if not held(tag, id, ARGV[3], ARGV[4]) then return 'lost' end
local list = tag .. ':h:' .. id
if read > 1 and redis.call('LLEN', list) == read then
  redis.call('DEL', list)
  redis.call('RPUSH', list, ARGV[6])
end
return 1
