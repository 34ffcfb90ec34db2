/** The decision as Redis makes it: one script, one round trip, all meters of a call at once. `counter.ts` in Lua. */
import { createHash } from 'node:crypto'
import { MINUTE_MS, SLOTS, UNIT, refillUnits, sizeUnits } from './counter.ts'
import type { Reading } from './decision.ts'
import type { Meter, Meters } from './limits.ts'

/**
 * A counter is a hash: `s` calls in the hour, `d` debt in units as of `a` (milliseconds), `o` the oldest minute that has
 * calls, and the calls by minute. It lasts two hours from its last charge, or until its debt has flowed back.
 *
 * Nothing is written by a call that is refused or only looks, but for what the node says besides: what passed elsewhere and
 * is charged now; what it owes, having let it pass by itself while Redis was gone; and where there is no such counter, what the node knows of it, since a Redis that
 * comes back empty must not forgive what was spent. Time is the server's own; of one key it never goes back, whoever sets the clock or takes over as primary.
 */
const lua = `
local charging, cost, now, spent = ARGV[1] == 'charge', tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end

local function minutes(key, from, to)
  local names = {}
  for minute = from, to do names[#names + 1] = minute end
  return redis.call('HMGET', key, unpack(names))
end

-- The milliseconds until so many calls have left the hour, or all.
local function untilForgotten(meter, count)
  if not meter.oldest then return 0 end
  local minute = meter.oldest
  if count > 1 then
    local calls = minutes(meter.key, meter.oldest, meter.minute)
    for index = 1, #calls do
      local here = tonumber(calls[index]) or 0
      if here > 0 then minute = meter.oldest + index - 1 end
      count = count - here
      if count <= 0 then break end
    end
  end
  return (minute + ${SLOTS}) * ${MINUTE_MS} - meter.now
end

local meters, allowed = {}, true
for index, key in ipairs(KEYS) do
  local at = index * 6 - 1
  local meter = {
    key = key,
    hour = tonumber(ARGV[at]),
    size = tonumber(ARGV[at + 1]),
    refill = tonumber(ARGV[at + 2]),
    owed = tonumber(ARGV[at + 3]),
  }
  local held = redis.call('HMGET', key, 's', 'd', 'a', 'o')
  local last = tonumber(held[3]) or now
  meter.now = math.max(now, last)
  meter.minute = math.floor(meter.now / ${MINUTE_MS})
  meter.spent = tonumber(held[1]) or 0
  meter.debt = math.max(0, (tonumber(held[2]) or 0) - (meter.now - last) * meter.refill)
  meter.oldest = tonumber(held[4])

  local first = meter.minute - ${SLOTS - 1}
  if meter.oldest and meter.oldest < first then
    -- At its last charge all of it lay within one hour, so that this is a short way.
    local newest = math.floor(last / ${MINUTE_MS})
    local calls = minutes(key, meter.oldest, newest)
    local oldest
    meter.forgotten = {}
    for offset = 1, #calls do
      local minute = meter.oldest + offset - 1
      if calls[offset] then
        if minute < first then
          meter.spent = meter.spent - calls[offset]
          table.insert(meter.forgotten, minute)
        else
          oldest = oldest or minute
        end
      end
    end
    meter.oldest = oldest
  end

  if held[3] then
    meter.debt = meter.debt + meter.owed * ${UNIT}
  else
    meter.owed, meter.debt = tonumber(ARGV[at + 4]), tonumber(ARGV[at + 5])
  end
  meter.spent = meter.spent + meter.owed
  meter.added, meter.lent = meter.owed, 0
  if spent > 0 then
    -- What passed elsewhere, as far as each policy still has room.
    local fits = spent
    if meter.hour >= 0 then fits = math.min(spent, math.max(0, meter.hour - meter.spent)) end
    meter.spent, meter.added = meter.spent + fits, meter.added + fits
    meter.lent = math.min(spent, math.max(0, math.floor((meter.size - meter.debt) / ${UNIT})))
    meter.debt = meter.debt + meter.lent * ${UNIT}
  end
  if cost > 0 and meter.hour >= 0 and meter.spent + cost > meter.hour then allowed = false end
  if cost > 0 and meter.debt + cost * ${UNIT} > meter.size then allowed = false end
  meters[index] = meter
end

local spending = charging and allowed and cost > 0
for _, meter in ipairs(meters) do
  local added = meter.added
  if spending then
    added = added + cost
    meter.spent = meter.spent + cost
    meter.debt = meter.debt + cost * ${UNIT}
  end
  if added > 0 or meter.lent > 0 then
    if meter.forgotten and #meter.forgotten > 0 then redis.call('HDEL', meter.key, unpack(meter.forgotten)) end
    if added > 0 then
      meter.oldest = meter.oldest or meter.minute
      redis.call('HINCRBY', meter.key, meter.minute, added)
    end
    redis.call('HSET', meter.key, 's', meter.spent, 'd', meter.debt, 'a', meter.now)
    if meter.oldest then redis.call('HSET', meter.key, 'o', meter.oldest) else redis.call('HDEL', meter.key, 'o') end
    redis.call('PEXPIRE', meter.key, math.max(7200000, math.ceil(meter.debt / meter.refill) + ${MINUTE_MS}))
  end
end

local answer = { allowed and 1 or 0 }
for _, meter in ipairs(meters) do
  local grows, wait = 0, 0
  if meter.hour >= 0 then
    grows = untilForgotten(meter, math.max(1, meter.spent - meter.hour + 1))
    local over = meter.spent + cost - meter.hour
    if not allowed and over > 0 then wait = untilForgotten(meter, over) end
  end
  for _, number in ipairs({ meter.spent, meter.debt, grows, wait }) do answer[#answer + 1] = number end
end
return answer
`

export const script = { text: lua, sha: createHash('sha1').update(lua).digest('hex') }

/** Keys with a part in braces lie, in a Cluster, where that part says: those of one call on one node. */
export const keyOf = ({ group, subject }: Meter): string => `keygrant:limits:{${group}}:${subject}`

/** What a node says of a counter. */
export interface Told {
  /** Calls that it let pass without Redis' knowledge. */
  owed: number
  /** All that it knows of, for when Redis knows nothing: calls in the hour, and units of debt. */
  spent: number
  debt: number
}

export interface Question {
  meters: Meters
  cost: number
  kind: 'charge' | 'look'
  /** For each meter. */
  told: readonly Told[]
  /** Milliseconds since 1970; null: by the server's clock. */
  at: number | null
  /** Units that passed elsewhere. */
  spent: number
}

/** What follows the script or its digest in EVAL and EVALSHA. */
export function scriptArguments({ meters, cost, kind, told, at, spent: elsewhere }: Question): string[] {
  const args = [String(meters.length)]
  for (const meter of meters) args.push(keyOf(meter))
  args.push(kind, String(cost), at === null ? '' : String(at), String(elsewhere))
  for (const [index, { limits }] of meters.entries()) {
    const { owed, spent, debt } = told[index] ?? nothing
    args.push(
      limits.hour === null ? '-1' : String(limits.hour),
      String(sizeUnits(limits.burst)),
      String(refillUnits(limits.burst)),
      String(owed),
      String(spent),
      String(debt),
    )
  }
  return args
}

const nothing: Told = { owed: 0, spent: 0, debt: 0 }

/** @param answer what the script gave */
export function readAnswer(answer: unknown): { allowed: boolean; readings: Reading[] } {
  if (!Array.isArray(answer)) throw new TypeError('Redis gave another answer than its script does')
  const [allowed, ...numbers] = answer as number[]
  const readings: Reading[] = []
  for (let index = 0; index < numbers.length; index += 4) {
    const [spent = 0, debt = 0, hourGrows = 0, hourWait = 0] = numbers.slice(index, index + 4)
    readings.push({ spent, debt, hourGrows, hourWait })
  }
  return { allowed: allowed === 1, readings }
}
