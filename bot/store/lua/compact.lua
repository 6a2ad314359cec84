-- COMPACT: the transcript of a conversation that rests becomes one blob; lines that come later stand behind it.
-- Nothing is trimmed. ARGV: tag, id, owner, fence, entries that were read, lines in them, blob.
-- Returns 1, 0 if the list is another than the one that was read (or this is the second sending), or 'lost'.
local tag, id = ARGV[1], ARGV[2]
if not held(tag, id, ARGV[3], ARGV[4]) then return 'lost' end
local list = tag .. ':h:' .. id
if redis.call('LLEN', list) ~= tonumber(ARGV[5]) or tonumber(ARGV[5]) < 2 then return 0 end
redis.call('DEL', list)
redis.call('RPUSH', list, ARGV[7])
-- How many lines more than entries there are: whoever counts lines adds it.
redis.call('HSET', tag .. ':c:' .. id, 'hz', whole(tonumber(ARGV[6]) - 1))
return 1
