-- ARRIVE: a worker says that it is here, over which runs of the servers. If those are others than the last worker saw
-- and some worker has not said good-bye, nobody can tell what was lost in between: a new generation begins. So it does
-- when a restore left one for the first worker to begin.
-- KEYS: {meta}:generation. ARGV: owner, runs, 'seen' if it has seen to itself whether anything is lost.
-- Returns {number, its begin in real ms, real ms, 1: something is certainly lost}.
local owner, runs = ARGV[1], ARGV[2]
local up, now = '{meta}:up', whole(real_ms())
local seen = redis.call('HMGET', KEYS[1], 'runs', 'since')
if ARGV[3] ~= 'seen' and seen[1] and seen[1] ~= runs and redis.call('SCARD', up) > 0 then
  redis.call('HINCRBY', KEYS[1], 'n', 1)
  redis.call('HSET', KEYS[1], 'since', now, 'lost', '0')
  redis.call('DEL', up)
elseif seen[2] == '' then
  redis.call('HSET', KEYS[1], 'since', now)
end
redis.call('HSET', KEYS[1], 'runs', runs)
redis.call('SADD', up, owner)
local told = redis.call('HMGET', KEYS[1], 'n', 'since', 'lost')
return {told[1] or '0', told[2] or '0', now, told[3] or '0'}
