-- DUTY: set one person's duty (with a person), or tell everybody's (without).
-- ARGV: staff tag, override, person or '', state, until or ''. Returns {now, person, state, until, slots, person ...}
local tag = ARGV[1]
local real = real_ms()
if ARGV[3] ~= '' then
  redis.call('SADD', tag .. ':people', ARGV[3])
  redis.call('HSET', tag .. ':p:' .. ARGV[3], 'duty', ARGV[4], 'until', ARGV[5])
  return {}
end
local reply = {whole(ARGV[2] ~= '' and tonumber(ARGV[2]) or real)}
for _, person in ipairs(redis.call('SMEMBERS', tag .. ':people')) do
  local slots, state, till = 0, 'on', ''
  local facts = redis.call('HGETALL', tag .. ':p:' .. person)
  for i = 1, #facts, 2 do
    if facts[i] == 'duty' then state = facts[i + 1]
    elseif facts[i] == 'until' then till = facts[i + 1]
    elseif string.sub(facts[i], 1, 2) == 's:' then slots = slots + 1 end
  end
  reply[#reply + 1] = person
  reply[#reply + 1] = state
  reply[#reply + 1] = till
  reply[#reply + 1] = slots
end
return reply
