import { HubgenError } from '../errors.ts'

const unitsMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

/** HubSpot's own search refuses times before it existed. */
const earliest = Date.UTC(2005, 0, 1)

/** `2026-11-25`, `2026-11-25T08:00Z`, or so long ago: `3d`, `12h`, `90m`. Fails with SINCE_INVALID. */
export function parseSince(text: string, nowMs: number): Date {
  const ago = /^(\d{1,6})([mhd])$/.exec(text.trim())
  const isDate = /^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:?\d\d)?)?$/.test(text.trim())
  const ms = ago
    ? nowMs - Number(ago[1]) * (unitsMs[ago[2] ?? ''] ?? Number.NaN)
    : isDate
      ? Date.parse(text.trim())
      : Number.NaN
  if (Number.isNaN(ms) || ms > nowMs) {
    const why = ms > nowMs ? 'is in the future' : 'is no time'
    throw new HubgenError('SINCE_INVALID', `\`${text}\` ${why}`, {
      fix: 'give a date such as 2026-11-25, a time such as 2026-11-25T08:00Z, or how long ago: 3d, 12h, 90m',
    })
  }
  return new Date(Math.max(ms, earliest))
}
