import { describe, expect, it } from 'vitest'
import { aroundTimeOfDay, nextMidnight } from '../../runtime/hubspot/limits/daily-reset.ts'

describe('the daily limit ends', () => {
  it.each([
    ['Europe/Berlin', '2026-11-12T10:00:00Z', '2026-11-12T23:00:00.000Z'],
    ['Europe/Berlin', '2026-10-24T22:30:00Z', '2026-10-25T23:00:00.000Z'],
    ['Europe/Berlin', '2026-03-29T00:30:00Z', '2026-03-29T22:00:00.000Z'],
    ['US/Eastern', '2026-11-12T04:59:59Z', '2026-11-12T05:00:00.000Z'],
    ['Asia/Kolkata', '2026-12-31T20:00:00Z', '2027-01-01T18:30:00.000Z'],
    ['UTC', '2026-11-12T00:00:00Z', '2026-11-13T00:00:00.000Z'],
  ])('in %s after %s at %s', (timeZone, now, midnight) => {
    const found = nextMidnight(timeZone, Date.parse(now))
    expect(found === null ? null : new Date(found).toISOString()).toBe(midnight)
  })

  it('at a time that is not known in a zone that is not known', () => {
    expect(nextMidnight('Moon/Base', 0)).toBeNull()
  })
})

describe('a time of day', () => {
  const at = (text: string) => Date.parse(text)

  it.each([
    ['UTC', '2026-11-12T02:59:59Z', '2026-11-11T03:00Z', '2026-11-12T03:00Z'],
    ['UTC', '2026-11-12T03:00:00Z', '2026-11-12T03:00Z', '2026-11-13T03:00Z'],
    ['Asia/Kolkata', '2026-11-12T00:00:00Z', '2026-11-11T21:30Z', '2026-11-12T21:30Z'],
    // Clocks go back an hour at 03:00 that night.
    ['Europe/Berlin', '2026-10-25T12:00:00Z', '2026-10-25T02:00Z', '2026-10-26T02:00Z'],
  ])('in %s at %s was last and is next', (timeZone, now, last, next) => {
    expect(aroundTimeOfDay(timeZone, { hour: 3, minute: 0 }, at(now))).toEqual({
      lastMs: at(last),
      nextMs: at(next),
    })
  })

  it('that the clocks skip is when they skip it', () => {
    const midnight = { hour: 0, minute: 0 }
    const times = { lastMs: at('2026-09-05T04:00Z'), nextMs: at('2026-09-06T04:00Z') }
    expect(aroundTimeOfDay('America/Santiago', midnight, at('2026-09-06T03:30Z'))).toEqual(times)
    expect(nextMidnight('America/Santiago', at('2026-09-06T03:30Z'))).toBe(times.nextMs)
  })

  it('of an unknown zone is unknown', () => {
    expect(aroundTimeOfDay('Mars/Olympus', { hour: 3, minute: 0 }, 0)).toBeNull()
  })
})
