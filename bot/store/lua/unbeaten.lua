-- UNBEATEN: who holds leases of one shard that have not been prolonged for a while? It writes nothing.
-- ARGV: tag, how long such leases last at most from now in ms, up to which time leases are known to have expired
--   whatever the clock says (as in REAP). Returns {owner ...}, each once.
local tag = ARGV[1]
local latest = math.min(real_ms(), tonumber(ARGV[3])) + tonumber(ARGV[2])
local owners, named = {}, {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', tag .. ':l', '-inf', whole(latest))) do
  local owner = redis.call('HGET', tag .. ':c:' .. id, 'o')
  if owner and not named[owner] then
    named[owner] = true
    owners[#owners + 1] = owner
  end
end
return owners
