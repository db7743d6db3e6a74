import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { renderVerdict } from '../../dashboard/pages/verdict.ts'
import { judgeAnswers } from '../../generator/cli/doctor/examine-copy.ts'
import { describeStatus } from '../../generator/cli/status/describe-status.ts'
import type { DriftRecord } from '../../generator/project/drift/drift-words.ts'
import { formatMetrics } from '../../runtime/monitoring/metrics/format-metrics.ts'
import { readStatus } from '../../runtime/monitoring/read-status.ts'
import { describeVerdict } from '../../runtime/monitoring/verdict/describe-verdict.ts'
import { findProblems } from '../../runtime/monitoring/verdict/find-problems.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'
import { openProject, type Project } from '../support/project.ts'
import { openStateDatabase } from '../support/state-database.ts'

const deals = '0-3'
let project: Project
let database: TestDatabase

beforeAll(async () => {
  project = await openProject({ records: { deals: 20 } })
  database = await createDatabase()
  project.environment['DATABASE_URL'] = database.url
  for (const command of ['explore deals', 'generate deals', 'migrate', 'sync deals']) {
    expect(await project.hubgen(...command.split(' '))).toMatchObject({ exitCode: 0 })
  }
})

afterAll(async () => {
  await project[Symbol.asyncDispose]()
  await database.close()
})

async function ask(...args: readonly string[]): Promise<{ exitCode: number | null; text: string }> {
  const { exitCode, out } = await project.hubgen(...args)
  return { exitCode, text: stripVTControlCharacters(out).replace(/\s+/g, ' ') }
}

test('every command says which properties HubSpot does not answer, until it does again', async () => {
  const { simulator } = project
  expect(await ask('status', 'deals')).toMatchObject({ exitCode: 0 })
  expect(await ask('check', 'deals')).toMatchObject({ exitCode: 0 })
  simulator.withhold(deals, 'amount')
  const [first] = [...simulator.store.scan(deals, 0n, { archived: false })]
  simulator.store.update(deals, first?.id ?? '', { dealname: 'renamed' })
  const synced = await ask('sync', 'deals')
  expect(synced).toMatchObject({ exitCode: 0 })
  expect(synced.text).toContain(
    'notice[PROPERTY_NOT_ANSWERED]: deals: HubSpot does not answer `amount`: stored values stay as they are',
  )
  const status = await ask('status', 'deals')
  expect(status.exitCode).toBe(1)
  expect(status.text).toMatch(
    /deals: HubSpot has not answered `amount` for \d+ s: the table keeps old values next: hubgen explore deals/,
  )
  const check = await ask('check', 'deals')
  expect(check.exitCode).toBe(1)
  expect(check.text).toMatch(
    /FAILED answers 100% ≤ 0% property_amount \(HubSpot does not answer it\) .* next: hubgen explore deals $/,
  )
  const { out } = await project.hubgen('diff', 'deals', '--json')
  const { drift } = JSON.parse(out) as { readonly drift: readonly DriftRecord[] }
  expect(drift).toMatchObject([
    {
      kind: 'property_not_answered',
      severity: 'schema',
      subject: 'amount',
      before: 'property_amount',
    },
  ])
  expect((await ask('doctor', 'deals')).text).toMatch(
    /HubSpot has not answered `amount` since \S+Z: the table keeps old values/,
  )
  simulator.grant(deals, 'amount')
  const again = await ask('sync', 'deals', '--verbose')
  expect(again.text).toContain('`property_amount` is answered again')
  for (const command of ['check', 'diff', 'status']) {
    expect(await ask(command, 'deals')).toMatchObject({ exitCode: 0 })
  }
}, 120_000)

test('pages, metrics and doctor name them, however many there are', async () => {
  await using state = await openStateDatabase()
  const run = await state.addRun()
  await state.scratch.query(
    `INSERT INTO hubgen.unanswered (entity, property, since, run_id)
     SELECT 'deals', name, timestamptz '2026-11-20T09:00:00Z', $1
     FROM unnest(ARRAY['one', 'two', 'three', 'four', 'five']) AS name`,
    [run],
  )
  const watched = { name: 'deals', table: 'hubspot.deal', label: 'Deals' } as const
  const now = new Date('2026-11-20T10:00:00Z')
  const status = await readStatus(state.database, [watched], { now })
  const names = ['five', 'four', 'one', 'three', 'two']
  const [entity] = status.entities
  expect(entity?.unanswered.map(({ property }) => property)).toEqual(names)
  expect(findProblems(status)).toContainEqual({
    kind: 'not_answered',
    entity: 'deals',
    command: 'explore deals',
  })
  expect(String(await renderVerdict(status))).toContain(
    'HubSpot has not answered <code>five</code>, <code>four</code>, <code>one</code> and 2 more for 60 min: the table keeps old values.',
  )
  const metrics = formatMetrics(status)
  expect(metrics).toContain('hubgen_unanswered_properties{entity="deals"} 5\n')
  expect(metrics).toContain(
    'hubgen_unanswered_since_timestamp_seconds{entity="deals",property="two"} 1795165200\n',
  )
  expect(entity === undefined ? [] : judgeAnswers(entity)).toMatchObject([
    {
      state: 'warning',
      found:
        'HubSpot has not answered `five`, `four`, `one` and 2 more since 2026-11-20T09:00Z: the table keeps old values',
    },
  ])
})

test('former values that are not answered are distinguished from values', async () => {
  await using state = await openStateDatabase()
  const run = await state.addRun()
  await state.scratch.query(
    `INSERT INTO hubgen.unanswered (entity, property, part, since, run_id) VALUES
      ('deals', 'amount', 'records', '2026-11-20T09:00:00Z', $1),
      ('deals', 'dealstage', 'history', '2026-11-20T09:00:00Z', $1)`,
    [run],
  )
  const watched = { name: 'deals', table: 'hubspot.deal', label: 'Deals' } as const
  const status = await readStatus(state.database, [watched], {
    now: new Date('2026-11-20T10:00:00Z'),
  })
  expect(String(await renderVerdict(status))).toContain(
    'HubSpot has not answered <code>amount</code> or former values of <code>dealstage</code> for 60 min: the table keeps old values.',
  )
  const text = stripVTControlCharacters(describeStatus(status, describeVerdict(status)).join(' '))
  expect(text).toContain('has not answered `amount` or former values of `dealstage` for')
  const [entity] = status.entities
  expect(entity && judgeAnswers(entity)).toMatchObject([
    {
      found: expect.stringMatching(/^HubSpot has not answered `amount` or former values of `deal/),
    },
  ])
})
