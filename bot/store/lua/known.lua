-- KNOWN: does the store still hold what a worker was told of its last write to a shard? What is lost is lost from the
-- end, so the last write stands for all before it.
-- ARGV: tag, id, fence, version, owner, what was written last, its list below the tag or '', its entry.
--   'given back': the lease; 'settled': a row; 'marked': a row; 'begun': a tool's call; '': nothing but the version.
-- Returns 1: it does; 0: it is behind.
local tag, id, fence, version, owner = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local what, list, entry = ARGV[6], tag .. ':' .. ARGV[7], ARGV[8]
local now = redis.call('HMGET', tag .. ':c:' .. id, 'f', 'v', 'o', 'tu')
local at = tonumber(now[1] or '0')
if at < fence or tonumber(now[2] or '0') < version then return 0 end
if what == 'settled' then return find_row(list, entry) and 0 or 1 end
-- Whoever has taken it since was shown all this and may have undone it.
if at > fence then return 1 end
if what == 'given back' then return now[3] == owner and 0 or 1 end
if what == 'marked' then
  local row = find_row(list, entry)
  return row and string.match(row, '^[^\n]*\n|') and 0 or 1
end
if what == 'begun' and now[4] then return redis.call('LPOS', list, entry) and 1 or 0 end
return 1
