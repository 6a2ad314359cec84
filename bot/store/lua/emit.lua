-- EMIT: one entry of the feed, once per key. ARGV: staff tag, key, type, data
local tag = ARGV[1]
local KEPT_MS = 86400000
local real = real_ms()
-- The keys lie in two sets turned daily, like the dedupe tables of a channel.
local turn = math.floor(real / KEPT_MS)
local fresh = tag .. ':fed:' .. (turn % 2)
if redis.call('SISMEMBER', tag .. ':fed:' .. ((turn + 1) % 2), ARGV[2]) == 1 then return 0 end
if redis.call('SADD', fresh, ARGV[2]) == 0 then return 0 end
redis.call('PEXPIREAT', fresh, whole((turn + 2) * KEPT_MS))
feed(tag, real, ARGV[3], ARGV[4])
redis.call('PUBLISH', tag .. ':feed', '')
return 1
