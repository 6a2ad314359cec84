-- COMPACT: the transcript ('h') and the log ('j') of a conversation that nobody writes to now become one blob each; what
-- comes later stands behind it. Nothing is trimmed.
-- ARGV: tag, id, owner, fence, {which, entries that were read, entries in all, blob} ...
-- A list that is another than the one that was read stays (or this is the second sending). Returns 1 or 'lost'.
local tag, id = ARGV[1], ARGV[2]
if not held(tag, id, ARGV[3], ARGV[4]) then return 'lost' end
for i = 5, #ARGV, 4 do
  local list, read = tag .. ':' .. ARGV[i] .. ':' .. id, tonumber(ARGV[i + 1])
  if read > 1 and redis.call('LLEN', list) == read then
    redis.call('DEL', list)
    redis.call('RPUSH', list, ARGV[i + 3])
    -- How many lines more than entries there are: whoever counts lines adds it.
    if ARGV[i] == 'h' then redis.call('HSET', tag .. ':c:' .. id, 'hz', whole(tonumber(ARGV[i + 2]) - 1)) end
  end
end
return 1
