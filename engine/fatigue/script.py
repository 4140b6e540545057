"""The Lua script: checks and counts in one step, so that no number of replicas can exceed a limit.

Cool-down of 24 hours and more outlives the sorted sets' day, so it is a key of its own (`…:cooldown`).
"""

SPEND = """
local HOUR, DAY = 3600000, 86400000
local now = tonumber(ARGV[1])
local per_hour, per_day = tonumber(ARGV[2]), tonumber(ARGV[3])

local function count(key, window)
  return redis.call('ZCOUNT', key, '(' .. (now - window), '+inf')
end

local function add(key, member)
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - DAY)
  redis.call('ZADD', key, now, member)
  redis.call('PEXPIRE', key, DAY)
end

local hour, day = 0, 0
for i = 1, 3 do
  hour = hour + count(KEYS[i], HOUR)
  day = day + count(KEYS[i], DAY)
end

local cooling = {}
local kept = {}
local first_key, first_argument = 4, 4
for i = 0, (#ARGV - 3) / 5 - 1 do
  if hour >= per_hour or day >= per_day then break end
  local playbook, repo = KEYS[first_key + 2 * i], KEYS[first_key + 2 * i + 1]
  local a = first_argument + 5 * i
  local member, type_index = ARGV[a], tonumber(ARGV[a + 1])
  local per_actor, per_repo, minutes = tonumber(ARGV[a + 2]), tonumber(ARGV[a + 3]), tonumber(ARGV[a + 4])
  local cooldown = playbook .. ':cooldown'
  if cooling[playbook] == nil then
    local since = redis.call('GET', cooldown)
    cooling[playbook] = since and now - tonumber(since) < minutes * 60000 or false
  end
  local fits = not cooling[playbook]
  fits = fits and (per_actor < 0 or count(playbook, DAY) < per_actor)
  fits = fits and (per_repo < 0 or count(repo, DAY) < per_repo)
  if fits then
    hour, day = hour + 1, day + 1
    add(KEYS[type_index], member)
    add(playbook, member)
    add(repo, member)
    if minutes > 0 then
      redis.call('SET', cooldown, now, 'PX', math.max(minutes * 60000, DAY))
    end
    kept[#kept + 1] = i
  end
end
return kept
"""
