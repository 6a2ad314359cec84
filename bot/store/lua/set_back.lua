-- SET_BACK: the clock was set back, and what was to wait for a moment would wait until it has caught up. A lease ends when
-- it would if it were prolonged now; what is to be ready later than that is ready.
-- ARGV: tag, lease ms
local tag = ARGV[1]
local real = real_ms()
local latest = whole(real + tonumber(ARGV[2]))
for _, id in ipairs(redis.call('ZRANGEBYSCORE', tag .. ':l', '(' .. latest, '+inf')) do
  redis.call('ZADD', tag .. ':l', latest, id)
end
local ready = redis.call('ZRANGEBYSCORE', tag .. ':r', '(' .. latest, '+inf')
for _, id in ipairs(ready) do redis.call('ZADD', tag .. ':r', whole(real), id) end
if #ready > 0 then ring(tag) end
return #ready
