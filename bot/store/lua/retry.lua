-- RETRY: one more failed attempt to decide the head of the mailbox. The caller says the number, so that a repetition
-- counts once. ARGV: tag, id, owner, fence, mail id, tries. Returns 1 | 'lost' | 'not_head'.
local tag, id = ARGV[1], ARGV[2]
if not held(tag, id, ARGV[3], ARGV[4]) then return 'lost' end
local box = tag .. ':m:' .. id
local head = redis.call('LINDEX', box, 0)
if not head or mail_id_of(head) ~= ARGV[5] then return 'not_head' end
redis.call('LSET', box, 0, (string.gsub(head, '^(%d*|%d*|)%d*|', '%1' .. ARGV[6] .. '|')))
return 1
