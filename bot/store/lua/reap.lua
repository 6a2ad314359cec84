-- REAP: expired leases, or all of a dead owner, are ready again. The next lease raises the fence, and until then there
-- is no owner, so the old one can write nothing.
-- ARGV: tag, owner or '' (ending in ':' it is the start of one: `host:pid:`), up to which time leases are known to have
--   expired whatever the clock says. Returns how many.
local tag, dead = ARGV[1], ARGV[2]
local leases = tag .. ':l'
local real = real_ms()
local ids
if dead == '' then
  ids = redis.call('ZRANGEBYSCORE', leases, '-inf', whole(math.min(real, tonumber(ARGV[3]))))
else
  ids = redis.call('ZRANGE', leases, 0, -1)
end
local count = 0
for _, id in ipairs(ids) do
  local hash = tag .. ':c:' .. id
  local owner = redis.call('HGET', hash, 'o') or ''
  local is_dead = owner == dead or (string.sub(dead, -1) == ':' and string.sub(owner, 1, #dead) == dead)
  if dead == '' or is_dead then
    redis.call('HDEL', hash, 'o')
    redis.call('ZREM', leases, id)
    redis.call('ZADD', tag .. ':r', whole(real), id)
    count = count + 1
  end
end
if count > 0 then ring(tag) end
return count
