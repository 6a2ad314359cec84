-- BEAT: prolong the leases held on one shard. ARGV: tag, owner, lease ms, id, fence, mails known, id, fence ...
-- Returns {{ids not held any more}, {ids with mail that the owner has not seen}}.
local tag, owner, lease_ms = ARGV[1], ARGV[2], tonumber(ARGV[3])
local deadline = whole(real_ms() + lease_ms)
local lost, mail = {}, {}
for i = 4, #ARGV, 3 do
  local id = ARGV[i]
  if held(tag, id, owner, ARGV[i + 1]) then
    redis.call('ZADD', tag .. ':l', deadline, id)
    if redis.call('LLEN', tag .. ':m:' .. id) > tonumber(ARGV[i + 2]) then mail[#mail + 1] = id end
  else
    lost[#lost + 1] = id
  end
end
return {lost, mail}
