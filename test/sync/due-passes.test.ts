import { describe, expect, it } from 'vitest'
import { deals } from '../../generated/deals/entity.ts'
import type { PassState } from '../../runtime/postgres/state/pass-state.ts'
import { dueInMs } from '../../runtime/sync/choose-passes.ts'
import { passesOf } from '../../runtime/sync/passes.ts'

const hour = 3_600_000

function dueInHours(name: string, begunAgoHours: number, sinceLook?: number): number {
  const pass = passesOf(deals).find((one) => one.name === name)
  if (pass === undefined) throw new Error(name)
  const state: PassState = {
    ...{ begunAt: new Date(0), position: null, interrupted: false, freshAsOf: null, refusal: null },
    ...{ reads: pass.reads?.(deals, []) ?? null, unanswered: [], begunAgoMs: begunAgoHours * hour },
  }
  const look =
    sinceLook === undefined
      ? null
      : { lastAgoMs: sinceLook * hour, nextInMs: (24 - sinceLook) * hour }
  return dueInMs(pass, deals, state, look) / hour
}

describe('a pass is due', () => {
  it.each([
    ['look_back', 10, undefined, 13],
    ['look_back', 23, undefined, 0],
    // The last look was 11 hours ago, the next one is in 13.
    ['look_back', 10, 11, 13],
    ['look_back', 30, 11, 0],
    ['look_back', 12, 11, 0],
    ['owners', 0.5, 11, 0.5],
    ['reconciliation', 10, 11, 13 + 6 * 24],
    ['reconciliation', 7 * 24 - 1, 11, 0],
    // It began at the look seven days ago, and the look of today is a minute away.
    ['reconciliation', 6 * 24 + 23.9, 23.95, 0.05],
  ])('%s: begun %d h ago, the look %s h ago: in %d h', (name, begunAgo, sinceLook, expected) => {
    expect(Math.max(0, dueInHours(name, begunAgo, sinceLook))).toBeCloseTo(expected, 5)
  })
})
