import { describe, expect, it } from 'vitest'
import { storeSchedule } from '../../runtime/queue/portal-schedule.ts'
import { chooseNext, judgeSlice, type SliceReport } from '../../runtime/queue/slice-end.ts'

const whole: SliceReport = {
  left: 'nothing',
  roundSince: null,
  code: null,
  failed: [],
  entities: 3,
  resumeAt: null,
  oldestAt: null,
  verdict: 'good',
  pendingMigrations: 0,
}

const now = new Date('2026-11-29T12:00:00Z')

/** The outcome and the next step of a slice that ended in this way. */
function follow(report: Partial<SliceReport> | string, attempts = 1) {
  const end =
    typeof report === 'string'
      ? judgeSlice({ report: null, errorCode: report, exitCode: 1, isStopped: false })
      : judgeSlice({
          report: { ...whole, ...report },
          errorCode: null,
          exitCode: 0,
          isStopped: false,
        })
  return { outcome: end.outcome, ...chooseNext(end, attempts, now) }
}

describe('the end of a slice', () => {
  it('leaves the next round to the schedule', () => {
    expect(follow({})).toEqual({ outcome: 'whole', step: 'none' })
    expect(follow({ failed: ['HUBSPOT_FORBIDDEN'] })).toMatchObject({
      outcome: 'whole',
      step: 'none',
    })
  })

  it('continues a first sync in slots of its own', () => {
    expect(follow({ left: 'more' })).toMatchObject({
      step: 'again',
      afterSeconds: 0,
      lane: 'first',
    })
  })

  it('asks again soon while other runs hold the rest', () => {
    expect(follow({ left: 'busy' })).toMatchObject({
      step: 'again',
      afterSeconds: 20,
      lane: 'same',
    })
  })

  it('waits until HubSpot permits calls again', () => {
    const code = 'DAILY_LIMIT_REACHED'
    const resumeAt = '2026-11-29T23:00:00.000Z'
    expect(follow({ code, left: 'more', resumeAt })).toMatchObject({
      outcome: 'limited',
      afterSeconds: 11 * 3_600,
    })
    expect(follow({ code, left: 'more' })).toMatchObject({ afterSeconds: 3_600 })
  })

  it('backs off while HubSpot or the database is away, then gives up until the next round', () => {
    const steps = [1, 2, 3, 4, 5, 6].map((attempts) => follow('DATABASE_UNREACHABLE', attempts))
    expect(steps.map((step) => ('afterSeconds' in step ? step.afterSeconds : step.step))).toEqual([
      30,
      60,
      120,
      240,
      480,
      'dead',
    ])
    expect(follow({ code: 'HUBSPOT_UNREACHABLE' })).toMatchObject({ outcome: 'away' })
    // Another run has taken over, which ends by itself.
    expect(
      follow({ failed: ['PASS_OVERTAKEN', 'PASS_OVERTAKEN', 'PASS_OVERTAKEN'] }),
    ).toMatchObject({
      outcome: 'away',
    })
    for (const code of ['TABLE_BUSY', 'INDEX_BUSY']) {
      expect(follow(code)).toMatchObject({ outcome: 'away' })
    }
    const silent = { report: null, errorCode: null, exitCode: null }
    const ended = judgeSlice({ ...silent, isStopped: false })
    expect(ended.outcome).toBe('broken')
  })

  it.each(['TOKEN_REJECTED', 'TOKEN_MISSING', 'DATABASE_LOGIN_REJECTED', 'CONFIG_INVALID'])(
    'sets a portal with %s aside at once',
    (code) => {
      expect(follow(code)).toEqual({ outcome: 'refused', step: 'dead' })
    },
  )

  it('judges a failure of every entity as one of the portal', () => {
    const all = (code: string) => follow({ failed: [code, code, code] })
    expect(all('PORTAL_MISMATCH')).toEqual({ outcome: 'refused', step: 'dead' })
    expect(all('TABLE_OUTDATED')).toEqual({ outcome: 'unmigrated', step: 'none' })
    expect(all('DELETES_BRAKED')).toMatchObject({ outcome: 'whole' })
  })

  it('lets another worker continue what was stopped', () => {
    expect(follow({ left: 'cut' })).toMatchObject({ outcome: 'stopped', afterSeconds: 0 })
    // The signal came before the process could listen for it.
    const killed = { report: null, errorCode: null, exitCode: null, isStopped: true }
    expect(judgeSlice(killed)).toMatchObject({ outcome: 'stopped', code: null })
  })
})

it('keeps a schedule as it is written, with a phase of the portal for intervals', () => {
  const every = (name: string, seconds: number) =>
    storeSchedule({ name, schedule: { kind: 'every', seconds } }).expression
  expect(every('acme', 900)).toBe(every('acme', 900))
  expect(every('acme', 900)).not.toBe(every('globex', 900))
  expect(every('acme', 900)).toMatch(
    /^DTSTART:20260101T00[01]\d[0-5]\dZ\nRRULE:FREQ=MINUTELY;INTERVAL=15$/,
  )
  expect(every('acme', 90)).toMatch(/FREQ=SECONDLY;INTERVAL=90$/)
  const schedule = { kind: 'at', cron: '0 6 * * *', timeZone: 'Europe/Berlin' } as const
  expect(storeSchedule({ name: 'acme', schedule })).toEqual({
    expression: '0 6 * * *',
    timeZone: 'Europe/Berlin',
    missed: 'once',
  })
})
