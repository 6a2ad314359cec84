-- POST: the owner puts a result of its own (of a run, of a tool) into the mailbox, once per id.
-- ARGV: tag, id, owner, fence, channel, mail id, payload, override. Returns 1, 0 for a duplicate, or 'lost'.
local tag, id, owner, channel, mail_id = ARGV[1], ARGV[2], ARGV[3], ARGV[5], ARGV[6]
if not held(tag, id, owner, ARGV[4]) then return 'lost' end
local real = real_ms()
local TURN_MS = 86400000
local turn = math.floor(real / TURN_MS)
local fresh = tag .. ':d:' .. channel .. ':' .. (turn % 2)
local older = tag .. ':d:' .. channel .. ':' .. ((turn + 1) % 2)
if redis.call('HEXISTS', fresh, mail_id) == 1 or redis.call('HEXISTS', older, mail_id) == 1 then return 0 end
redis.call('HSET', fresh, mail_id, accepted_as('', id, channel))
redis.call('PEXPIREAT', fresh, whole((turn + 2) * TURN_MS))
append(tag, id, entry_of(shown_ms(tag, ARGV[8], real), '', '', mail_id, ARGV[7]))
rouse(tag, id, owner, 0)
return 1
