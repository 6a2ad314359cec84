-- ADOPT: a restored conversation, whose own keys are written, takes its place on its shard. Nobody holds it. Nobody
-- knows which of its rows were sent after the backup: they count as marked. Twice is once.
-- ARGV: tag, id, ready at or '', unanswered since or '', time of its shard, its place, counter of that place or '',
--   timer, due ...
local tag, id = ARGV[1], ARGV[2]
local real = whole(real_ms())
redis.call('HDEL', tag .. ':c:' .. id, 'o')
if ARGV[4] ~= '' then redis.call('ZADD', tag .. ':u', ARGV[4], id) end
if tonumber(ARGV[5]) > tonumber(redis.call('GET', tag .. ':now') or '0') then redis.call('SET', tag .. ':now', ARGV[5]) end
local counter = tag .. ':pl:' .. ARGV[6]
if ARGV[7] ~= '' and math.abs(ARGV[7]) > math.abs(tonumber(redis.call('GET', counter) or '0')) then
  redis.call('SET', counter, ARGV[7])
end
for i = 8, #ARGV, 2 do redis.call('ZADD', tag .. ':tm', ARGV[i + 1], ARGV[i]) end
for _, lane in ipairs(LANES) do
  local list = tag .. ':q:' .. id .. ':' .. lane
  for at, row in ipairs(redis.call('LRANGE', list, 0, -1)) do
    local key, attempts, payload = string.match(row, '^([^\n]*)\n|(%d+)|[^\n]*\n(.*)$')
    if key then
      attempts = math.max(tonumber(attempts), 1)
      redis.call('LSET', list, at - 1, key .. '\n' .. real .. '|' .. whole(attempts) .. '|restored\n' .. payload)
    end
  end
end
if ARGV[3] ~= '' then
  redis.call('ZADD', tag .. ':r', ARGV[3], id)
  ring(tag)
end
return 1
