-- VERSION: the number of a configuration's text, the latest's if it is the same. One script, because two workers that
-- start at once with one new text must get one version, not two.
-- KEYS: the number of the latest. ARGV: what the names of versions begin with, text. Returns the number.
local latest = tonumber(redis.call('GET', KEYS[1]) or '0')
if latest > 0 and redis.call('GET', ARGV[1] .. latest) == ARGV[2] then return latest end
latest = latest + 1
redis.call('SET', ARGV[1] .. latest, ARGV[2])
redis.call('SET', KEYS[1], latest)
return latest
