-- SENT: the row's call is done, or given up: it leaves its lane, its report enters the mailbox in the same step. The
-- row's absence tells a repetition, so the report is written once. Rows that are free to be sent again and report nothing
-- leave with COMMIT or UNLEASE instead.
-- ARGV: tag, id, owner, fence, lane, row key, override, mail id or '', payload, dead letter error or '', address of the
--   message (a key of this slot) or '', how long it is kept
-- Returns 1 or 'lost'.
local tag, id, owner = ARGV[1], ARGV[2], ARGV[3]
if not held(tag, id, owner, ARGV[4]) then return 'lost' end
local list = tag .. ':q:' .. id .. ':' .. ARGV[5]
local row, at = find_row(list, ARGV[6])
if not row then return 1 end
if ARGV[11] ~= '' then redis.call('SET', ARGV[11], id, 'EX', ARGV[12]) end
drop_row(list, row, at)
if ARGV[8] ~= '' then
  append(tag, id, entry_of(shown_ms(tag, ARGV[7], real_ms()), '', '', ARGV[8], ARGV[9]))
  rouse(tag, id, owner, 0)
end
if ARGV[10] ~= '' then
  local payload = string.match(row, '^[^\n]*\n[^\n]*\n(.*)$')
  redis.call('XADD', tag .. ':x', '*', 'of', id, 'what', 'row', 'record', payload, 'error', ARGV[10])
end
return 1
