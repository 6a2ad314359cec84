-- ADVANCE: move the test clock. The nonce of the last step makes a repetition harmless.
-- KEYS: {clock}:ms. ARGV: step in ms, nonce. Returns the new time.
if redis.call('GET', '{clock}:step') ~= ARGV[2] then
  redis.call('INCRBY', KEYS[1], ARGV[1])
  redis.call('SET', '{clock}:step', ARGV[2])
end
return redis.call('GET', KEYS[1])
