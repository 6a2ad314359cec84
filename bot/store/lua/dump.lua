-- DUMP: everything that is stored of one conversation, at one instant. ARGV: tag, id, kind, key, kind, key ...
-- Returns {ready at or '', unanswered since or '', time of the shard, counter of its place or '', {timer, due ...},
-- {kind, values, kind, values ...}}, or nothing when it does not exist. What is leased counts as ready.
local tag, id = ARGV[1], ARGV[2]
local hash = tag .. ':c:' .. id
local facts = redis.call('HMGET', hash, 'pl', 'tm', 'tu')
if redis.call('EXISTS', hash) == 0 then return false end
local ready = redis.call('ZSCORE', tag .. ':r', id) or (redis.call('ZSCORE', tag .. ':l', id) and '0')
local timers = {}
for member in string.gmatch(facts[2] or '', '[^\n]-@([^\n]+)') do
  local due = redis.call('ZSCORE', tag .. ':tm', id .. '|' .. member)
  if due then
    timers[#timers + 1] = id .. '|' .. member
    timers[#timers + 1] = due
  end
end
local kinds = {}
for i = 3, #ARGV, 2 do
  local values = {}
  local type = redis.call('TYPE', ARGV[i + 1]).ok
  if type == 'hash' then values = redis.call('HGETALL', ARGV[i + 1])
  elseif type == 'list' then values = redis.call('LRANGE', ARGV[i + 1], 0, -1) end
  if #values > 0 then
    kinds[#kinds + 1] = ARGV[i]
    kinds[#kinds + 1] = values
  end
end
return {
  ready or '', redis.call('ZSCORE', tag .. ':u', id) or '', redis.call('GET', tag .. ':now') or '0',
  redis.call('GET', tag .. ':pl:' .. (facts[1] or id)) or '', timers, kinds,
}
