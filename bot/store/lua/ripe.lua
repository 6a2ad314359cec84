-- RIPE: on which shards is the first of a sorted set due? One question for all, so that an idle store is asked little.
-- The only script that reads several slots; it writes nothing.
-- KEYS: the sets. ARGV: 'real', or 'timers' for their time; override. Returns {which of the keys ...}
local real = real_ms()
local ripe = {}
for i, key in ipairs(KEYS) do
  local first = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
  if first[1] then
    local now = real
    if ARGV[1] == 'timers' then now = timers_ms(string.match(key, '^{%d+}'), ARGV[2], real) end
    if tonumber(first[2]) <= now then ripe[#ripe + 1] = i end
  end
end
return ripe
