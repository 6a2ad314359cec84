-- DOUBT: the store is behind what a worker knows: a new generation begins. Several workers that find the same, and a
-- repetition, begin one. Unlike where nobody can tell, it is certain that something is lost.
-- KEYS: {meta}:generation. ARGV: the number that they know. Returns {number, begin, real ms, 1: something is lost}.
local now = whole(real_ms())
if tonumber(redis.call('HGET', KEYS[1], 'n') or '0') <= tonumber(ARGV[1]) then
  redis.call('HSET', KEYS[1], 'n', whole(tonumber(ARGV[1]) + 1), 'since', now, 'lost', '1')
end
local told = redis.call('HMGET', KEYS[1], 'n', 'since', 'lost')
return {told[1], told[2], now, told[3] or '0'}
