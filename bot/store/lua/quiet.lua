-- QUIET: is there nothing to do on this shard now? ARGV: tag, override.
-- Returns 0: there is; 1: nothing; 2: nothing but agents at work, which end when their models answer.
local tag = ARGV[1]
if redis.call('EXISTS', tag .. ':r') > 0 then return 0 end
local now = timers_ms(tag, ARGV[2], real_ms())
if redis.call('ZCOUNT', tag .. ':tm', '-inf', whole(now)) > 0 then return 0 end
local found = 1
for _, id in ipairs(redis.call('ZRANGE', tag .. ':l', 0, -1)) do
  local keys = {tag .. ':m:' .. id}
  for i, lane in ipairs(LANES) do keys[i + 1] = tag .. ':q:' .. id .. ':' .. lane end
  if redis.call('HEXISTS', tag .. ':c:' .. id, 'tu') == 0 or redis.call('EXISTS', unpack(keys)) > 0 then return 0 end
  found = 2
end
return found
