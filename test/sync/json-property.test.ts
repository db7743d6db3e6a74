import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Entity } from '../../runtime/entity.ts'
import { connectHubSpot } from '../../runtime/hubspot/client/client.ts'
import { calculated } from '../../runtime/sync/passes/calculated.ts'
import { replayEntity } from '../../runtime/sync/replay/replay-entity.ts'
import { verifyEntity } from '../../runtime/sync/verify/verify-entity.ts'
import { text } from '../../runtime/values/text.ts'
import { expectedValue } from '../support/expected-value.ts'
import { runPass } from '../support/run-pass.ts'
import { openSyncPortal, type SyncPortal } from '../support/sync-portal.ts'

const TICKETS = '0-5'
const property = 'hs_sla_operating_hours'
const column = `property_${property}`

let portal: SyncPortal

beforeAll(async () => {
  portal = await openSyncPortal('tickets', { records: { tickets: 250 } })
  // A first sync copies rows, later ones load them as JSON.
  for (const id of liveIds().slice(30, 32)) setValue(id, '{"b": 1,\n "a": "ü \\"🎉\\"\\t\\\\"}')
  setValue(liveIds()[32] ?? '', '"\\u0000"')
  await portal.sync()
})

afterAll(() => portal[Symbol.asyncDispose]())

const liveIds = () =>
  [...portal.simulator.store.scan(TICKETS, 0n, { archived: false })].map(({ id }) => id)

function setValue(id: string, value: string): void {
  portal.simulator.store.update(TICKETS, id, { [property]: value })
}

async function stored(id: string): Promise<string | null | undefined> {
  const rows = await portal.database.query<{ value: string | null }>(
    `SELECT ${column}::text AS value FROM hubspot.ticket WHERE id = $1`,
    [id],
  )
  return rows[0]?.value
}

async function reasons(): Promise<readonly string[]> {
  const rows = await portal.database.query<{ reason: string }>(
    'SELECT reason FROM hubgen.quarantine WHERE property = $1 ORDER BY record_id::bigint',
    [property],
  )
  return rows.map(({ reason }) => reason)
}

async function verifyValues(entity: Entity = portal.entity) {
  const { simulator, connection, connect } = portal
  const settings = { baseUrl: simulator.url, token: simulator.token, apiVersion: '2026-09' }
  const { signal } = new AbortController()
  const hubspot = connectHubSpot(settings, { ...connect, signal })
  return verifyEntity(entity, hubspot, connection, { signal, values: 'all' })
}

test('a property that HubSpot declares as json has a jsonb column, filled with what it means', async () => {
  const [types] = await portal.database.query(
    `SELECT format_type(atttypid, atttypmod) AS type FROM pg_attribute
    WHERE attrelid = 'hubspot.ticket'::regclass AND attname = $1`,
    [column],
  )
  expect(types).toEqual({ type: 'jsonb' })
  let filled = 0
  for (const record of portal.simulator.store.scan(TICKETS, 0n, { archived: false })) {
    const raw = record.value(property)
    const expected = raw === '"\\u0000"' ? null : expectedValue('jsonb', raw)
    if (expected !== null) filled += 1
    expect(await stored(record.id)).toEqual(typeof expected === 'string' ? expected : null)
  }
  expect(filled).toBeGreaterThan(20)
  expect((await verifyValues()).total).toBe(0)
})

test('changes keep every digit and character; what jsonb cannot hold goes to the quarantine', async () => {
  const ids = liveIds()
  expect(await reasons()).toEqual(['unstorable_escape'])
  setValue(ids[32] ?? '', '')
  const taken = [
    ['{"b": 1,\n "a": "ü \\"🎉\\"\\t\\\\"}', '{"a": "ü \\"🎉\\"\\t\\\\", "b": 1}'],
    ['[1.10, 12345678901234567890123.5]', '[1.10, 12345678901234567890123.5]'],
    ['null', 'null'],
    ['"only text"', '"only text"'],
    ['[1e2, "\\\\u0000"]', '[100, "\\\\u0000"]'],
  ] as const
  const refused = [
    ['{"a": 1', 'not_json'],
    ['["\\u0000"]', 'unstorable_escape'],
    ['{"a": 1, "a": 2}', 'duplicate_key'],
    ['[1e200000]', 'number_out_of_range'],
    [`${'['.repeat(2000)}${']'.repeat(2000)}`, 'nested_too_deep'],
  ] as const
  for (const [index, [raw]] of [...taken, ...refused].entries()) setValue(ids[index] ?? '', raw)
  const report = await portal.sync()
  expect(report).toMatchObject({ outcome: 'succeeded', rejectedRecords: 0 })
  for (const [index, [, value]] of taken.entries())
    expect(await stored(ids[index] ?? '')).toBe(value)
  expect(await reasons()).toEqual(refused.map(([, reason]) => reason))
  expect((await verifyValues()).total).toBe(0)
  // An unchanged document is not rewritten, however it is stored.
  expect(await portal.sync({ full: true })).toMatchObject({ updated: 0, inserted: 0 })
})

test('a value that somebody changed here is found, and another spelling of it is not', async () => {
  const [one = '', other = ''] = liveIds()
  const update = (id: string, value: string) =>
    portal.database.query(`UPDATE hubspot.ticket SET ${column} = $2 WHERE id = $1`, [id, value])
  await update(one, '{"b": 1, "a": "by hand"}')
  await update(other, ' [ 1.1, 12345678901234567890123.50 ] ')
  const { examples } = await verifyValues()
  expect(examples).toMatchObject([{ id: one, kind: 'value', columns: [column] }])
})

test('a calculated document is refreshed where it differs', async () => {
  const [id = ''] = liveIds()
  const entity = { ...portal.entity, calculated: [column] }
  const { counts } = await runPass(portal, calculated, { entity })
  // The one that the test before has changed; the other is equal.
  expect(counts).toMatchObject({ updated: 1 })
  expect(await stored(id)).toBe('{"a": "ü \\"🎉\\"\\t\\\\", "b": 1}')
})

test('a document from the quarantine that fits by now is a document, not a text', async () => {
  const id = liveIds()[5] ?? ''
  await portal.database.query(
    `UPDATE hubgen.quarantine SET raw_value = '{"a": [1]}' WHERE record_id = $1 AND property = $2`,
    [id, property],
  )
  expect(await replayEntity(portal.entity, portal.connection)).toMatchObject({
    values: { fitted: 1 },
  })
  expect(await stored(id)).toBe('{"a": [1]}')
})

test('a table that has it as text keeps it as text', async () => {
  const id = liveIds()[20] ?? ''
  await portal.database.query(
    `ALTER TABLE hubspot.ticket DROP COLUMN ${column}, ADD ${column} text`,
  )
  const properties = { ...portal.entity.properties, [column]: text(property) }
  const entity = { ...portal.entity, properties, calculated: [column] }
  setValue(id, '{"b": 1, "b": 2}')
  await runPass(portal, calculated, { entity })
  expect(await stored(id)).toBe('{"b": 1, "b": 2}')
})
