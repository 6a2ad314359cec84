-- DOUBT: the store is behind what a worker knows: a new generation begins. Several workers that find the same, and a
-- repetition, begin one. KEYS: {meta}:generation. ARGV: the number that they know. Returns {number, begin, real ms}.
local now = whole(real_ms())
if tonumber(redis.call('HGET', KEYS[1], 'n') or '0') <= tonumber(ARGV[1]) then
  redis.call('HSET', KEYS[1], 'n', whole(tonumber(ARGV[1]) + 1), 'since', now)
end
return {redis.call('HGET', KEYS[1], 'n'), redis.call('HGET', KEYS[1], 'since'), now}
