-- UNMARK: the attempt surely did not happen; the row may be tried again.
-- ARGV: tag, id, owner, fence, lane, row key. Returns 1 or 'lost'.
local tag, id = ARGV[1], ARGV[2]
if not held(tag, id, ARGV[3], ARGV[4]) then return 'lost' end
local list = tag .. ':q:' .. id .. ':' .. ARGV[5]
local row, at = find_row(list, ARGV[6])
if row then
  local attempts, payload = string.match(row, '^[^\n]*\n%d*|(%d+)|[^\n]*\n(.*)$')
  redis.call('LSET', list, at, ARGV[6] .. '\n|' .. attempts .. '|\n' .. payload)
end
return 1
