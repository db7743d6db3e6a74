import { expect, test } from 'vitest'
import { judgeCopies } from '../../generator/cli/doctor/examine-copy.ts'
import type { CopyStatus, EntityStatus, PastRun } from '../../runtime/monitoring/copy-status.ts'
import { neverSynced } from '../../runtime/monitoring/read-status.ts'
import { describeVerdict } from '../../runtime/monitoring/verdict/describe-verdict.ts'

const now = new Date('2026-11-29T10:00:00Z')
const names = ['calls', 'companies', 'contacts', 'deals', 'emails']

const run: PastRun = {
  ...{ id: '7', mode: 'incremental', outcome: 'succeeded', startedAt: now, finishedAt: now },
  ...{ seconds: 1, read: 0, inserted: 0, updated: 0, unchanged: 0, deleted: 0 },
  ...{ rejectedValues: 0, rejectedRecords: 0, calls: 9, error: null, fix: null, holder: null },
}

function failed(error: string, minutesAgo = 0): Partial<EntityStatus> {
  const startedAt = new Date(now.getTime() - minutesAgo * 60_000)
  return { state: 'failed', lastSync: { ...run, outcome: 'failed', error, startedAt } }
}

const fresh: Partial<EntityStatus> = {
  state: 'ok',
  lastSync: { ...run, startedAt: new Date('2026-11-29T09:00:00Z') },
  freshness: {
    ...{ asOf: new Date('2026-11-29T09:00:00Z'), ageSeconds: 3_600, oldest: null, parts: [] },
  },
}

/** A copy that is up to date, except for what the test sets. */
function copyWith(changes: Readonly<Record<string, Partial<EntityStatus>>>): CopyStatus {
  const watched = names.map((name) => ({ name, table: `hubspot.${name}` as const, label: name }))
  const status = neverSynced(watched, { now })
  const entities = status.entities.map((one) => ({ ...one, ...fresh, ...changes[one.entity] }))
  const never = entities.filter(({ state }) => state === 'never').length
  const totals = { ...status.totals, states: { ...status.totals.states, never } }
  return { ...status, entities, totals }
}

const everywhere = (change: (index: number) => Partial<EntityStatus>) =>
  copyWith(Object.fromEntries(names.map((name, index) => [name, change(index)])))

const never: Partial<EntityStatus> = { state: 'never', lastSync: null, freshness: null }

test('a copy without problems is all right as of its oldest entity', () => {
  const older = new Date('2026-11-29T08:00:00Z')
  const freshness = { asOf: older, ageSeconds: 7_200, oldest: null, parts: [] }
  expect(describeVerdict(copyWith({ deals: { freshness } }))).toMatchObject({
    tone: 'good',
    headline: 'All right: 5 entities up to date',
    causes: [],
    asOf: older,
    neverLooked: { audit: names, drift: names, checks: names },
  })
})

test('an expired token is one cause, whatever HubSpot adds to its answers', () => {
  const verdict = describeVerdict(
    everywhere((index) => failed(`TOKEN_REJECTED: the token has expired (request ${index}a)`)),
  )
  expect(verdict).toMatchObject({
    tone: 'bad',
    headline: '5 of 5 entities need attention: HubSpot rejects the token',
  })
  expect(verdict.causes).toMatchObject([
    { key: 'failed:TOKEN_REJECTED', kind: 'failed', entities: names, command: 'doctor' },
  ])
  expect(verdict.causes[0]?.sentence).toContain('the last sync failed: TOKEN_REJECTED: the token')
})

test('doctor reports a shared cause once, too', () => {
  const status = everywhere((index) =>
    index < 4 ? failed('TOKEN_REJECTED: the token has expired') : fresh,
  )
  expect(judgeCopies(status)).toMatchObject([
    {
      state: 'warning',
      entity: null,
      found:
        'calls, companies, contacts and 1 more: the last sync failed: TOKEN_REJECTED: the token has expired',
      fix: 'run `hubgen doctor calls companies contacts deals`',
    },
    { state: 'ok', entity: 'emails' },
  ])
})

test('entities that a failed command did not reach are a part of its cause', () => {
  const stale = { state: 'stale', lastSync: { ...run, startedAt: new Date('2026-11-27') } } as const
  const status = everywhere((index) =>
    index === 0 ? failed('TOKEN_REJECTED: expired') : index < 3 ? stale : never,
  )
  const { causes } = describeVerdict(status)
  expect(causes).toMatchObject([{ entities: names, command: 'doctor calls' }])
  expect(causes[0]?.sentence).toMatch(/; 4 more entities were not synced because of it$/)
})

test('an entity that has run since the failure has a cause of its own', () => {
  const verdict = describeVerdict(
    copyWith({
      calls: failed('TOKEN_REJECTED: expired', 600),
      deals: { ...fresh, state: 'stale' },
    }),
  )
  expect(verdict.causes).toMatchObject([{ entities: ['calls'] }, { entities: ['deals'] }])
  expect(verdict.headline).toBe(
    '2 of 5 entities need attention: HubSpot rejects the token, and 1 more cause',
  )
})

test('failures with the same message are one cause, others are not', () => {
  const { causes } = describeVerdict(
    copyWith({
      calls: failed('TABLE_OUTDATED: hubspot.calls lacks 3 columns'),
      deals: failed('TABLE_OUTDATED: hubspot.deals lacks 12 columns'),
      emails: failed('BATCH_REFUSED: a trigger refuses hubspot.emails'),
    }),
  )
  expect(causes).toMatchObject([
    { entities: ['calls', 'deals'], command: 'sync calls deals' },
    { entities: ['emails'], command: 'sync emails' },
  ])
})

test('what was never synced is one cause, and nothing synced is no failure', () => {
  const some = describeVerdict(everywhere((index) => (index === 0 ? fresh : never)))
  expect(some).toMatchObject({
    tone: 'warn',
    headline: '4 of 5 entities need attention: never synced',
    causes: [{ kind: 'never', tone: 'idle', command: 'sync companies contacts deals emails' }],
  })
  expect(describeVerdict(everywhere(() => never))).toMatchObject({
    tone: 'idle',
    headline: 'Nothing was synced yet: 5 entities',
    causes: [{ command: 'sync --all' }],
    asOf: null,
  })
})

test('a first sync is active and not up to date', () => {
  const first = describeVerdict(copyWith({ deals: { ...never, state: 'running' } }))
  expect(first).toMatchObject({
    tone: 'info',
    headline: 'A first sync is active; 4 entities up to date',
  })
  const later = describeVerdict(copyWith({ deals: { state: 'running' } }))
  expect(later).toMatchObject({
    tone: 'good',
    headline: 'All right: 5 entities up to date, 1 run active',
  })
})

test('the same doubt about several entities is counted together', () => {
  const audit = (unexplained: number) => ({
    ...{ at: now, records: 200, differing: unexplained },
    unexplained: [
      {
        ...{ subject: 'property_amount', records: 200, differing: unexplained, unexplained },
        ...{ mended: 0, exampleId: '17' },
      },
    ],
  })
  const lost = {
    property: 'amount',
    part: 'records',
    since: new Date('2026-11-29T07:00:00Z'),
  } as const
  const { causes, headline } = describeVerdict(
    copyWith({
      calls: { audit: audit(2), unread: 1, unanswered: [lost] },
      deals: { audit: audit(3), unread: 2, unanswered: [lost] },
    }),
  )
  expect(headline).toBe(
    '2 of 5 entities need attention: HubSpot no longer sends a property, and 2 more causes',
  )
  expect(causes.map(({ sentence }) => sentence)).toEqual([
    'HubSpot has not answered `amount` for 3 h: the table keeps old values',
    '5 differences in 400 records compared 0 s ago, in property_amount; no change explains them',
    'HubSpot could not give 3 records; every run asks again',
  ])
})

test('files of all entities are no entity', () => {
  const status = copyWith({})
  const sharedDrift = { lookedAt: now, grave: 2, lesser: 0 }
  expect(describeVerdict({ ...status, sharedDrift })).toMatchObject({
    headline: 'Needs attention: columns or files differ from HubSpot',
    causes: [
      {
        ...{ entities: ['shared files'], command: 'diff --all' },
        sentence: '2 differences in columns or files, according to the last diff',
      },
    ],
  })
})

test('a red headline names a red cause: amber ones come after it', () => {
  const drift = { lookedAt: now, grave: 2, lesser: 0 }
  const checks = { checkedAt: now, passed: 9, failed: 2, unjudged: 1 }
  const stale = { ...fresh, state: 'stale' as const }
  const verdict = describeVerdict(copyWith({ calls: stale, deals: { drift, checks } }))
  expect(verdict).toMatchObject({
    tone: 'bad',
    headline: '2 of 5 entities need attention: 2 checks failed, and 2 more causes',
  })
  expect(verdict.causes.map(({ tone }) => tone)).toEqual(['bad', 'warn', 'warn'])
})

test('a command for many entities is short: it names all of them, if that only costs time', () => {
  const many = Array.from({ length: 20 }, (_, index) => `object_${index}`)
  const watched = many.map((name) => ({ name, table: `hubspot.${name}` as const, label: name }))
  const status = neverSynced(watched, { now })
  const entities = status.entities.map((one, index) => (index < 2 ? { ...one, ...fresh } : one))
  const [cause] = describeVerdict({ ...status, entities }).causes
  expect(cause).toMatchObject({ kind: 'never', command: 'sync --all' })
  expect(cause?.entities).toHaveLength(18)
})
