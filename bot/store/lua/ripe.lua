-- RIPE: on which shards is the first of a sorted set due? One question for all, so that an idle store is asked little.
-- It reads several slots and writes nothing.
-- KEYS: the sets. Returns {which of the keys ...}
local real = real_ms()
local ripe = {}
for i, key in ipairs(KEYS) do
  local first = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
  if first[1] and tonumber(first[2]) <= real then ripe[#ripe + 1] = i end
end
return ripe
