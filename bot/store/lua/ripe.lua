-- RIPE: on which shards is the first of a sorted set due, or will be soon? One question for all, so that an idle store is
-- asked little. It reads several slots and writes nothing.
-- KEYS: the sets. ARGV: how many ms ahead to look. Returns {which of the keys ...}
local latest = real_ms() + tonumber(ARGV[1])
local ripe = {}
for i, key in ipairs(KEYS) do
  local first = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
  if first[1] and tonumber(first[2]) <= latest then ripe[#ripe + 1] = i end
end
return ripe
