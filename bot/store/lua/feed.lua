-- FEED: a page after the cursor. ARGV: staff tag, cursor or '', count.
-- Returns {where entries were cut off or '', entries}
local start = '-'
if ARGV[2] ~= '' then start = '(' .. ARGV[2] end
return {
  redis.call('GET', ARGV[1] .. ':feed:cut') or '',
  redis.call('XRANGE', ARGV[1] .. ':feed', start, '+', 'COUNT', ARGV[3]),
}
