-- DUE: the server's time, and the timers that are due. One question for all shards, so that an idle store is asked little
-- and nothing is late by the way there. It writes nothing.
-- KEYS: the sets of timers, then what a cluster adds. ARGV: how many sets, override, limit.
-- Returns {real now, which of the sets, {member, due ...}, which of the sets, {member, due ...} ...}
local real, left = real_ms(), tonumber(ARGV[3])
local reply = {whole(real)}
for i = 1, tonumber(ARGV[1]) do
  local key = KEYS[i]
  local first = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
  local now = first[1] and timers_ms(string.match(key, '^{%d+}'), ARGV[2], real)
  if now and tonumber(first[2]) <= now and left > 0 then
    local due = redis.call('ZRANGEBYSCORE', key, '-inf', whole(now), 'WITHSCORES', 'LIMIT', 0, left)
    left = left - #due / 2
    reply[#reply + 1] = i
    reply[#reply + 1] = due
  end
end
return reply
