-- LEASE: take ready conversations of one shard, fence + 1 each. The nonce of an owner's last call is remembered with
-- what it took, so that a repetition answers the same.
-- ARGV: tag, owner, lease ms, limit, override, nonce
-- Returns {now, real, more are ready, next not-before or '', id, fence, contents, id, fence, contents ...}
local tag, owner, lease_ms, limit, override = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local ready = tag .. ':r'
local TOOK_TTL_S = 60 -- longer than a client repeats a call
local TURNS_AMONG = 512 -- how many of those that are ready, the longest waiting first, take turns
local real = real_ms()

-- A customer's lines that came within the debounce are put in the platform's order; clicks keep their place. The
-- numbers stay in the order of acceptance, so the lines that move swap theirs.
local function sort_lines(box)
  local entries = redis.call('LRANGE', box, 0, BATCH - 1)
  local i = 1
  while i < #entries do
    local at, seq, tries, key, rest = string.match(entries[i], '^(%d*)|(%d*)|(%d*)|(%d*)|(.*)$')
    local run = {{key = tonumber(key), order = i, rest = rest}}
    local places = {{at = at, seq = seq, tries = tries}}
    local j = i + 1
    while key ~= '' and j <= #entries do
      local at2, seq2, tries2, key2, rest2 = string.match(entries[j], '^(%d*)|(%d*)|(%d*)|(%d*)|(.*)$')
      if key2 == '' or tonumber(at2) - tonumber(at) > 150 then break end
      run[#run + 1] = {key = tonumber(key2), order = j, rest = rest2}
      places[#places + 1] = {at = at2, seq = seq2, tries = tries2}
      j = j + 1
    end
    table.sort(run, function(a, b)
      if a.key ~= b.key then return a.key < b.key end
      return a.order < b.order
    end)
    for k, line in ipairs(run) do
      if line.order ~= i + k - 1 then
        local p = places[k]
        redis.call('LSET', box, i + k - 2,
          p.at .. '|' .. p.seq .. '|' .. p.tries .. '|' .. whole(line.key) .. '|' .. line.rest)
      end
    end
    i = j
  end
end

-- Of many that are ready each workspace gets its turn, so that a flood in one delays the others little.
local function by_turns(all)
  if #all <= limit then return all end
  local of, queues = {}, {}
  for _, id in ipairs(all) do
    local workspace = string.match(id, '^[^.]+%.[^.]+%.') or ''
    if not of[workspace] then
      of[workspace] = {next = 1}
      queues[#queues + 1] = of[workspace]
    end
    local queue = of[workspace]
    queue[#queue + 1] = id
  end
  local chosen = {}
  while #chosen < limit do
    for _, queue in ipairs(queues) do
      if queue[queue.next] and #chosen < limit then
        chosen[#chosen + 1] = queue[queue.next]
        queue.next = queue.next + 1
      end
    end
  end
  return chosen
end

local took = tag .. ':took:' .. owner
local last = redis.call('GET', took)
local ids, fences = {}, {}
if last and string.match(last, '^[^\n]*') == ARGV[6] then
  for id in string.gmatch(last, '\n([^\n]+)') do
    if redis.call('HGET', tag .. ':c:' .. id, 'o') == owner then ids[#ids + 1] = id end
  end
else
  ids = by_turns(redis.call('ZRANGEBYSCORE', ready, '-inf', whole(real), 'LIMIT', 0, math.max(limit, TURNS_AMONG)))
  for _, id in ipairs(ids) do
    redis.call('ZREM', ready, id)
    redis.call('ZADD', tag .. ':l', whole(real + lease_ms), id)
    local hash = tag .. ':c:' .. id
    fences[id] = whole(redis.call('HINCRBY', hash, 'f', 1))
    redis.call('HSET', hash, 'o', owner)
    if redis.call('LLEN', tag .. ':m:' .. id) > 1 then sort_lines(tag .. ':m:' .. id) end
  end
  if #ids > 0 then redis.call('SET', took, ARGV[6] .. '\n' .. table.concat(ids, '\n'), 'EX', TOOK_TTL_S) end
end

local now = #ids > 0 and shown_ms(tag, override, real) or 0
local reply = {whole(now), whole(real), 0, ''}
for _, id in ipairs(ids) do
  reply[#reply + 1] = id
  reply[#reply + 1] = fences[id] or redis.call('HGET', tag .. ':c:' .. id, 'f')
  reply[#reply + 1] = contents(tag, id)
end
local next_one = redis.call('ZRANGE', ready, 0, 0, 'WITHSCORES')
if next_one[1] and tonumber(next_one[2]) <= real then
  reply[3] = 1
  ring(tag)
else
  reply[4] = next_one[2] or ''
  redis.call('DEL', tag .. ':bell') -- nothing is left to ring for
end
return reply
