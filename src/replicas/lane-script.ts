import { crowdedBurstPart, refillMs } from '../crm/pacing/budget.ts';

/**
 * Keeps one lane for all replicas (crm/pacing/lane-store.ts describes query and answer). One call does everything: corrects the clock, notes
 * what has ended, and grants slots. A slot comes free one window after its release was processed here, and is granted before its call
 * starts: so of two calls in one slot the CRM counts the second at least a window after the first, whatever the networks do.
 *
 * KEYS: slots (sorted set: slot id → lane time at which it comes free), state (hash), wants (hash: replica → urgent|bulk|seen).
 * ARGV: the query as JSON. Returns the answer as JSON.
 */
export const laneScript = `
local q = cjson.decode(ARGV[1])
local slots, state, wants = KEYS[1], KEYS[2], KEYS[3]
local me, limits = q.name, q.limits
local WINDOW_LATE_MS, EARLY_MS, ACTIVE_MS, VANISHED_MS, FORGOTTEN_MS, KEPT_MS = 150, 5, 1500, 3000, 60000, 600000

-- What was lost in part (evicted, deleted, of another type) is lost: the members join again, and declare their slots.
local fields, count, size = redis.pcall('HGETALL', state), redis.pcall('ZCARD', slots), redis.pcall('HLEN', wants)
local S = {}
for i = 1, fields.err and 0 or #fields, 2 do S[fields[i]] = tonumber(fields[i + 1]) or fields[i + 1] end
if fields.err or type(size) == 'table' or count ~= (S.count or 0) then
  redis.call('DEL', slots, state, wants)
  S = {}
end
local joins = q.epoch == ''
if not joins and S.epoch ~= q.epoch then return '{"status":"unknown"}' end

-- The lane's clock: that of Redis, corrected by what the caller's own clock says has passed since its last answer.
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000) + (S.off or 0)
if S.epoch and q.knownEpoch == S.epoch then
  -- After a failover the store may lack its last writes: no number is given out twice.
  S.seq = math.max(S.seq or 0, q.knownNumber or 0)
  local fix = 0
  if now < q.clock.low - EARLY_MS then fix = q.clock.low - now
  elseif now > q.clock.high + WINDOW_LATE_MS then
    -- The query was on its way for long, or the clock has jumped: the caller knows after this answer.
    if not q.insists then return '{"status":"late"}' end
    fix = q.clock.high - now
  end
  if fix ~= 0 then
    now = now + fix
    S.off = (S.off or 0) + fix
    S.steps = (S.steps or 0) + 1
  end
end
if S.now and now < S.now then now = S.now end
S.now = now
local window = S.window or limits.windowMs

-- A lane without memory: until all members have declared their slots, no member gets more than it held, and none more than its share.
if not S.epoch then
  S.epoch = 'e' .. t[1] .. '-' .. t[2]
  S.quiet = now + limits.leaseMs + window + limits.marginMs
end

-- What has ended, what was never used, what a returning replica holds.
for _, id in ipairs(q.releases) do redis.call('ZADD', slots, 'XX', 'LT', now + window + limits.marginMs, id) end
for _, id in ipairs(q.cancelled) do redis.call('ZREM', slots, id) end
for _, slot in ipairs(q.declared) do redis.call('ZADD', slots, now + slot[2], slot[1]) end
redis.call('ZREMRANGEBYSCORE', slots, '-inf', now)
if joins then
  S['held:' .. me] = q.held
  S.expect = math.max(S.expect or 0, q.members)
  -- Earlier versions of the bridge do not report it.
  if (q.lostMs or 0) > 0 then
    S.lostAt = math.max(S.lostAt or 0, now - q.lostMs)
    S['careful:' .. me] = now - (q.awayMs or q.lostMs) + limits.leaseMs + window + limits.marginMs
  end
end
if q.leaves then
  S.expect = math.max(0, S.expect - 1)
  redis.call('HDEL', wants, me)
  redis.call('HDEL', state, 'held:' .. me, 'part:' .. me, 'careful:' .. me)
  redis.call('HSET', state, 'expect', S.expect, 'now', now, 'count', redis.call('ZCARD', slots))
  return '{"status":"unknown"}'
end
local quiet = now < S.quiet
if quiet then
  local declared = 0
  for field in pairs(S) do if string.sub(field, 1, 5) == 'held:' then declared = declared + 1 end end
  if declared >= S.expect then
    S.quiet = now
    quiet = false
  end
end
local expect = S.expect
if now >= S.quiet + FORGOTTEN_MS then S.expect = 0 end

-- What responses said about the budget.
if q.pauseMs > 0 then S.paused = math.max(S.paused or 0, now + q.pauseMs) end
-- Earlier versions of the bridge do not report it.
if (q.dailyMs or 0) > 0 then S.dailyUntil = math.max(S.dailyUntil or 0, now + q.dailyMs) end
local rate = q.rate
if rate then
  if rate.max and rate.max > 0 then S.max = rate.max end
  if rate.intervalMs and rate.intervalMs >= 1000 then S.window = rate.intervalMs end
  if rate.remaining and rate.max then
    local ours = rate.usedAtStart + (S.seq or 0) - rate.number
    local others = math.max(0, rate.max - rate.remaining - ours)
    if others >= (S.foreign or 0) or now >= (S.foreignUntil or 0) then
      S.foreign = others
      S.foreignUntil = now + window
    end
  end
end
local foreign = now < (S.foreignUntil or 0) and S.foreign or 0
local limit = math.max(1, math.min(limits.limit, (S.max or limits.limit) - foreign))

-- Who holds what, who wants what, who has vanished without a goodbye.
local held = redis.call('ZRANGE', slots, 0, -1, 'WITHSCORES')
local used, by, backgroundUsed = #held / 2, {}, 0
for i = 1, #held, 2 do
  if string.sub(held[i], -2) == ':b' then backgroundUsed = backgroundUsed + 1 end
  local holder = string.match(held[i], '^([^:]+):')
  by[holder] = (by[holder] or 0) + 1
end
-- A member that joins has not received an answer yet: until it asks again it is one of the vanished.
redis.call('HSET', wants, me, q.demand.urgent .. '|' .. q.demand.bulk .. '|' .. (joins and now - VANISHED_MS - 1 or now))
local members, active, othersUrgent, vanished, wanting, isAwaiting = 0, 0, 0, {}, {}, false
local all = redis.call('HGETALL', wants)
for i = 1, #all, 2 do
  local name = all[i]
  local urgent, bulk, seen = string.match(all[i + 1], '^(%d+)|(%d+)|(%d+)$')
  local age = now - tonumber(seen)
  if age > FORGOTTEN_MS then
    redis.call('HDEL', wants, name)
    redis.call('HDEL', state, 'held:' .. name, 'part:' .. name, 'careful:' .. name)
    S['held:' .. name], S['part:' .. name], S['careful:' .. name] = nil, nil, nil
  else
    members = members + 1
    isAwaiting = isAwaiting or tonumber(seen) < (S.lostAt or 0)
    if age > VANISHED_MS or tonumber(seen) < (S.lostAt or 0) then vanished[#vanished + 1] = name
    elseif age <= ACTIVE_MS and (urgent ~= '0' or bulk ~= '0') then
      active = active + 1
      if name ~= me then
        wanting[name] = true
        othersUrgent = othersUrgent + tonumber(urgent)
      end
    end
  end
end
for _ = members + 1, expect do vanished[#vanished + 1] = '' end
members = math.max(members, expect)

-- The vanished may go on on their shares, as large as they were when they were last answered.
local part = math.max(1, math.floor(limit / members))
local free, whole = limit - used, limit
for _, name in ipairs(vanished) do
  local kept = math.max(part, S['part:' .. name] or 0)
  free = free - math.max(0, kept - (by[name] or 0))
  whole = whole - kept
end
S['part:' .. me] = part
local mine = by[me] or 0
local share = math.max(1, whole) / math.max(1, active)
-- After a failover the store may lack slots of members that have not returned: until they have, or such slots are free, one that has gets no
-- more than its own share of a lane that is away.
if isAwaiting and now < (S['careful:' .. me] or 0) then quiet = true end
if quiet then free = math.min(free, math.min(S['held:' .. me] or 0, part) - mine) end

local function nextFree() return held[2] and math.max(1, tonumber(held[2]) - now) or 1 end
local urgent, bulk, background, wait = 0, 0, 0, 0
local step = window / limit
local burst = limits.bulkBurst
local isMixed = limits.reserved > 0 and now < (S.urgentAt or 0) + window
if isMixed and free <= limit / 10 then burst = math.max(1, burst * ${crowdedBurstPart}) end
local bulkAt = math.max(S.bulkAt or 0, now - step * burst)
if now < (S.paused or 0) then wait = S.paused - now
elseif free <= 0 then wait = nextFree()
else
  urgent = math.min(q.demand.urgent, free)
  bulkAt = bulkAt + urgent * step
  -- Bulk calls leave room for the urgent calls of all, and above its share a replica takes only what none below its share wants.
  if urgent > 0 then S.urgentAt = now end
  local reserved = limits.reserved
  if now < (S.urgentAt or 0) + ${refillMs} then reserved = math.ceil(reserved / 2) end
  local room = free - urgent - othersUrgent - reserved
  local isFull, hungry = room <= 0, false
  for name in pairs(wanting) do if (by[name] or 0) + 0.5 < share then hungry = true end end
  if hungry then room = math.min(room, math.ceil(share - mine - urgent)) end
  local most = math.max(0, math.min(q.demand.bulk, room))
  bulk = math.max(0, math.min(most, math.floor((now - bulkAt) / step + 0.001)))
  bulkAt = bulkAt + bulk * step
  -- The room grows when a slot comes free; a replica below its share may stop wanting at any time.
  if isFull then wait = nextFree()
  elseif most == 0 and q.demand.bulk > 0 then wait = 40
  elseif free - urgent - bulk <= 0 then wait = nextFree()
  else wait = math.max(1, math.ceil(bulkAt + step - now)) end
end
-- Background calls start at their share of the rate while no replica has another call waiting, and leave a tenth free.
local wanted = q.demand.background or 0
if wanted > 0 and urgent + bulk == 0 and now >= (S.paused or 0) then
  local share = limits.backgroundShare
  local slow = step / share
  local backgroundAt = math.max(S.backgroundAt or 0, now - 2 * slow)
  local room = math.min(free - math.floor(limit / 10), math.max(1, math.floor(limit * share)) - backgroundUsed)
  if active > 0 or quiet then wait = 100
  elseif room <= 0 then wait = nextFree()
  else
    background = math.max(0, math.min(wanted, room, math.floor((now - backgroundAt) / slow + 0.001)))
    backgroundAt = backgroundAt + background * slow
    wait = math.max(1, math.ceil(backgroundAt + slow - now))
  end
  S.backgroundAt = backgroundAt
end
S.bulkAt = bulkAt
local seq = S.seq or 0
local lease = now + limits.leaseMs + window + limits.marginMs
local granted = urgent + bulk + background
local kind = background > 0 and ':b' or ''
for number = seq + 1, seq + granted do redis.call('ZADD', slots, lease, me .. ':' .. S.epoch .. ':' .. number .. kind) end
S.seq = seq + granted
S.count = used + granted
if urgent > 0 then redis.call('HSET', wants, me, (q.demand.urgent - urgent) .. '|' .. q.demand.bulk .. '|' .. now) end

local written = {}
for field, value in pairs(S) do
  written[#written + 1] = field
  written[#written + 1] = value
end
redis.call('HSET', state, unpack(written))
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, KEPT_MS) end
return cjson.encode({
  status = 'ok', epoch = S.epoch, clock = now, granted = granted, number = S.seq, isBackground = background > 0, waitMs = math.ceil(wait),
  used = used + granted, limit = limit, windowMs = S.window or limits.windowMs, members = members,
  pausedMs = math.max(0, math.ceil((S.paused or 0) - now)), clockSteps = S.steps or 0, dailyUntil = S.dailyUntil,
})
`;
