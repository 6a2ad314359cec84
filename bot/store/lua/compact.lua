-- COMPACT: the transcript ('h') or log ('j') of a conversation that rests becomes one blob; what comes later stands
-- behind it. Nothing is trimmed. ARGV: tag, id, owner, fence, which, entries that were read, entries in all, blob.
-- Returns 1, 0 if the list is another than the one that was read (or this is the second sending), or 'lost'.
local tag, id = ARGV[1], ARGV[2]
if not held(tag, id, ARGV[3], ARGV[4]) then return 'lost' end
local list = tag .. ':' .. ARGV[5] .. ':' .. id
if redis.call('LLEN', list) ~= tonumber(ARGV[6]) or tonumber(ARGV[6]) < 2 then return 0 end
redis.call('DEL', list)
redis.call('RPUSH', list, ARGV[8])
-- How many lines more than entries there are: whoever counts lines adds it.
if ARGV[5] == 'h' then redis.call('HSET', tag .. ':c:' .. id, 'hz', whole(tonumber(ARGV[7]) - 1)) end
return 1
