import { defineScript } from '../redis-connection.ts';

/** A replica that dies loses its claims after this time: longer than its last call to the CRM can be under way. */
export const heldMs = 15_000;
/** For how long a claim that was not released shows that its work did not end. */
const unfinishedMs = 24 * 3_600_000;
const keptMs = heldMs + unfinishedMs;
/** How often claims are prolonged. */
export const renewMs = 2_500;
/** After Redis was lost, holders are connected again and have restored their claims after this time. */
export const settleMs = 6_500;

/** Of the keys of claims; the same for all, so that they are together in a cluster. */
export const claimPrefix = 'eb:{claim}:';
/** When Redis received its first claim since it lost its data, and a token. */
export const epochKey = `${claimPrefix}epoch`;

/** Of a caller that knows no epoch, but that all replicas have restored their claims since it was away. */
export const settledEpoch = '-';

/**
 * Claims the parts of which no other holds a key, each as a whole. The value of a claim is when its work began and the holder's token. It
 * is held for `heldMs` after it was claimed or prolonged, and kept for longer, so that a replica that takes it over knows when its work began.
 * Nothing is claimed of a Redis that lost its data just now, or that may have.
 * KEYS: the epoch, then the claims, part by part. ARGV: token, when the work begins, the epoch that the caller knows, whether to leave
 * alone what was busy for the caller or was not released (0 or 1), and how many keys each part has, negative for one that was busy for
 * the caller.
 * Returns the epoch that the caller knows now, whether the present one is young (`young` or `old`), a letter for each part (`m` claimed, `w`
 * claimed after it was released, `t` taken over, `b` held by others, `u` perhaps held by others), and when the earliest work on one of the
 * parts began.
 */
export const claimScript = defineScript(`
local token, begins, known, isCautious = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4] == '1'
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local epoch = redis.call('GET', KEYS[1])
if not epoch then
  epoch = string.format('%.0f', now) .. ':' .. token
  redis.call('SET', KEYS[1], epoch)
end
local isYoung = now - tonumber(string.match(epoch, '^%d+') or 0) < ${settleMs}
local isLost = isYoung and known ~= epoch and known ~= '${settledEpoch}'
if isLost then epoch = known end
local at, earliest, states = 1, begins, {}
for part = 5, #ARGV do
  local count = tonumber(ARGV[part])
  local last, state, since = at + math.abs(count), 'm', begins
  if count < 0 then state = 'w' end
  for i = at + 1, last do
    local value = redis.call('GET', KEYS[i])
    local began, holder = string.match(value or '', '^(%d+) (.+)$')
    if began and holder ~= token then
      since = math.min(since, tonumber(began))
      if redis.call('PTTL', KEYS[i]) > ${unfinishedMs} then state = 'b'
      elseif state ~= 'b' then state = 't' end
    end
  end
  if state ~= 'b' and (isLost or isCautious and state ~= 'm') then state = 'u' end
  if state ~= 'b' and state ~= 'u' then
    local claimed = string.format('%.0f', since) .. ' ' .. token
    for i = at + 1, last do redis.call('SET', KEYS[i], claimed, 'PX', ${keptMs}) end
  end
  earliest = math.min(earliest, since)
  states[#states + 1] = state
  at = last
end
return epoch .. ' ' .. (isYoung and 'young' or 'old') .. ' ' .. table.concat(states) .. ' ' .. string.format('%.0f', earliest)
`);

/** What a holder does with its claims: hold them for longer, release them, or leave them to show that the work did not end. */
export type ClaimChange = 'prolong' | 'release' | 'leave';

/**
 * Changes claims that are still the caller's. Prolonging restores those that Redis lost. KEYS: the claims. ARGV: token, the change, when
 * the work began.
 */
export const changeScript = defineScript(`
local token, change = ARGV[1], ARGV[2]
for _, key in ipairs(KEYS) do
  local value = redis.call('GET', key)
  local holder = string.match(value or '', '^%d+ (.+)$')
  if not value and change == 'prolong' then redis.call('SET', key, ARGV[3] .. ' ' .. token, 'PX', ${keptMs})
  elseif holder == token then
    if change == 'release' then redis.call('DEL', key)
    elseif change == 'leave' then redis.call('PEXPIRE', key, ${unfinishedMs})
    else redis.call('PEXPIRE', key, ${keptMs}) end
  end
end
return ''
`);
