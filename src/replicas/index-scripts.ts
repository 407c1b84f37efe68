import { defineScript } from './redis-connection.ts';

/** Takes or keeps the lead; returns its fencing number, or nothing while another replica leads. KEYS: lead, fence. ARGV: token, ms. */
export const lead = defineScript(`
local holder = redis.call('GET', KEYS[1])
if holder == ARGV[1] then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return redis.call('GET', KEYS[2])
end
if holder then return '' end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return tostring(redis.call('INCR', KEYS[2]))
`);

/** Leaves the lead to others. KEYS: lead. ARGV: token. */
export const resign = defineScript(`
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return ''
`);

/**
 * Empties buckets: each gets the mark of a new epoch. Only the leader does so. KEYS: fence, buckets. ARGV: epoch, fencing number.
 */
export const clear = defineScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[2] then return 'fenced' end
for at = 2, #KEYS do
  redis.call('DEL', KEYS[at])
  redis.call('HSET', KEYS[at], '_', ARGV[1])
end
return 'ok'
`);

/** Begins an epoch once all buckets have its mark. KEYS: fence, meta. ARGV: epoch, fencing number, account. */
export const begin = defineScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[2] then return 'fenced' end
redis.call('DEL', KEYS[2])
redis.call('HSET', KEYS[2], 'epoch', ARGV[1], 'account', ARGV[3])
return 'ok'
`);

/** The index lacks a bucket, or holds too much: its epoch ends. KEYS: meta. ARGV: epoch. */
export const end = defineScript(`
if redis.call('HGET', KEYS[1], 'epoch') == ARGV[1] then redis.call('HDEL', KEYS[1], 'epoch') end
return ''
`);

/** Replaces a state. KEYS: fence, meta. ARGV: epoch, fencing number, field, text. */
export const replaceState = defineScript(`
if redis.call('HGET', KEYS[2], 'epoch') ~= ARGV[1] then return 'lost' end
if redis.call('GET', KEYS[1]) ~= ARGV[2] then return 'fenced' end
redis.call('HSET', KEYS[2], ARGV[3], ARGV[4])
return 'ok'
`);

/** Marks what is written from now on as of another pass. KEYS: fence, meta. ARGV: epoch, fencing number, object type, number of the pass. */
export const beginPass = defineScript(`
if redis.call('HGET', KEYS[2], 'epoch') ~= ARGV[1] then return 'lost' end
if redis.call('GET', KEYS[1]) ~= ARGV[2] then return 'fenced' end
redis.call('HSET', KEYS[2], 'pass ' .. ARGV[3], ARGV[4])
return 'ok'
`);

/**
 * Adds ids to fields of buckets, none of which may have been evicted. Each has a mark: three times the number of its object type, plus
 * the number of the pass in which it was written last, modulo 3. KEYS: meta, buckets. ARGV: epoch, object type, then for each pair bucket, field, id.
 */
export const put = defineScript(`
for at = 2, #KEYS do
  if redis.call('HGET', KEYS[at], '_') ~= ARGV[1] then return 'lost' end
end
local number = redis.call('HGET', KEYS[1], 'number ' .. ARGV[2])
if not number then
  number = redis.call('HINCRBY', KEYS[1], 'numbers', 1)
  redis.call('HSET', KEYS[1], 'number ' .. ARGV[2], number)
end
local pass = redis.call('HGET', KEYS[1], 'pass ' .. ARGV[2]) or '0'
local mark = ':' .. (3 * tonumber(number) + tonumber(pass) % 3)
for at = 3, #ARGV, 3 do
  local bucket, field, id = KEYS[tonumber(ARGV[at])], ARGV[at + 1], ARGV[at + 2]
  local held = redis.call('HGET', bucket, field) or ''
  if not string.find(',' .. held .. ',', ',' .. id .. mark .. ',', 1, true) then
    local ids = {}
    for each in string.gmatch(held, '[^,]+') do
      if string.match(each, '^(.*):') ~= id then ids[#ids + 1] = each end
    end
    ids[#ids + 1] = id .. mark
    redis.call('HSET', bucket, field, table.concat(ids, ','))
  end
end
return 'ok'
`);

/** Removes ids from fields. KEYS and ARGV as above. */
export const drop = defineScript(`
for at = 3, #ARGV, 3 do
  local bucket, field, id = KEYS[tonumber(ARGV[at])], ARGV[at + 1], ARGV[at + 2]
  local held = redis.call('HGET', bucket, field)
  if held then
    local left = {}
    for each in string.gmatch(held, '[^,]+') do
      if string.match(each, '^(.*):') ~= id then left[#left + 1] = each end
    end
    if #left == 0 then redis.call('HDEL', bucket, field) else redis.call('HSET', bucket, field, table.concat(left, ',')) end
  end
end
return 'ok'
`);

/**
 * Removes the ids of an object type that were written neither in a pass nor in the one before, unless another one has begun. KEYS: fence,
 * meta, buckets. ARGV: epoch, fencing number, object type, number of the pass.
 */
export const dropStale = defineScript(`
if redis.call('HGET', KEYS[2], 'epoch') ~= ARGV[1] then return 'lost' end
if redis.call('GET', KEYS[1]) ~= ARGV[2] then return 'fenced' end
local number = redis.call('HGET', KEYS[2], 'number ' .. ARGV[3])
if not number or redis.call('HGET', KEYS[2], 'pass ' .. ARGV[3]) ~= ARGV[4] then return 'ok' end
local stale = tostring(3 * tonumber(number) + (tonumber(ARGV[4]) + 1) % 3)
for at = 3, #KEYS do
  local held = redis.call('HGETALL', KEYS[at])
  for place = 1, #held, 2 do
    local field, left, count = held[place], {}, 0
    if field ~= '_' then
      for each in string.gmatch(held[place + 1], '[^,]+') do
        count = count + 1
        if string.match(each, ':(%d+)$') ~= stale then left[#left + 1] = each end
      end
      if #left == 0 then
        redis.call('HDEL', KEYS[at], field)
      elseif #left < count then
        redis.call('HSET', KEYS[at], field, table.concat(left, ','))
      end
    end
  end
end
return 'ok'
`);
