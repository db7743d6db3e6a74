import { expect, test } from 'vitest'
import { judgeCopy } from '../../generator/cli/doctor/examine-copy.ts'
import type { EntityStatus } from '../../runtime/monitoring/copy-status.ts'
import { neverSynced } from '../../runtime/monitoring/read-status.ts'
import { problemsOf } from '../../runtime/monitoring/verdict/find-problems.ts'

const deals = { name: 'deals', table: 'hubspot.deal', label: 'Deals' } as const
const now = new Date('2026-11-29T10:00:00Z')

/** An entity whose last sync ended with this error. */
function failedWith(error: string): EntityStatus {
  const [status] = neverSynced([deals], { now }).entities
  if (status === undefined) throw new Error('no entity')
  const lastSync = {
    ...{ id: '7', mode: 'incremental', outcome: 'partial', startedAt: now, finishedAt: now },
    ...{ seconds: 1, read: 0, inserted: 0, updated: 0, unchanged: 0, deleted: 0 },
    ...{ rejectedValues: 0, rejectedRecords: 0, calls: 9, error, fix: null, holder: null },
  }
  return { ...status, state: 'failed', lastSync }
}

test.each([
  ['DELETES_BRAKED: HubSpot no longer shows this token …', 'sync deals --allow-deletes'],
  ['HUBSPOT_FORBIDDEN: HubSpot forbids this call and says: …', 'doctor deals'],
  ['TOKEN_REJECTED: the token has expired', 'doctor deals'],
  ['HUBSPOT_FAILED: HubSpot answered 502, 8 times', 'sync deals'],
])('after %s the next command is `hubgen %s`', (error, command) => {
  expect(problemsOf(failedWith(error))).toContainEqual({ kind: 'failed', entity: 'deals', command })
})

test('doctor does not send a braked entity in a circle', () => {
  expect(judgeCopy(failedWith('DELETES_BRAKED: …'), now)).toMatchObject({
    state: 'warning',
    fix: '`hubgen sync deals --allow-deletes`',
  })
})
