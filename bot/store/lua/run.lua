-- RUN: append to the journal of the running turn, at most once per entry (entries carry a nonce).
-- ARGV: tag, id, owner, fence, turn, entry. Returns 1 or 'lost'.
local tag, id = ARGV[1], ARGV[2]
if not held(tag, id, ARGV[3], ARGV[4]) then return 'lost' end
if redis.call('HGET', tag .. ':c:' .. id, 'tu') ~= ARGV[5] then return 'lost' end
local list = tag .. ':run:' .. id
if not redis.call('LPOS', list, ARGV[6]) then redis.call('RPUSH', list, ARGV[6]) end
return 1
